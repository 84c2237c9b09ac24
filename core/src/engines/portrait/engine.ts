import type { Fps } from '../../base/units.ts';
import { frameTime } from '../../base/units.ts';
import { type Frame, lentFrame } from '../../media/frame.ts';
import type { MotionFrame } from '../../motion/pose.ts';
import type { EngineInfo, EngineSession } from '../engine.ts';
import { createPainter } from './draw.ts';
import type { PainterSetup } from './stage.ts';

/** The built-in engine: one photo, redrawn for every pose on any machine, without weights. */
export const portrait: EngineInfo = {
  id: 'portrait',
  name: 'Portrait',
  title: 'Portrait: a photo that speaks',
  subject: 'portrait',
  reads: 'motion',
  models: [],
};

/** What opening takes: the prepared photo, the photo in output pixels, where it lies, and the rate of frames. */
export interface PortraitSetup extends PainterSetup {
  readonly fps: Fps;
}

/** Opens a session that turns motion into frames of the still's size. Frames come from a small ring: dispose each to return it. */
export function openPortrait(setup: PortraitSetup): EngineSession {
  const { fps } = setup;
  const painter = createPainter(setup);
  const ring: Uint8ClampedArray[] = [];
  const { width, height } = painter;
  return {
    width,
    height,
    fps,
    async *frames(input: AsyncIterable<MotionFrame>): AsyncGenerator<Frame> {
      let index = 0;
      for await (const { pose } of input) {
        const pixels = ring.pop() ?? painter.createCanvas();
        const changed = painter.paint(pose, pixels);
        const at = frameTime(index, fps);
        yield lentFrame({ at, width, height, pixels, changed: index === 0 ? undefined : changed }, () =>
          ring.push(pixels),
        );
        index++;
      }
    },
    async [Symbol.asyncDispose]() {
      ring.length = 0;
    },
  };
}
