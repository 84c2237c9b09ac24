import type { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { clamp } from '../../base/maths.ts';
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
  memory: KernelMemory,
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

/** Tells how triangles (`indices`, positions `at` in px) have to be drawn, from the person's alpha under them. */
export function kindReader(person: Surface): (indices: Uint16Array, at: Float32Array) => Uint8Array {
  const empties = sums(person, 0);
  const solids = sums(person, 255);
  return (indices, at) => {
    const kinds = new Uint8Array(indices.length / 3);
    for (let k = 0; k < kinds.length; k++) kinds[k] = kindOf(person, empties, solids, cornersOf(indices, k, at));
    return kinds;
  };
}

/** x and y of each corner. */
type Corners = readonly [number, number, number, number, number, number];

function cornersOf(indices: Uint16Array, triangle: number, at: Float32Array): Corners {
  const [a, b, c] = [2 * indices[3 * triangle]!, 2 * indices[3 * triangle + 1]!, 2 * indices[3 * triangle + 2]!];
  return [at[a]!, at[a + 1]!, at[b]!, at[b + 1]!, at[c]!, at[c + 1]!];
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

function kindOf(person: Surface, empties: Int32Array, solids: Int32Array, corners: Corners): number {
  const [ax, ay, bx, by, cx, cy] = corners;
  // What lies outside the picture shows its border.
  const left = within(Math.floor(Math.min(ax, bx, cx) - MARGIN), person.width);
  const right = within(Math.ceil(Math.max(ax, bx, cx) + MARGIN), person.width);
  const top = within(Math.floor(Math.min(ay, by, cy) - MARGIN), person.height);
  const bottom = within(Math.ceil(Math.max(ay, by, cy) + MARGIN), person.height);
  const all = (right - left + 1) * (bottom - top + 1);
  const pitch = person.width + 1;
  if (countIn(solids, pitch, left, top, right, bottom) === all) return OPAQUE;
  if (countIn(empties, pitch, left, top, right, bottom) === all) return ABSENT;
  const turn = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay) < 0 ? -1 : 1;
  let solid = false;
  let empty = false;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      if (!isNear(ax, ay, bx, by, turn, x, y) || !isNear(bx, by, cx, cy, turn, x, y)) continue;
      if (!isNear(cx, cy, ax, ay, turn, x, y)) continue;
      const alpha = person.pixels[y * person.width + x]! >>> 24;
      if (alpha === 255) solid = true;
      else if (alpha === 0) empty = true;
      else return SHEER;
      if (solid && empty) return SHEER;
    }
  }
  return empty ? ABSENT : OPAQUE;
}

const within = (place: number, length: number) => Math.min(length - 1, Math.max(0, place));

/** How many pixels of a table's alpha lie in a box, its last row and column included. */
function countIn(table: Int32Array, pitch: number, left: number, top: number, right: number, bottom: number): number {
  const [above, below] = [top * pitch, (bottom + 1) * pitch];
  return table[below + right + 1]! - table[above + right + 1]! - table[below + left]! + table[above + left]!;
}

/** Whether the middle of a pixel lies inside an edge, or hardly outside. */
function isNear(ax: number, ay: number, bx: number, by: number, turn: number, x: number, y: number): boolean {
  const [ex, ey] = [bx - ax, by - ay];
  return turn * (ex * (y + 0.5 - ay) - ey * (x + 0.5 - ax)) >= -MARGIN * Math.hypot(ex, ey);
}
