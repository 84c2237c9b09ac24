import { describe, expect, test } from 'vitest';
import { type Fps, fps, frameTime } from '../../base/units.ts';
import type { Frame } from '../../media/frame.ts';
import { CHANNEL_INDEX, type MotionFrame, restPose } from '../../motion/pose.ts';
import { engineContract } from '../engine-contract.ts';
import { openPortrait, portrait } from './engine.ts';
import { syntheticPlacement, syntheticPortrait, syntheticStill } from './synthetic-portrait.ts';

const RATE = fps(25);
const open = (rate: Fps) =>
  openPortrait({ prepared: syntheticPortrait(), still: syntheticStill(), placement: syntheticPlacement, fps: rate });

async function* lively(frames: number, rate: Fps, onStop?: () => void): AsyncGenerator<MotionFrame> {
  try {
    for (let index = 0; index < frames; index++) {
      const pose = restPose();
      pose[CHANNEL_INDEX.jawOpen] = 0.3 + 0.3 * Math.sin(index);
      pose[CHANNEL_INDEX.headYaw] = 0.05 * Math.sin(index / 3);
      pose[CHANNEL_INDEX.eyeBlinkLeft] = pose[CHANNEL_INDEX.eyeBlinkRight] = index % 5 === 4 ? 1 : 0;
      yield { index, at: frameTime(index, rate), pose };
    }
  } finally {
    onStop?.();
  }
}

engineContract<MotionFrame>(portrait, { open: async (rate) => open(rate), speak: lively });

describe('the portrait engine', () => {
  test('uses one buffer again and again when each frame is disposed', async () => {
    await using session = open(RATE);
    const buffers = new Set<Uint8ClampedArray>();
    for await (using frame of session.frames(lively(12, RATE))) buffers.add(frame.pixels);
    expect(buffers.size).toBe(1);
  });

  test('never draws over a frame that is still held', async () => {
    await using session = open(RATE);
    const held: Frame[] = [];
    const copies: Uint8ClampedArray[] = [];
    for await (const frame of session.frames(lively(4, RATE))) {
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
    for await (const frame of session.frames(lively(4, RATE))) {
      buffers.add(frame.pixels);
      again.push(frame);
    }
    expect(buffers).toEqual(new Set(held.map((frame) => frame.pixels)));
    for (const frame of again) frame[Symbol.dispose]();
  });
});
