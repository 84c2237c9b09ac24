import { expect, test } from 'vitest';
import { makeBackdrop } from './backdrop.ts';
import { BoxBlur } from './box-blur.ts';
import { guidedFilter } from './guided-filter.ts';

const SIZE = 64;
const inDisc = (x: number, y: number, radius = 18) => Math.hypot(x - 32, y - 32) < radius;

/** A green person on a background that brightens to the right. */
function scene() {
  const pixels = new Uint8ClampedArray(SIZE * SIZE * 4);
  const matte = new Float32Array(SIZE * SIZE);
  for (let i = 0; i < SIZE * SIZE; i++) {
    const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
    pixels.set(inDisc(x, y) ? [0, 255, 0, 255] : [60 + 2 * x, 40, 90, 255], i * 4);
    matte[i] = inDisc(x, y) ? 1 : 0;
  }
  return { picture: { width: SIZE, height: SIZE, pixels }, matte };
}

test('fills the person from the background around, and leaves the background as it is', () => {
  const { picture, matte } = scene();
  const rect = { x: 10, y: 20, width: 128, height: 128 };
  const { plate, matte: stored } = makeBackdrop({ rect, width: SIZE, height: SIZE, matte, picture }, 6);
  expect(stored[32 * SIZE + 32]).toBe(255);
  for (let i = 0; i < SIZE * SIZE; i++) {
    const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
    expect(plate[i * 4 + 1]).toBeLessThan(45); // no green left
    if (!inDisc(x, y, 24)) expect(plate[i * 4]).toBe(60 + 2 * x);
    else expect(Math.abs(plate[i * 4]! - (60 + 2 * x))).toBeLessThan(32);
  }
});

test('gives a coarse matte the edge that the picture shows', () => {
  const { picture, matte } = scene();
  const coarse = new BoxBlur(SIZE, SIZE).mean(matte, 4);
  const filtered = guidedFilter(picture, coarse, 6);
  const step = (values: Float32Array) => values[32 * SIZE + 48]! - values[32 * SIZE + 50]!; // the disc ends at x = 50
  expect(step(filtered)).toBeGreaterThan(2 * step(coarse));
});

test('takes box means that shrink at the edges', () => {
  const out = new BoxBlur(4, 1).mean(Float32Array.of(1, 2, 3, 10), 1);
  expect([...out]).toEqual([1.5, 2, 5, 6.5]);
});
