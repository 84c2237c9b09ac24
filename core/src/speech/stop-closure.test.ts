import { expect, test } from 'vitest';
import { hertz, seconds } from '../base/units.ts';
import { moveStopsToClosure } from './stop-closure.ts';

const RATE = hertz(16_000);

/** A tone that falls silent from 0.160 to 0.200 s, then a burst. */
const sound = Float32Array.from({ length: 4800 }, (_, n) =>
  n >= 2560 && n < 3200 ? 0 : 0.5 * Math.sin((2 * Math.PI * 300 * n) / RATE),
);
const phones = (stop: string) => [
  { phone: 'a', start: seconds(0), end: seconds(0.2) },
  { phone: stop, start: seconds(0.2), end: seconds(0.25) },
];

test('a voiceless stop begins where the sound falls silent before its burst', () => {
  const [vowel, stop] = moveStopsToClosure(phones('p'), sound, 0, RATE);
  expect(stop!.start).toBeCloseTo(0.16, 2);
  expect(vowel!.end).toBe(stop!.start);
  expect(stop!.end).toBe(0.25);
});

test('a voiced stop stays where it is', () => {
  expect(moveStopsToClosure(phones('b'), sound, 0, RATE)).toEqual(phones('b'));
});

test('the phone before keeps at least 10 ms', () => {
  const silent = new Float32Array(4800);
  silent.set(sound.subarray(0, 2000));
  const short = [
    { phone: 'a', start: seconds(0), end: seconds(0.15) },
    { phone: 's', start: seconds(0.15), end: seconds(0.18) },
    { phone: 'k', start: seconds(0.18), end: seconds(0.25) },
  ];
  expect(moveStopsToClosure(short, silent, 0, RATE)[2]!.start).toBeGreaterThanOrEqual(0.16 - 1e-9);
});
