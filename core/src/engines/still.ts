import { type Fps, frameTime } from '../base/units.ts';
import type { AudioChunk } from '../media/audio-chunk.ts';
import { type Frame, lentFrame, type Picture } from '../media/frame.ts';
import type { EngineSession } from './engine.ts';

/** Nothing is animated: one picture stands for as long as the sound lasts. It is no engine, only what may stand in for one. */
export function openStill({ width, height, pixels }: Picture, fps: Fps): EngineSession<AudioChunk> {
  const nothing = { x: 0, y: 0, width: 0, height: 0 };
  return {
    width,
    height,
    fps,
    async *frames(input: AsyncIterable<AudioChunk>): AsyncGenerator<Frame> {
      let index = 0;
      for await (const { at, rate, pcm } of input) {
        const end = (at + pcm.length / rate) * fps;
        for (; index < end - 1e-6; index++) {
          const changed = index === 0 ? undefined : nothing;
          yield lentFrame({ at: frameTime(index, fps), width, height, pixels, changed }, () => {});
        }
      }
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
