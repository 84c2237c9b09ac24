import type { Picture } from '../../../media/frame.ts';
import { luminance } from './face-pixels.ts';

/** Differences in luminance (0..1) well below this count as noise, not as an edge. */
const EDGE = 0.03;

/** Moves a soft mask's edges onto the edges of `guide`, within `reach` cells (He, Sun, Tang: guided image filtering). */
export function guidedFilter({ width, height, pixels }: Picture, mask: Float32Array, reach: number): Float32Array {
  const count = width * height;
  const light = new Float32Array(count);
  for (let i = 0; i < count; i++) light[i] = luminance(pixels[i * 4]!, pixels[i * 4 + 1]!, pixels[i * 4 + 2]!) / 255;
  const product = (a: Float32Array, b: Float32Array) => a.map((value, i) => value * b[i]!);
  const blur = (values: Float32Array) => boxMean(values, width, height, reach);
  const meanLight = blur(light);
  const meanMask = blur(mask);
  const both = blur(product(light, mask));
  const square = blur(product(light, light));
  const slope = new Float32Array(count);
  const base = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const covariance = both[i]! - meanLight[i]! * meanMask[i]!;
    const variance = square[i]! - meanLight[i]! * meanLight[i]!;
    slope[i] = covariance / (variance + EDGE * EDGE);
    base[i] = meanMask[i]! - slope[i]! * meanLight[i]!;
  }
  const meanSlope = blur(slope);
  const meanBase = blur(base);
  return light.map((value, i) => Math.min(1, Math.max(0, meanSlope[i]! * value + meanBase[i]!)));
}

/** The mean over squares of `2·reach + 1` cells, smaller at the edges. */
export function boxMean(values: Float32Array, width: number, height: number, reach: number): Float32Array {
  const rows = new Float32Array(values.length);
  for (let y = 0; y < height; y++) slide(values, rows, y * width, 1, width, reach);
  const out = new Float32Array(values.length);
  for (let x = 0; x < width; x++) slide(rows, out, x, width, height, reach);
  return out;
}

/** Running mean along one row or column of `count` values, `stride` apart. */
function slide(
  from: Float32Array,
  to: Float32Array,
  start: number,
  stride: number,
  count: number,
  reach: number,
): void {
  let sum = 0;
  for (let i = 0; i < Math.min(reach, count); i++) sum += from[start + i * stride]!;
  for (let i = 0; i < count; i++) {
    const enters = i + reach;
    const leaves = i - reach - 1;
    if (enters < count) sum += from[start + enters * stride]!;
    if (leaves >= 0) sum -= from[start + leaves * stride]!;
    to[start + i * stride] = sum / (Math.min(count - 1, enters) - Math.max(0, leaves + 1) + 1);
  }
}
