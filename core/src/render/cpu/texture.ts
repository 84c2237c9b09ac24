import type { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { filterWords, planAxis } from '../../media/filter.ts';
import type { Rect } from '../../media/frame.ts';
import type { Surface } from './surface.ts';

/**
 * Pixels to sample from. The texel at column i, row j shows the output position (`left` + i / `density`, `top` + j / `density`),
 * output positions counted so that a pixel's centre lies at +0.5.
 */
export interface Texture extends Surface {
  readonly density: number;
  readonly left: number;
  readonly top: number;
}

const LOW = 0x00ff00ff;

/** Catmull-Rom: the value between four samples, at `distance` from one of them. */
function catmullRom(distance: number): number {
  const x = Math.abs(distance);
  if (x >= 2) return 0;
  return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2;
}

/**
 * The part `rect` of a picture at `density` texels per pixel, in `memory`. At a density of 1 it is the picture as it is, else texels
 * between pixels follow Catmull-Rom. Bilinear samples of a denser texture stay nearly as sharp at half-pixel shifts as at whole ones,
 * so that moving skin does not flicker.
 */
export function createTexture(picture: Surface, rect: Rect, density: number, memory: KernelMemory): Texture {
  const width = Math.ceil(rect.width * density);
  const height = Math.ceil(rect.height * density);
  const pixels = memory.words(width * height);
  const axis = (start: number, count: number) => planAxis(count, 4, (i) => start + i / density, catmullRom);
  filterWords(picture, axis(rect.x, width), axis(rect.y, height), pixels);
  return { width, height, pixels, density, left: rect.x + 0.5, top: rect.y + 0.5 };
}

/** The word at texel position (`u`, `v`), bilinear, positions outside clamped to the border. */
export function sample(texture: Surface, u: number, v: number): number {
  const { width, height, pixels } = texture;
  const x = u < 0 ? 0 : Math.min(u, width - 1.001);
  const y = v < 0 ? 0 : Math.min(v, height - 1.001);
  const column = x | 0;
  const row = y | 0;
  const at = row * width + column;
  return blend4(
    pixels[at]!,
    pixels[at + 1]!,
    pixels[at + width]!,
    pixels[at + width + 1]!,
    ((x - column) * 256) | 0,
    ((y - row) * 256) | 0,
  );
}

/** Four neighbouring words mixed by 8-bit fractions (0..255) to the right and down. */
export function blend4(a: number, b: number, c: number, d: number, fx: number, fy: number): number {
  const both = (fx * fy) >> 8;
  const right = fx - both;
  const down = fy - both;
  const here = 256 - fx - fy + both;
  const even =
    (Math.imul(a & LOW, here) +
      Math.imul(b & LOW, right) +
      Math.imul(c & LOW, down) +
      Math.imul(d & LOW, both) +
      0x800080) >>>
    8;
  const odd =
    Math.imul((a >>> 8) & LOW, here) +
    Math.imul((b >>> 8) & LOW, right) +
    Math.imul((c >>> 8) & LOW, down) +
    Math.imul((d >>> 8) & LOW, both) +
    0x800080;
  return (even & LOW) | (odd & ~LOW);
}

/** Two words mixed: `a` at `share` 0, `b` at 256. */
export function mixWords(a: number, b: number, share: number): number {
  const rest = 256 - share;
  const even = (Math.imul(a & LOW, rest) + Math.imul(b & LOW, share) + 0x800080) >>> 8;
  const odd = Math.imul((a >>> 8) & LOW, rest) + Math.imul((b >>> 8) & LOW, share) + 0x800080;
  return (even & LOW) | (odd & ~LOW);
}
