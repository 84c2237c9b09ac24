import { describe, expect, test } from 'vitest';
import {
  correlation,
  countPeaks,
  deviation,
  powerShareAbove,
  quantile,
  resampleSeries,
  runs,
  speedOf,
} from './signal.ts';

const wave = (hertz: number, amplitude: number, steps: number, rate = 25) =>
  Float64Array.from({ length: steps }, (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / rate));

describe('series', () => {
  test('a sine of amplitude 0.1 deviates by 0.1 / √2 and spans 0.2', () => {
    const series = wave(1, 0.1, 500);
    expect(deviation(series)).toBeCloseTo(0.0707, 4);
    expect(quantile(series, 1) - quantile(series, 0)).toBeCloseTo(0.2, 3);
  });
  test('a 2 Hz mouth opens twice a second, and smaller ripples do not count', () => {
    const mouth = wave(2, 0.05, 245).map((value, i) => value + 0.002 * Math.cos(i * 2.5));
    expect(countPeaks(mouth, 0.01)).toBe(20);
    expect(countPeaks(mouth, 0.2)).toBe(0);
  });
  test('power above 8 Hz is that of the fast part', () => {
    const slow = wave(2, 0.3, 250);
    const fast = wave(10, 0.1, 250);
    expect(powerShareAbove(slow, 25, 8)).toBeCloseTo(0, 6);
    expect(
      powerShareAbove(
        slow.map((value, i) => value + fast[i]!),
        25,
        8,
      ),
    ).toBeCloseTo(0.1, 2);
    expect(powerShareAbove(new Float64Array(50), 25, 8)).toBe(0);
  });
  test('resampling keeps times', () => {
    const line = Float64Array.from({ length: 31 }, (_, i) => i / 30);
    const slower = resampleSeries(line, 30, 25);
    expect(slower).toHaveLength(26);
    expect(slower[25]).toBeCloseTo(1, 9);
  });
  test('speed is change per second', () => {
    expect([...speedOf(Float64Array.of(0, 1, 3), 25)]).toEqual([25, 25, 50]);
  });
  test('a series that stands still correlates with nothing', () => {
    expect(correlation(new Float64Array(10), wave(1, 1, 10))).toBe(0);
    expect(correlation(wave(1, 1, 50), wave(1, 3, 50))).toBeCloseTo(1, 9);
  });
  test('runs are found to the end', () => {
    expect(runs([0, 1, 1, 0, 1])).toEqual([
      [1, 3],
      [4, 5],
    ]);
  });
});
