import { expect, test } from 'vitest';
import { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { CHANNEL_INDEX, restPose } from '../../motion/pose.ts';
import { HeadPose, softLimit } from './pose.ts';
import { syntheticPlacement, syntheticPortrait } from './synthetic-portrait.ts';

test('a soft limit follows small angles, never passes the limit and never turns back', () => {
  expect(softLimit(0.05, -0.2, 0.1)).toBe(0.05);
  let before = -1;
  for (let angle = -1; angle <= 1; angle += 0.01) {
    const limited = softLimit(angle, -0.2, 0.1);
    expect(limited).toBeGreaterThanOrEqual(before);
    expect(limited).toBeGreaterThanOrEqual(-0.2);
    expect(limited).toBeLessThanOrEqual(0.1);
    before = limited;
  }
});

test('a resting pose leaves every vertex exactly where the photo has it', () => {
  const prepared = syntheticPortrait();
  const pose = new HeadPose(prepared, syntheticPlacement, new KernelMemory(1 << 20, 2));
  pose.read(restPose());
  pose.place(new Float32Array(prepared.head.length));
  expect(pose.at).toEqual(pose.home);
  expect(pose.moved.every((moved) => moved === 0)).toBe(true);
});

test('breath lifts the torso alone and sway carries it sideways', () => {
  const prepared = syntheticPortrait();
  const pose = new HeadPose(prepared, syntheticPlacement, new KernelMemory(1 << 20, 2));
  const channels = restPose();
  channels[CHANNEL_INDEX.breath] = 1;
  channels[CHANNEL_INDEX.sway] = 0.05;
  pose.read(channels);
  pose.place(new Float32Array(prepared.head.length));
  for (let k = 0; k < prepared.torso.length; k++) {
    const share = prepared.torso[k]!;
    expect(pose.at[2 * k]! - pose.home[2 * k]!).toBeCloseTo(share * 0.05 * 60, 3);
    expect(pose.at[2 * k + 1]! - pose.home[2 * k + 1]!).toBeCloseTo(-share * 0.035 * 60, 3);
  }
});
