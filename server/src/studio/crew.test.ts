import { type Fps, fps, frameTime } from '@orator/core/base/units';
import { engineContract } from '@orator/core/engines/engine-contract';
import { openPortrait, portrait } from '@orator/core/engines/portrait/engine';
import {
  syntheticPlacement,
  syntheticPortrait,
  syntheticStill,
} from '@orator/core/engines/portrait/synthetic-portrait';
import { CHANNEL_INDEX, type MotionFrame, restPose } from '@orator/core/motion/pose';
import { describe, expect, test } from 'vitest';
import { openCrew, suitableHelpers } from './crew.ts';

const RATE = fps(25);
const setup = (rate: Fps) => ({
  prepared: syntheticPortrait(),
  still: syntheticStill(),
  placement: syntheticPlacement,
  fps: rate,
});

async function* lively(frames: number, rate: Fps, onStop?: () => void): AsyncGenerator<MotionFrame> {
  try {
    for (let index = 0; index < frames; index++) {
      const pose = restPose();
      pose[CHANNEL_INDEX.jawOpen] = 0.3 + 0.3 * Math.sin(index);
      pose[CHANNEL_INDEX.headYaw] = index % 40 < 20 ? 0.05 * Math.sin(index / 3) : 0;
      yield { index, at: frameTime(index, rate), pose };
    }
  } finally {
    onStop?.();
  }
}

engineContract<MotionFrame>(portrait, { open: async (rate) => openCrew(setup(rate), 2), speak: lively });

describe('a crew', () => {
  test('draws the same frames as one thread does, in order, and tells of every pixel that changed', async () => {
    await using crew = openCrew(setup(RATE), 2);
    await using alone = openPortrait(setup(RATE));
    const frames = crew.frames(lively(400, RATE))[Symbol.asyncIterator]();
    const seen = new Uint8Array(crew.width * crew.height * 4);
    const words = new Uint32Array(seen.buffer);
    let shared = 0;
    for await (using expected of alone.frames(lively(400, RATE))) {
      using frame = (await frames.next()).value!;
      expect(frame.at).toBe(expected.at);
      if (frame.pixels.buffer instanceof SharedArrayBuffer) shared++;
      const { x, y, width, height } = frame.changed ?? { x: 0, y: 0, width: crew.width, height: crew.height };
      const now = new Uint32Array(frame.pixels.buffer, frame.pixels.byteOffset, words.length);
      for (let row = y; row < y + height; row++) {
        words.set(now.subarray(row * crew.width + x, row * crew.width + x + width), row * crew.width + x);
      }
      expect(Buffer.compare(seen, Buffer.from(expected.pixels))).toBe(0);
      await new Promise(setImmediate);
    }
    expect((await frames.next()).done).toBe(true);
    expect(shared).toBeGreaterThan(0);
  });

  test('is small for large pictures, and never larger than the machine', () => {
    expect(suitableHelpers({ width: 7680, height: 4320 })).toBe(0);
    expect(suitableHelpers({ width: 512, height: 512 })).toBeLessThanOrEqual(7);
  });
});
