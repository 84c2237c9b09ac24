import type { Picture } from './frame.ts';

/** A square cut out of a picture: centre and side in pixels, turned clockwise by `angle` radians, mirrored left to right if asked. */
export interface Patch {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly angle: number;
  readonly mirrored?: boolean;
}

/** What lies outside a picture, and behind transparent pixels: mid grey, which networks take for nothing. */
const OUTSIDE = 128;

/** How values 0..255 are written: value · scale + bias. */
export interface Levels {
  readonly scale: number;
  readonly bias: number;
}

/**
 * Resamples `patch` to `size`² RGB values, interleaved, written to `out` from `offset`. Shrinking averages over the area,
 * enlarging is bilinear.
 */
export function readPatch(
  picture: Picture,
  patch: Patch,
  size: number,
  out: Float32Array,
  offset = 0,
  levels: Levels = { scale: 1, bias: 0 },
): void {
  const step = patch.side / size;
  const taps = Math.min(6, Math.max(1, Math.round(step / 1.4))); // every second pixel of what is shrunk: twice as fast, hardly less smooth
  const side = patch.mirrored ? -1 : 1;
  const cos = Math.cos(patch.angle) * step;
  const sin = Math.sin(patch.angle) * step;
  const add = taps === 1 ? addBilinear : addNearest;
  const gain = levels.scale / (taps * taps);
  const colour = new Float64Array(3);
  for (let row = 0, to = offset; row < size; row++) {
    for (let column = 0; column < size; column++, to += 3) {
      colour[0] = 0;
      colour[1] = 0;
      colour[2] = 0;
      for (let i = 0; i < taps; i++) {
        const v = row + (i + 0.5) / taps - size / 2;
        for (let k = 0; k < taps; k++) {
          const u = side * (column + (k + 0.5) / taps - size / 2);
          add(picture, patch.x + u * cos - v * sin, patch.y + u * sin + v * cos, colour);
        }
      }
      out[to] = colour[0]! * gain + levels.bias;
      out[to + 1] = colour[1]! * gain + levels.bias;
      out[to + 2] = colour[2]! * gain + levels.bias;
    }
  }
}

/** Adds the pixel under (x, y), pixel corners at whole numbers, to `sum`. */
function addNearest({ width, height, pixels }: Picture, x: number, y: number, sum: Float64Array): void {
  if (x < 0 || y < 0 || x >= width || y >= height) addWeighted(undefined, 0, 1, sum);
  else addWeighted(pixels, (Math.trunc(y) * width + Math.trunc(x)) * 4, 1, sum);
}

/** Adds the bilinear sample at (x, y), pixel corners at whole numbers, to `sum`. */
function addBilinear({ width, height, pixels }: Picture, x: number, y: number, sum: Float64Array): void {
  const left = Math.floor(x - 0.5);
  const top = Math.floor(y - 0.5);
  const across = x - 0.5 - left;
  const down = y - 0.5 - top;
  for (let corner = 0; corner < 4; corner++) {
    const px = left + (corner & 1);
    const py = top + (corner >> 1);
    const weight = (corner & 1 ? across : 1 - across) * (corner >> 1 ? down : 1 - down);
    const inside = px >= 0 && py >= 0 && px < width && py < height;
    addWeighted(inside ? pixels : undefined, (py * width + px) * 4, weight, sum);
  }
}

/** Adds a pixel over the grey that stands for nothing; without pixels, that grey. */
function addWeighted(pixels: Uint8ClampedArray | undefined, at: number, weight: number, sum: Float64Array): void {
  const cover = pixels === undefined ? 0 : (pixels[at + 3]! * weight) / 255;
  const grey = OUTSIDE * (weight - cover);
  sum[0] = sum[0]! + grey + (cover === 0 ? 0 : pixels![at]! * cover);
  sum[1] = sum[1]! + grey + (cover === 0 ? 0 : pixels![at + 1]! * cover);
  sum[2] = sum[2]! + grey + (cover === 0 ? 0 : pixels![at + 2]! * cover);
}

/** Where a point of a patch, in 0..1 from its upper left corner, lies in the picture. */
export function patchToPicture(patch: Patch, u: number, v: number): [number, number] {
  const across = (u - 0.5) * patch.side * (patch.mirrored ? -1 : 1);
  const down = (v - 0.5) * patch.side;
  const cos = Math.cos(patch.angle);
  const sin = Math.sin(patch.angle);
  return [patch.x + across * cos - down * sin, patch.y + across * sin + down * cos];
}

/** Cuts the part of a picture that a box covers, scaled to `width` × `height` pixels: bilinear, area-averaged when shrinking. */
export function cropPicture(
  picture: Picture,
  box: { readonly x: number; readonly y: number; readonly side: number },
  size: number,
): Picture {
  const values = new Float32Array(size * size * 3);
  const patch = { x: box.x + box.side / 2, y: box.y + box.side / 2, side: box.side, angle: 0 };
  readPatch(picture, patch, size, values);
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let i = 0; i < size * size; i++) {
    for (let c = 0; c < 3; c++) pixels[i * 4 + c] = values[i * 3 + c]!;
  }
  return { width: size, height: size, pixels };
}
