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
  const taps = Math.min(8, Math.max(1, Math.round(step))); // 8 x 8 taps: enough for a 2000 px face in a 256 px input
  const cos = Math.cos(patch.angle) * step * (patch.mirrored ? -1 : 1);
  const sin = Math.sin(patch.angle) * step * (patch.mirrored ? -1 : 1);
  const downX = -Math.sin(patch.angle) * step;
  const downY = Math.cos(patch.angle) * step;
  const gain = levels.scale / (taps * taps);
  const colour = new Float32Array(3);
  for (let row = 0, to = offset; row < size; row++) {
    for (let column = 0; column < size; column++, to += 3) {
      colour.fill(0);
      for (let tap = 0; tap < taps * taps; tap++) {
        const u = column + ((tap % taps) + 0.5) / taps - size / 2;
        const v = row + (Math.floor(tap / taps) + 0.5) / taps - size / 2;
        addSample(picture, patch.x + u * cos + v * downX - 0.5, patch.y + u * sin + v * downY - 0.5, colour);
      }
      for (let c = 0; c < 3; c++) out[to + c] = colour[c]! * gain + levels.bias;
    }
  }
}

/** Adds the bilinear sample at (x, y), pixel centres at whole numbers, to `sum`. */
function addSample({ width, height, pixels }: Picture, x: number, y: number, sum: Float32Array): void {
  const left = Math.floor(x);
  const top = Math.floor(y);
  for (let corner = 0; corner < 4; corner++) {
    const px = left + (corner & 1);
    const py = top + (corner >> 1);
    const weight = (corner & 1 ? x - left : 1 - x + left) * (corner >> 1 ? y - top : 1 - y + top);
    if (px < 0 || py < 0 || px >= width || py >= height) {
      for (let c = 0; c < 3; c++) sum[c] = sum[c]! + weight * OUTSIDE;
      continue;
    }
    const at = (py * width + px) * 4;
    const alpha = pixels[at + 3]! / 255;
    for (let c = 0; c < 3; c++) sum[c] = sum[c]! + weight * (pixels[at + c]! * alpha + OUTSIDE * (1 - alpha));
  }
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
