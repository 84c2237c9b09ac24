import type { Fps } from '../../base/units.ts';
import { frameTime } from '../../base/units.ts';
import type { Frame, Picture, Rect } from '../../media/frame.ts';
import type { MotionFrame } from '../../motion/pose.ts';
import type { EngineInfo, EngineSession } from '../engine.ts';
import { createPainter } from './draw.ts';
import type { Placement, PreparedPortrait } from './prepared.ts';

/** The built-in engine: one photo, redrawn for every pose on any machine, without weights. */
export const portrait: EngineInfo = {
  id: 'portrait',
  title: 'Portrait: a photo that speaks',
  subject: 'portrait',
  reads: 'motion',
  models: [],
};

/** What opening takes: the prepared photo, the photo in output pixels (owned by the session from now on), and where it lies. */
export interface PortraitSetup {
  readonly prepared: PreparedPortrait;
  readonly still: Picture;
  readonly placement: Placement;
  readonly fps: Fps;
}

/** Opens a session that turns motion into frames of the still's size. Frames come from a small ring: dispose each to return it. */
export function openPortrait({ prepared, still, placement, fps }: PortraitSetup): EngineSession {
  const painter = createPainter({ prepared, still, placement });
  const ring: Uint8ClampedArray[] = [];
  return {
    width: painter.width,
    height: painter.height,
    fps,
    async *frames(input: AsyncIterable<MotionFrame>): AsyncGenerator<Frame> {
      let index = 0;
      for await (const { pose } of input) {
        const pixels = ring.pop() ?? painter.createCanvas();
        const changed = painter.paint(pose, pixels);
        yield pooledFrame(painter, index, fps, pixels, ring, index === 0 ? undefined : changed);
        index++;
      }
    },
    async [Symbol.asyncDispose]() {
      ring.length = 0;
    },
  };
}

/** A frame whose pixels go back to `ring` when it is disposed, once. */
function pooledFrame(
  size: { readonly width: number; readonly height: number },
  index: number,
  fps: Fps,
  pixels: Uint8ClampedArray,
  ring: Uint8ClampedArray[],
  changed: Rect | undefined,
): Frame {
  let held = true;
  return {
    at: frameTime(index, fps),
    width: size.width,
    height: size.height,
    pixels,
    ...(changed ? { changed } : {}),
    [Symbol.dispose]() {
      if (held) ring.push(pixels);
      held = false;
    },
  };
}
