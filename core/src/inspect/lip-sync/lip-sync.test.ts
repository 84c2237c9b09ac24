import { describe, expect, test } from 'vitest';
import { syntheticInput } from '../../models/networks/synthetic-weights.ts';
import { scoreSync } from './distance.ts';
import { mfccOf } from './mfcc.ts';

describe('the cepstrum', () => {
  const tones = Float32Array.from(
    { length: 16_000 },
    (_, n) => 0.5 * Math.sin((2 * Math.PI * 440 * n) / 16_000) + 0.25 * Math.sin((2 * Math.PI * 1234.5 * n) / 16_000),
  );
  const ROWS = [
    [
      0, 21.5447, 15.9208, -14.0885, -21.6667, -6.9674, -2.3254, -22.7914, -41.7593, -24.0398, 18.9505, 43.9126,
      28.4083, -2.1097,
    ],
    [
      50, 21.5508, 12.6307, -18.0423, -26.627, -13.0158, -8.5507, -28.0068, -45.6701, -27.1095, 15.9313, 41.1357,
      26.0553, -3.8311,
    ],
  ] as const;

  test.each(ROWS)('of two tones is the reference in row %i', (row, ...expected) => {
    const rows = mfccOf(tones);
    expect(rows).toHaveLength(99);
    for (const [k, value] of expected.entries()) {
      expect(Math.abs(rows[row]![k]! - value), `coefficient ${k}`).toBeLessThan(1e-3);
    }
  });

  test('of silence is made of numbers', () => {
    expect(mfccOf(new Float32Array(1000)).every((row) => row.every(Number.isFinite))).toBe(true);
    expect(mfccOf(new Float32Array(10))).toHaveLength(1);
  });
});

describe('the score', () => {
  const split = (values: Float32Array, width: number) =>
    Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width));

  test('of made-up features is the reference', () => {
    const lips = split(syntheticInput('f1', 240, -1, 1), 8);
    const sound = split(syntheticInput('f2', 240, -1, 1), 8);
    const { lseD, lseC, offset, means } = scoreSync(lips, sound);
    expect([lseD, lseC, means[0], means[15], means[30]].map((value) => value!.toFixed(5))).toEqual(
      [1.734333, 0.248356, 1.734333, 2.21688, 1.85012].map((value) => value.toFixed(5)),
    );
    expect(offset).toBe(15);
  });

  test('finds the shift of sound that comes late', () => {
    const sound = split(syntheticInput('late', 100 * 16, -1, 1), 16);
    const { offset, lseD, distances } = scoreSync(sound.slice(0, 80), sound.slice(3, 83));
    expect(offset).toBe(3);
    expect(distances).toHaveLength(80);
    expect(lseD).toBeLessThan(0.2); // all but the first three fit
    expect(() => scoreSync(sound, sound.slice(1))).toThrow(RangeError);
  });
});
