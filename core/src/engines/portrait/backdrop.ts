import { clamp } from '../../base/maths.ts';
import type { PixelMemory } from '../../media/kernels/pixel-memory.ts';
import { ABSENT, OPAQUE, SHEER } from '../../render/cpu/mesh-painter.ts';
import type { Surface } from '../../render/cpu/surface.ts';
import { sample } from '../../render/cpu/texture.ts';
import type { Placement, PreparedBackdrop } from './prepared.ts';

/** A still taken apart: the person, premultiplied by the matte, and the picture with the background going on behind. */
export interface Layers {
  readonly person: Surface;
  readonly behind: Surface;
}

const SOLID = 250; // of 255: mattes count as full above and as empty below 255 - SOLID
const PLATE_FROM = 6; // of 255: from this matte on the picture shows person, so only the plate tells what is behind

/**
 * Takes `still` apart along the matte. Person over background gives the still again, also where the matte is soft: what the
 * background adds to a soft pixel is taken out of the person's share. Beyond the matte's grid its border goes on. What is behind lies
 * in `memory`.
 */
export function separate(
  still: Surface,
  backdrop: PreparedBackdrop,
  placement: Placement,
  memory: PixelMemory,
): Layers {
  const { width, height } = still;
  const person = new Int32Array(width * height);
  const behind = memory.words(width * height);
  const plate = {
    width: backdrop.width,
    height: backdrop.height,
    pixels: new Int32Array(backdrop.plate.buffer, backdrop.plate.byteOffset, backdrop.matte.length),
  };
  const matte = {
    width: backdrop.width,
    height: backdrop.height,
    pixels: Int32Array.from(backdrop.matte),
  };
  const { rect } = backdrop;
  const across = backdrop.width / rect.width / placement.scale;
  const down = backdrop.height / rect.height / placement.scale;
  for (let y = 0; y < height; y++) {
    const v = (y + 0.5 - (rect.y - placement.y) * placement.scale) * down - 0.5;
    for (let x = 0; x < width; x++) {
      const u = (x + 0.5 - (rect.x - placement.x) * placement.scale) * across - 0.5;
      const at = y * width + x;
      const word = still.pixels[at]!;
      const seen = sample(matte, u, v) & 255;
      const cover = seen >= SOLID ? 255 : seen <= 255 - SOLID ? 0 : seen;
      const inGrid = u > -0.5 && v > -0.5 && u < plate.width - 0.5 && v < plate.height - 0.5;
      const hidden = inGrid ? clamp(cover / PLATE_FROM) : 0;
      const back = hidden === 0 ? word : blend(word, sample(plate, u, v), hidden);
      behind[at] = back;
      person[at] = cover === 255 ? word : cover === 0 ? 0 : premultiply(word, back, cover);
    }
  }
  return { person: { width, height, pixels: person }, behind: { width, height, pixels: behind } };
}

function blend(a: number, b: number, share: number): number {
  const channel = (shift: number) => {
    const from = (a >>> shift) & 255;
    return Math.round(from + (((b >>> shift) & 255) - from) * share) << shift;
  };
  return channel(0) | channel(8) | channel(16) | (a & 0xff000000);
}

/** The person's share of a soft pixel: the pixel less what the background gives. */
function premultiply(word: number, back: number, cover: number): number {
  const channel = (shift: number) => {
    const share = ((word >>> shift) & 255) - (((back >>> shift) & 255) * (255 - cover)) / 255;
    return clamp(Math.round(share), 0, cover) << shift;
  };
  return channel(0) | channel(8) | channel(16) | (cover << 24);
}

/** How each triangle (`indices`, positions `at` in px) has to be drawn, from the person's alpha under it. */
export function kindsOf(person: Surface, indices: Uint16Array, at: Float32Array): Uint8Array {
  const kinds = new Uint8Array(indices.length / 3);
  const empties = sums(person, 0);
  const solids = sums(person, 255);
  for (let k = 0; k < kinds.length; k++) {
    kinds[k] = kindOf(person, empties, solids, indices.subarray(3 * k, 3 * k + 3), at);
  }
  return kinds;
}

/** How many pixels of an alpha lie above and left of each place: (width + 1) × (height + 1) counts. */
function sums({ width, height, pixels }: Surface, alpha: number): Int32Array {
  const counts = new Int32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x]! >>> 24 === alpha) row++;
      counts[(y + 1) * (width + 1) + x + 1] = counts[y * (width + 1) + x + 1]! + row;
    }
  }
  return counts;
}

const MARGIN = 1.5; // px around a triangle that bilinear samples can reach

function kindOf(
  person: Surface,
  empties: Int32Array,
  solids: Int32Array,
  corners: Uint16Array,
  at: Float32Array,
): number {
  const xs = Array.from(corners, (k) => at[2 * k]!);
  const ys = Array.from(corners, (k) => at[2 * k + 1]!);
  const column = (x: number) => Math.min(person.width - 1, Math.max(0, x));
  const line = (y: number) => Math.min(person.height - 1, Math.max(0, y));
  // What lies outside the picture shows its border.
  const left = column(Math.floor(Math.min(...xs) - MARGIN));
  const right = column(Math.ceil(Math.max(...xs) + MARGIN));
  const top = line(Math.floor(Math.min(...ys) - MARGIN));
  const bottom = line(Math.ceil(Math.max(...ys) + MARGIN));
  const pitch = person.width + 1;
  const count = (table: Int32Array) =>
    table[(bottom + 1) * pitch + right + 1]! -
    table[top * pitch + right + 1]! -
    table[(bottom + 1) * pitch + left]! +
    table[top * pitch + left]!;
  const all = (right - left + 1) * (bottom - top + 1);
  if (count(solids) === all) return OPAQUE;
  if (count(empties) === all) return ABSENT;
  const area = (xs[1]! - xs[0]!) * (ys[2]! - ys[0]!) - (xs[2]! - xs[0]!) * (ys[1]! - ys[0]!);
  const turn = area < 0 ? -1 : 1;
  let solid = false;
  let empty = false;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      let inside = true;
      for (let e = 0; e < 3 && inside; e++) {
        const f = (e + 1) % 3;
        const [ex, ey] = [xs[f]! - xs[e]!, ys[f]! - ys[e]!];
        const side = turn * (ex * (y + 0.5 - ys[e]!) - ey * (x + 0.5 - xs[e]!));
        inside = side >= -MARGIN * Math.hypot(ex, ey);
      }
      if (!inside) continue;
      const alpha = person.pixels[y * person.width + x]! >>> 24;
      if (alpha === 255) solid = true;
      else if (alpha === 0) empty = true;
      else return SHEER;
      if (solid && empty) return SHEER;
    }
  }
  return empty ? ABSENT : OPAQUE;
}
