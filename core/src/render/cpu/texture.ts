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

/** Half way between the two middle words of four by Catmull-Rom weights (-1, 9, 9, -1) / 16, each channel kept in 0..255. */
function between(a: number, b: number, c: number, d: number): number {
  let word = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const inner = ((b >>> shift) & 255) + ((c >>> shift) & 255);
    const outer = ((a >>> shift) & 255) + ((d >>> shift) & 255);
    const value = (9 * inner - outer + 8) >> 4;
    word |= (value < 0 ? 0 : Math.min(value, 255)) << shift;
  }
  return word;
}

/**
 * The part `rect` of a picture at twice its density: every second texel is a pixel of the picture as it is, those between follow
 * Catmull-Rom. Bilinear samples of it stay nearly as sharp at half-pixel shifts as at whole ones, so that moving skin does not flicker.
 */
export function createDenseTexture(picture: Surface, rect: Rect): Texture {
  const width = rect.width * 2;
  const height = rect.height * 2;
  const pixels = new Int32Array(width * height);
  const column = (x: number) => Math.min(picture.width - 1, Math.max(0, x));
  for (let y = 0; y < rect.height; y++) {
    const row = Math.min(picture.height - 1, Math.max(0, rect.y + y)) * picture.width;
    const at = 2 * y * width;
    for (let x = 0; x < rect.width; x++) {
      const from = rect.x + x;
      const b = picture.pixels[row + column(from)]!;
      const c = picture.pixels[row + column(from + 1)]!;
      pixels[at + 2 * x] = b;
      pixels[at + 2 * x + 1] =
        b === c ? b : between(picture.pixels[row + column(from - 1)]!, b, c, picture.pixels[row + column(from + 2)]!);
    }
  }
  for (let y = 0; y < rect.height; y++) {
    const row = (k: number) => 2 * Math.min(rect.height - 1, Math.max(0, y + k)) * width;
    const [a, b, c, d] = [row(-1), row(0), row(1), row(2)] as const;
    const at = (2 * y + 1) * width;
    for (let x = 0; x < width; x++) {
      pixels[at + x] = between(pixels[a + x]!, pixels[b + x]!, pixels[c + x]!, pixels[d + x]!);
    }
  }
  return { width, height, pixels, density: 2, left: rect.x + 0.5, top: rect.y + 0.5 };
}

/** The part `rect` of a picture as it is: enough where the picture was enlarged and holds no detail of the size of a pixel. */
export function createPlainTexture(picture: Surface, rect: Rect): Texture {
  const { width, height } = rect;
  const pixels = new Int32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (rect.y + y) * picture.width + rect.x;
    pixels.set(picture.pixels.subarray(from, from + width), y * width);
  }
  return { width, height, pixels, density: 1, left: rect.x + 0.5, top: rect.y + 0.5 };
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
