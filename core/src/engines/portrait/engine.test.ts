import { describe, expect, test } from 'vitest';
import { fps, frameTime } from '../../base/units.ts';
import type { Frame } from '../../media/frame.ts';
import { CHANNEL_INDEX, type MotionFrame, restPose } from '../../motion/pose.ts';
import { openPortrait } from './engine.ts';
import { syntheticPlacement, syntheticPortrait, syntheticStill } from './synthetic-portrait.ts';

const rate = fps(25);
const open = () =>
  openPortrait({ prepared: syntheticPortrait(), still: syntheticStill(), placement: syntheticPlacement, fps: rate });

async function* speaking(count: number, stopped?: { value: boolean }): AsyncGenerator<MotionFrame> {
  try {
    for (let index = 0; index < count; index++) {
      const pose = restPose();
      pose[CHANNEL_INDEX.jawOpen] = 0.3 + 0.3 * Math.sin(index);
      yield { index, at: frameTime(index, rate), pose };
    }
  } finally {
    if (stopped) stopped.value = true;
  }
}

describe('the portrait engine', () => {
  test('draws one frame for every frame of motion, in time', async () => {
    await using session = open();
    const times: number[] = [];
    for await (using frame of session.frames(speaking(25))) {
      times.push(frame.at);
      expect(frame.changed === undefined).toBe(times.length === 1);
      expect(frame.width).toBe(session.width);
    }
    expect(times).toHaveLength(25);
    expect(times[24]).toBeCloseTo(0.96);
  });

  test('uses one buffer again and again when each frame is disposed', async () => {
    await using session = open();
    const buffers = new Set<Uint8ClampedArray>();
    for await (using frame of session.frames(speaking(12))) buffers.add(frame.pixels);
    expect(buffers.size).toBe(1);
  });

  test('never draws over a frame that is still held', async () => {
    await using session = open();
    const held: Frame[] = [];
    const copies: Uint8ClampedArray[] = [];
    for await (const frame of session.frames(speaking(4))) {
      held.push(frame);
      copies.push(frame.pixels.slice());
    }
    for (const [k, frame] of held.entries()) expect(frame.pixels).toEqual(copies[k]);
    for (const frame of held) {
      frame[Symbol.dispose]();
      frame[Symbol.dispose]();
    }
    const buffers = new Set<Uint8ClampedArray>();
    const again: Frame[] = [];
    for await (const frame of session.frames(speaking(4))) {
      buffers.add(frame.pixels);
      again.push(frame);
    }
    expect(buffers).toEqual(new Set(held.map((frame) => frame.pixels)));
    for (const frame of again) frame[Symbol.dispose]();
  });

  test('stops its motion when the viewer leaves', async () => {
    await using session = open();
    const stopped = { value: false };
    for await (using frame of session.frames(speaking(100, stopped))) if (frame.at > 0.1) break;
    expect(stopped.value).toBe(true);
  });
});
