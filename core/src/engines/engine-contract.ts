import { describe, expect, test } from 'vitest';
import { type Fps, fps, frameTime } from '../base/units.ts';
import type { AudioChunk } from '../media/audio-chunk.ts';
import type { MotionFrame } from '../motion/pose.ts';
import type { EngineInfo, EngineSession } from './engine.ts';

/** What the cases need besides the engine's description. */
export interface EngineBench<Input extends MotionFrame | AudioChunk> {
  /** Opens a session on one fixed subject. */
  open(rate: Fps): Promise<EngineSession<Input>>;
  /** Input for `frames` frames of lively speech; `onStop` is told when the reader leaves. */
  speak(frames: number, rate: Fps, onStop?: () => void): AsyncIterable<Input>;
}

const RATE = fps(25);

/** The cases that every engine must pass. */
export const engineContract = <Input extends MotionFrame | AudioChunk>(engine: EngineInfo, bench: EngineBench<Input>) =>
  describe(`${engine.id} engine`, () => {
    test('describes itself without being opened', () => {
      expect(engine.id).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(engine.title.length).toBeGreaterThan(engine.id.length);
    });

    test.each([10, 25, 60])('draws one frame for each 1/%i s of input, in order, of the size it said', async (rate) => {
      await using session = await bench.open(fps(rate));
      expect(session.fps).toBe(rate);
      let index = 0;
      for await (using frame of session.frames(bench.speak(12, fps(rate)))) {
        expect(frame.at).toBe(frameTime(index++, fps(rate)));
        expect([frame.width, frame.height]).toEqual([session.width, session.height]);
        expect(frame.pixels).toHaveLength(4 * session.width * session.height);
      }
      expect(index).toBe(12);
    });

    test('moves, fills every pixel, and tells of every pixel that changed', async () => {
      await using session = await bench.open(RATE);
      let before: Uint8ClampedArray | undefined;
      let moved = 0;
      for await (using frame of session.frames(bench.speak(12, RATE))) {
        const { pixels, changed, width } = frame;
        const box = changed ?? { x: 0, y: 0, width, height: session.height };
        for (let at = 0; at < pixels.length; at += 4) {
          if (pixels[at + 3] !== 255) throw new Error(`pixel ${at / 4} is not filled`);
          if (!before) continue;
          const same = [0, 1, 2].every((channel) => pixels[at + channel] === before![at + channel]);
          if (same) continue;
          moved++;
          const [x, y] = [(at / 4) % width, Math.floor(at / 4 / width)];
          const told = x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
          if (!told) throw new Error(`pixel ${x}, ${y} changed outside of what was told`);
        }
        before = pixels.slice();
      }
      expect(moved).toBeGreaterThan(100);
    });

    test('draws the same frames from the same input', async () => {
      const draw = async () => {
        await using session = await bench.open(RATE);
        const frames: Uint8ClampedArray[] = [];
        for await (using frame of session.frames(bench.speak(6, RATE))) frames.push(frame.pixels.slice());
        return frames;
      };
      expect(await draw()).toEqual(await draw());
    });

    test('keeps the pixels of frames that are held, four at a time', async () => {
      await using session = await bench.open(RATE);
      const held = [];
      for await (const frame of session.frames(bench.speak(4, RATE))) held.push({ frame, copy: frame.pixels.slice() });
      for (const { frame, copy } of held) expect(frame.pixels).toEqual(copy);
      expect(new Set(held.map(({ frame }) => frame.pixels)).size).toBe(4);
      for (const { frame } of held) frame[Symbol.dispose]();
    });

    test('stops its input when the reader leaves early', async () => {
      await using session = await bench.open(RATE);
      let stopped = false;
      const input = bench.speak(1000, RATE, () => {
        stopped = true;
      });
      for await (using frame of session.frames(input)) if (frame.at > 0.1) break;
      expect(stopped).toBe(true);
    });
  });
