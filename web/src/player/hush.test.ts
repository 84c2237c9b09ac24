import { CHANNEL_INDEX, restPose } from '@orator/core/motion/pose';
import { expect, test } from 'vitest';
import { Hush } from './hush.ts';

const { jawOpen, mouthSmileLeft } = CHANNEL_INDEX;
const speaking = restPose();
speaking[jawOpen] = 0.4;
speaking[mouthSmileLeft] = 0.5;

test('a mouth is shut within 100 ms whatever the session still sends, and all else stays', () => {
  const hush = new Hush();
  expect(hush.apply(speaking, 1000)).toBe(speaking);
  hush.begin(1000);
  const [first, half, last] = [1000, 1035, 1090].map((at) => hush.apply(speaking, at).slice());
  expect(first![jawOpen]).toBeCloseTo(0.4, 6);
  expect(half![jawOpen]).toBeCloseTo(0.2, 2);
  expect(last![jawOpen]).toBe(0);
  expect(last![mouthSmileLeft]).toBe(0.5);
});

test('it lets go when the session has shut the mouth itself, or never does', () => {
  const hush = new Hush();
  hush.begin(0);
  expect(hush.apply(restPose(), 200)[jawOpen]).toBe(0);
  expect(hush.isOn).toBe(false);
  hush.begin(300);
  expect(hush.apply(speaking, 1000)).toBe(speaking);
  expect(hush.isOn).toBe(false);
});
