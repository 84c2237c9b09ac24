import { describe, expect, test } from 'vitest';
import { LIP_SIZE } from '../../models/networks/syncnet.ts';
import { cropForSync, syncPlaces } from './sync-crop.ts';

/** A picture of one colour with a stripe of another from a row on. */
function striped(width: number, height: number, from: number) {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    pixels.set(Math.floor(i / width) < from ? [10, 20, 30, 255] : [200, 150, 100, 255], i * 4);
  }
  return { width, height, pixels };
}
const CELLS = LIP_SIZE * LIP_SIZE;

describe('what SyncNet is shown', () => {
  test('is the box with more below than above, blue first', () => {
    // A box of 100 around 200, 150: rows 100 to 240, columns 130 to 270.
    const planes = cropForSync(striped(400, 400, 170), { x: 200, y: 150, half: 50 });
    expect(planes).toHaveLength(3 * CELLS);
    expect([0, 1, 2].map((plane) => planes[plane * CELLS])).toEqual([30, 20, 10]);
    expect([0, 1, 2].map((plane) => planes[(plane + 1) * CELLS - 1])).toEqual([100, 150, 200]);
    // The stripe begins at row 170 of 100..240: in the middle.
    const column = Array.from({ length: LIP_SIZE }, (_, row) => planes[row * LIP_SIZE + 100]!);
    expect(column.findIndex((blue) => blue > 60)).toBe(LIP_SIZE / 2);
  });

  test('is grey beyond the picture', () => {
    const planes = cropForSync(striped(400, 400, 0), { x: 0, y: 200, half: 50 });
    expect(planes[100 * LIP_SIZE]).toBe(110);
    expect(planes[100 * LIP_SIZE + LIP_SIZE - 1]).toBe(100);
  });

  test('does not jump with one box', () => {
    const boxes = Array.from({ length: 30 }, (_, i) => ({ x1: i === 15 ? 300 : 100, x2: 200, y1: 50, y2: 150 }));
    const places = syncPlaces(boxes);
    expect(places.slice(7, 23).every(({ x, y, half }) => x === 150 && y === 100 && half === 50)).toBe(true);
  });
});
