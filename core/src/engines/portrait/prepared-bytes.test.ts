import { describe, expect, test } from 'vitest';
import type { PreparedPortrait } from './prepared.ts';
import { parsePortrait, serialisePortrait } from './prepared-bytes.ts';

const field = { index: Uint16Array.of(3, 9, 500), delta: Float32Array.from({ length: 9 }, (_, i) => i / 7) };
const portrait = {
  width: 640,
  height: 480,
  iod: 81.25,
  axes: { origin: [1, 2, 3], x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1] },
  positions: Float32Array.of(1.5, -2.25, 1e6),
  faceTriangles: Uint16Array.of(0, 1, 65535),
  fields: { jawOpen: field },
  hats: [field, field],
  backdrop: { matte: Uint8Array.of(0, 255, 7), plate: Uint8ClampedArray.of(1, 2, 3, 4) },
  warnings: ['The face is small.'],
} as unknown as PreparedPortrait;

describe('stored portraits', () => {
  test('come back with the same values and kinds of arrays', () => {
    expect(parsePortrait(serialisePortrait(portrait))).toEqual(portrait);
  });

  test('are read from a part of a larger, unaligned buffer', () => {
    const bytes = serialisePortrait(portrait);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(parsePortrait(shifted.subarray(3))).toEqual(portrait);
  });

  test('are refused when cut short, of another version or not portraits', () => {
    const bytes = serialisePortrait(portrait);
    expect(() => parsePortrait(bytes.subarray(0, bytes.length - 8))).toThrow(/cut short/);
    expect(() => parsePortrait(bytes.subarray(0, 5))).toThrow(/cut short/);
    const older = bytes.slice();
    older[4] = 200;
    expect(() => parsePortrait(older)).toThrow(/another version/);
    expect(() => parsePortrait(new Uint8Array(64))).toThrow(/not a portrait/);
  });
});
