import { expect, test } from 'vitest';
import type { Picture } from './frame.ts';
import { scalePicture } from './scale.ts';

/** A soft spot around a point, in whole-picture coordinates: pixel 0 covers 0..1. */
function spot(side: number, x: number, y: number): Picture {
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let i = 0; i < side * side; i++) {
    const [dx, dy] = [(i % side) + 0.5 - x, Math.floor(i / side) + 0.5 - y];
    pixels.fill(250 * Math.exp(-(dx * dx + dy * dy) / 50), i * 4, i * 4 + 3);
  }
  return { width: side, height: side, pixels };
}

function centreOf({ width, height, pixels }: Picture): [number, number] {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    sum += pixels[i * 4]!;
    x += pixels[i * 4]! * ((i % width) + 0.5);
    y += pixels[i * 4]! * (Math.floor(i / width) + 0.5);
  }
  return [x / sum, y / sum];
}

test.each([30, 64, 99, 100, 101, 150, 200, 256])('a point stays where it belongs when 100 pixels become %i', (side) => {
  const crop = { x: 10, y: 20, width: 100, height: 100 };
  const [x, y] = centreOf(scalePicture(spot(140, 55.3, 72.6), crop, { width: side, height: side }));
  expect(x).toBeCloseTo((45.3 * side) / 100, 1);
  expect(y).toBeCloseTo((52.6 * side) / 100, 1);
});

test('at its own size a part is copied', () => {
  const picture = spot(60, 30, 30);
  const part = scalePicture(picture, { x: 20, y: 10, width: 30, height: 40 }, { width: 30, height: 40 });
  for (const [x, y] of [
    [0, 0],
    [15, 20],
    [29, 39],
  ] as const) {
    expect(part.pixels[(y * 30 + x) * 4]).toBe(picture.pixels[((y + 10) * 60 + x + 20) * 4]);
  }
});

test('a flat colour stays flat to the border, and opaque', () => {
  const picture = { width: 7, height: 5, pixels: new Uint8ClampedArray(7 * 5 * 4).fill(77) };
  const { pixels } = scalePicture(picture, { x: 0, y: 0, width: 7, height: 5 }, { width: 40, height: 3 });
  for (let i = 0; i < pixels.length; i += 4) expect([...pixels.subarray(i, i + 4)]).toEqual([77, 77, 77, 255]);
});

test('fine stripes shrink to their mean, not to other stripes', () => {
  const pixels = new Uint8ClampedArray(200 * 200 * 4).fill(255);
  for (let i = 0; i < 200 * 200; i += 2) pixels.fill(0, i * 4, i * 4 + 3);
  const small = scalePicture(
    { width: 200, height: 200, pixels },
    { x: 0, y: 0, width: 200, height: 200 },
    { width: 60, height: 60 },
  );
  const middle = Array.from({ length: 40 }, (_, x) => small.pixels[(30 * 60 + 10 + x) * 4]!);
  expect(Math.max(...middle) - Math.min(...middle)).toBeLessThan(8);
});
