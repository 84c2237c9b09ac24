import type { Picture } from '../../../media/frame.ts';
import { BoxBlur } from './box-blur.ts';
import { luminance } from './face-pixels.ts';

/** Differences in luminance (0..1) well below this count as noise, not as an edge. */
const EDGE = 0.03;

/** Moves a soft mask's edges onto the edges of `guide`, within `reach` cells (He, Sun, Tang: guided image filtering). */
export function guidedFilter({ width, height, pixels }: Picture, mask: Float32Array, reach: number): Float32Array {
  const count = width * height;
  const light = new Float32Array(count);
  for (let i = 0; i < count; i++) light[i] = luminance(pixels[i * 4]!, pixels[i * 4 + 1]!, pixels[i * 4 + 2]!) / 255;
  const product = (a: Float32Array, b: Float32Array) => a.map((value, i) => value * b[i]!);
  const box = new BoxBlur(width, height);
  const blur = (values: Float32Array) => box.mean(values, reach);
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
