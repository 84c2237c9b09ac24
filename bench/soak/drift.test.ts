import { expect, test } from 'vitest';
import { driftPerThousand, peakDriftPerThousand } from './drift.ts';

const at = (figure: (jobs: number) => number) =>
  Array.from({ length: 20 }, (_, k) => ({ jobs: 200 + k * 25, value: figure(200 + k * 25) }));

test('a figure that stays has no drift, whatever it swings', () => {
  expect(driftPerThousand(at(() => 300))).toBe(0);
  expect(Math.abs(driftPerThousand(at((jobs) => 300 + (jobs % 50 === 0 ? 5 : -5))))).toBeLessThan(5);
  expect(driftPerThousand([])).toBe(0);
  expect(driftPerThousand(at(() => 1).slice(0, 1))).toBe(0);
});

test('a leak is found in its size', () => {
  expect(driftPerThousand(at((jobs) => 300 + jobs * 0.1))).toBeCloseTo(100, 6);
  expect(driftPerThousand(at((jobs) => 300 - jobs * 0.01))).toBeCloseTo(-10, 6);
});

test('of a figure that goes up and down, the peaks are compared', () => {
  expect(peakDriftPerThousand(at((jobs) => 300 + (jobs % 200)))).toBe(0);
  expect(peakDriftPerThousand(at((jobs) => 300 + (jobs % 50) + jobs * 0.1))).toBeCloseTo(100, 6);
  expect(peakDriftPerThousand([{ jobs: 1, value: 1 }])).toBe(0);
});
