import { seconds } from '@orator/core/base/units';
import { describe, expect, test } from 'vitest';
import { LiveSound } from './live-sound.ts';

/** Sends parts of so many seconds, the k-th at a time of its own, in ms. */
function sent(parts: number, length: number, at: (k: number) => number): LiveSound {
  const sound = new LiveSound();
  for (let k = 0; k < parts; k++) sound.push(new Float32Array(length * 16_000), at(k));
  return sound;
}

describe('sound that comes live', () => {
  test('comes as fast as it is heard from a microphone, and not as a recording', () => {
    expect(sent(30, 0.02, (k) => 20 * k).isPaced).toBe(true);
    expect(sent(30, 0.02, (k) => 20 * k + 15 * (k % 2)).isPaced).toBe(true);
    expect(sent(10, 0.02, (k) => 20 * k).isPaced).toBe(false); // too early to say
    expect(sent(30, 0.02, (k) => 10 * k).isPaced).toBe(false);
    expect(sent(30, 0.5, (k) => 500 * k).isPaced).toBe(false); // pieces of another voice
    expect(sent(30, 0.02, () => 0).isPaced).toBe(false);
  });

  test('is paced again after a stall that it came late from', () => {
    expect(sent(60, 0.02, (k) => (k < 20 ? 20 * k : 20 * k + 400)).isPaced).toBe(true);
  });

  test('tells when what is heard came', () => {
    const sound = sent(10, 0.02, (k) => 100 + 20 * k);
    expect(sound.arrivalOf(seconds(0))).toBe(100);
    expect(sound.arrivalOf(seconds(0.05))).toBe(140);
    expect(sound.arrivalOf(seconds(1))).toBeUndefined();
  });
});
