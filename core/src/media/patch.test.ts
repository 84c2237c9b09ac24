import { describe, expect, test } from 'vitest';
import type { Picture } from './frame.ts';
import { cropPicture, patchToPicture, readPatch } from './patch.ts';

/** A picture whose red rises by one per column and green by one per row. */
function ramp(width: number, height: number): Picture {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set([x, y, 0, 255], (y * width + x) * 4);
  }
  return { width, height, pixels };
}

describe('patches', () => {
  test('reads pixels as they are at scale one', () => {
    const out = new Float32Array(8 * 8 * 3);
    readPatch(ramp(64, 64), { x: 24, y: 34, side: 8, angle: 0 }, 8, out);
    expect(out[0]).toBeCloseTo(20);
    expect(out[1]).toBeCloseTo(30);
    expect(out.at(-3)).toBeCloseTo(27);
  });

  test('averages when shrinking and interpolates when enlarging', () => {
    const small = new Float32Array(3);
    readPatch(ramp(64, 64), { x: 32, y: 32, side: 8, angle: 0 }, 1, small);
    expect(Math.abs(small[0]! - 31.5)).toBeLessThan(0.3);
    const large = new Float32Array(16 * 16 * 3);
    readPatch(ramp(64, 64), { x: 32, y: 32, side: 4, angle: 0 }, 16, large);
    expect(large[3]! - large[0]!).toBeCloseTo(0.25);
  });

  test('turns clockwise, mirrors, and finds its way back', () => {
    const patch = { x: 30, y: 32, side: 10, angle: Math.PI / 2 };
    const out = new Float32Array(10 * 10 * 3);
    readPatch(ramp(64, 64), patch, 10, out);
    expect(out[9 * 3 + 1]! - out[1]!).toBeCloseTo(9); // along its first row the picture's rows go by
    const [x, y] = patchToPicture(patch, 0.95, 0.05);
    expect(out[9 * 3]).toBeCloseTo(x - 0.5);
    expect(out[9 * 3 + 1]).toBeCloseTo(y - 0.5);
    const mirrored = new Float32Array(10 * 10 * 3);
    readPatch(ramp(64, 64), { ...patch, angle: 0, mirrored: true }, 10, mirrored);
    expect(mirrored[0]! - mirrored[3]!).toBeCloseTo(1);
  });

  test('shows grey outside the picture and through transparent pixels', () => {
    const picture = ramp(4, 4);
    picture.pixels.fill(0);
    expect([...cropPicture(picture, { x: -2, y: -2, side: 8 }, 8).pixels.subarray(0, 4)]).toEqual([128, 128, 128, 255]);
    expect(cropPicture(picture, { x: 0, y: 0, side: 4 }, 4).pixels[0]).toBe(128);
  });
});
