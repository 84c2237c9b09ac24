import { expect, test } from 'vitest';
import { cropFace } from './face-crop.ts';

/** A grey picture whose values are given row by row. */
function picture(rows: readonly (readonly number[])[]) {
  const width = rows[0]!.length;
  const pixels = new Uint8ClampedArray(rows.flatMap((row) => row.flatMap((grey) => [grey, grey, 255 - grey, 255])));
  return { width, height: rows.length, pixels };
}

const greys = ({ pixels }: { pixels: Uint8Array }) =>
  Array.from({ length: pixels.length / 3 }, (_, i) => pixels[i * 3]!);

test('a crop of its own size is copied', () => {
  const frame = picture([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10, 11, 12],
  ]);
  const crop = cropFace(frame, { x1: 1, x2: 3, y1: 1, y2: 3 }, 2);
  expect(greys(crop)).toEqual([6, 7, 10, 11]);
  expect(crop.pixels[2]).toBe(249);
});

test('a crop that grows is bilinear, pixel centres between its corners, edges repeated', () => {
  const frame = picture([
    [0, 100],
    [0, 100],
  ]);
  expect(greys(cropFace(frame, { x1: 0, x2: 2, y1: 0, y2: 2 }, 4)).slice(0, 4)).toEqual([0, 25, 75, 100]);
});

test('a crop that shrinks reads four neighbours only, as OpenCV does', () => {
  const frame = picture(Array.from({ length: 8 }, () => [0, 0, 0, 200, 100, 0, 0, 0]));
  expect(greys(cropFace(frame, { x1: 0, x2: 8, y1: 0, y2: 8 }, 1))).toEqual([150]);
  expect(greys(cropFace(frame, { x1: 0, x2: 8, y1: 0, y2: 8 }, 2)).slice(0, 2)).toEqual([0, 0]);
});

test('what lies beside the box is not mixed in', () => {
  const frame = picture([
    [255, 10, 10, 255],
    [255, 10, 10, 255],
  ]);
  expect(new Set(greys(cropFace(frame, { x1: 1, x2: 3, y1: 0, y2: 2 }, 7)))).toEqual(new Set([10]));
});
