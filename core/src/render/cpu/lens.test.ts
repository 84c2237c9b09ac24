import { expect, test } from 'vitest';
import { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { Lens, lensBytes } from './lens.ts';

const createLens = () => new Lens(5, 100, 64, new KernelMemory(lensBytes(100, 64), 2));
const upper = Uint16Array.of(0, 1, 2, 3, 4);
const lower = Uint16Array.of(0, 5, 6, 7, 4);
/** A lens 40 px long whose curves part by `height` px in the middle. */
const curves = (height: number, tilt = 0) => {
  const xs = [10, 20, 30, 40, 50];
  const bow = [0, 0.75, 1, 0.75, 0];
  const point = (k: number, side: number) => {
    const [x, y] = [xs[k]! - 30, (side * bow[k]! * height) / 2];
    return [30 + x * Math.cos(tilt) - y * Math.sin(tilt), 30 + x * Math.sin(tilt) + y * Math.cos(tilt)];
  };
  return Float32Array.from([0, 1, 2, 3, 4].flatMap((k) => point(k, -1)).concat([1, 2, 3].flatMap((k) => point(k, 1))));
};

/** The opening's area in pixels. */
function area(lens: Lens, fade: number): number {
  let sum = 0;
  for (let y = lens.firstRow; y < lens.rowEnd; y++) {
    lens.scan(y, fade);
    for (let x = lens.from; x < lens.to; x++) sum += lens.share[x - lens.from]!;
  }
  return sum;
}

test('an open lens shows its middle and nothing outside', () => {
  const lens = createLens();
  lens.shape(curves(16), upper, lower, 2, 64, 64);
  expect(lens.height).toBeCloseTo(16, 1);
  lens.scan(29, 1);
  expect(lens.share[30 - lens.from]).toBe(1);
  expect(lens.gap[30 - lens.from]).toBeCloseTo(16, 0);
  expect(lens.below[30 - lens.from]).toBeCloseTo(7.5, 0);
  expect(lens.share[6 - lens.from] ?? 0).toBe(0);
  lens.scan(20, 1);
  expect(lens.share[30 - lens.from]).toBe(0);
});

test('its area does not depend on how the head tips', () => {
  const lens = createLens();
  lens.shape(curves(12), upper, lower, 2, 64, 64);
  const straight = area(lens, 1);
  lens.shape(curves(12, 0.5), upper, lower, 2, 64, 64);
  expect(area(lens, 1) / straight).toBeCloseTo(1, 1);
  expect(straight).toBeGreaterThan(250);
});

test('a closed lens shows nothing at all', () => {
  const lens = createLens();
  for (const height of [0, 0.2, -6]) {
    lens.shape(curves(height), upper, lower, 2, 64, 64);
    expect(area(lens, 1)).toBe(0);
  }
});

test('points that crowd together do not throw the curve out', () => {
  const lens = createLens();
  const at = curves(10);
  at.set([20.0005, 24], 2 * 2); // the second and third upper points nearly above each other, at different heights
  at.set([20, 29], 2);
  lens.shape(at, upper, lower, 2, 64, 64);
  for (let k = 0; k < lens.samples; k++) expect(Math.abs(lens.top[k]!)).toBeLessThan(7);
});
