import type { Seconds } from '../base/units.ts';

/** A rectangle of whole pixels, `x`,`y` its upper left corner. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A picture without a time: RGBA, straight alpha, sRGB, rows top to bottom, no padding. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray;
}

/**
 * One RGBA picture with its time. Whoever receives it disposes it; its pixels are then drawn over.
 * `changed` is the part that may differ from the frame before it (all of it when absent): encoders convert only that.
 */
export interface Frame extends Picture, Disposable {
  readonly at: Seconds;
  readonly changed?: Rect;
}

/** A frame whose pixels somebody else owns: `giveBack` is called when it is disposed, once. */
export function lentFrame(frame: Omit<Frame, typeof Symbol.dispose>, giveBack: () => void): Frame {
  let held = true;
  return {
    ...frame,
    [Symbol.dispose]() {
      if (held) giveBack();
      held = false;
    },
  };
}
