import { clamp, smooth } from '../../../base/maths.ts';
import type { Picture, Rect } from '../../../media/frame.ts';
import { cropPicture } from '../../../media/patch.ts';
import { type FaceLandmarker, PEOPLE_SIDE } from '../../../models/face-landmarks.ts';
import { faceCentre } from '../mesh/rings.ts';
import { guidedFilter } from './guided-filter.ts';
import type { HeadFrame } from './head-frame.ts';

/** Where the person is around a face, as a grid over part of the source picture. */
export interface Silhouette {
  /** Source pixels that the grid covers. */
  readonly rect: Rect;
  readonly width: number;
  readonly height: number;
  /** Share of each cell that shows the person, 0..1. */
  readonly matte: Float32Array;
  /** The picture at the grid's size. */
  readonly picture: Picture;
}

/** Side of the square around the face that is looked at, IOD, centred this far below the eyes. */
const SIDE = 6.5;
const BELOW_EYES = 0.45;
/** Most cells along a side. */
const CELLS = 512;
/** The face itself must be seen as a person at least this much, or the network did not understand the picture. */
const LEAST_FACE = 0.8;

/** Finds the person around a face; `undefined` without the network for it, or when its answer makes no sense. */
export async function findSilhouette(
  picture: Picture,
  landmarker: FaceLandmarker,
  frame: HeadFrame,
  positions: Float32Array,
  oval: Uint16Array,
): Promise<Silhouette | undefined> {
  if (!landmarker.people) return undefined;
  const square = squareAround(picture, frame);
  const people = await landmarker.people(cropPicture(picture, square, PEOPLE_SIDE));
  const rect = visiblePart(square, picture);
  const cell = Math.max(1, square.side / CELLS);
  const width = Math.max(8, Math.round(rect.width / cell));
  const height = Math.max(8, Math.round(rect.height / cell));
  const small = shrink(picture, rect, width, height);
  const coarse = new Float32Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const u = ((rect.x + ((x + 0.5) * rect.width) / width - square.x) / square.side) * PEOPLE_SIDE - 0.5;
      const v = ((rect.y + ((y + 0.5) * rect.height) / height - square.y) / square.side) * PEOPLE_SIDE - 0.5;
      coarse[to] = sampleGrid(people, PEOPLE_SIDE, PEOPLE_SIDE, u, v);
    }
  }
  const matte = guidedFilter(small, coarse, Math.round((FILTER_REACH * frame.iod) / cell));
  for (let i = 0; i < matte.length; i++) matte[i] = smooth(0.06, 0.94, matte[i]!);
  const silhouette = { rect, width, height, matte, picture: small };
  return faceShare(silhouette, positions, oval) < LEAST_FACE ? undefined : silhouette;
}

/** How far a matte's edge is pulled to edges of the picture, IOD. */
const FILTER_REACH = 0.06;

/** The square to look at, moved inside the picture as far as it fits. */
function squareAround({ width, height }: Picture, { axes, iod }: HeadFrame) {
  const side = Math.min(SIDE * iod, Math.max(width, height));
  const place = (centre: number, length: number) =>
    length <= side ? (length - side) / 2 : clamp(centre - side / 2, 0, length - side);
  return { x: place(axes.origin[0], width), y: place(axes.origin[1] + BELOW_EYES * iod, height), side };
}

function visiblePart(square: { x: number; y: number; side: number }, picture: Picture): Rect {
  const x = Math.max(0, Math.floor(square.x));
  const y = Math.max(0, Math.floor(square.y));
  return {
    x,
    y,
    width: Math.min(picture.width, Math.ceil(square.x + square.side)) - x,
    height: Math.min(picture.height, Math.ceil(square.y + square.side)) - y,
  };
}

/** Samples along a side of a cell: more would not show in a grid of 512. */
const CELL_TAPS = 4;

/** Averages the source's pixels under each cell, at most sixteen of them. */
function shrink({ width: stride, pixels }: Picture, rect: Rect, width: number, height: number): Picture {
  const out = new Uint8ClampedArray(width * height * 4);
  const across = Math.max(1, Math.floor(rect.width / width / CELL_TAPS));
  const down = Math.max(1, Math.floor(rect.height / height / CELL_TAPS));
  for (let y = 0, to = 0; y < height; y++) {
    const top = rect.y + Math.floor((y * rect.height) / height);
    const bottom = Math.max(top + 1, rect.y + Math.floor(((y + 1) * rect.height) / height));
    for (let x = 0; x < width; x++, to += 4) {
      const left = rect.x + Math.floor((x * rect.width) / width);
      const right = Math.max(left + 1, rect.x + Math.floor(((x + 1) * rect.width) / width));
      let [r, g, b, a, count] = [0, 0, 0, 0, 0];
      for (let row = top; row < bottom; row += down) {
        for (let column = left; column < right; column += across, count++) {
          const at = (row * stride + column) * 4;
          r += pixels[at]!;
          g += pixels[at + 1]!;
          b += pixels[at + 2]!;
          a += pixels[at + 3]!;
        }
      }
      out[to] = r / count;
      out[to + 1] = g / count;
      out[to + 2] = b / count;
      out[to + 3] = a / count;
    }
  }
  return { width, height, pixels: out };
}

/** Bilinear value of a grid at cell coordinates, edges repeated. */
export function sampleGrid(grid: Float32Array, width: number, height: number, u: number, v: number): number {
  const x = clamp(u, 0, width - 1);
  const y = clamp(v, 0, height - 1);
  const left = Math.min(width - 2, Math.floor(x));
  const top = Math.min(height - 2, Math.floor(y));
  const at = top * width + left;
  const upper = grid[at]! * (1 - x + left) + grid[at + 1]! * (x - left);
  const lower = grid[at + width]! * (1 - x + left) + grid[at + width + 1]! * (x - left);
  return upper * (1 - y + top) + lower * (y - top);
}

/** The matte at a source position; 0 outside the grid above and beside it, its last row's value below. */
export function matteAt({ rect, width, height, matte }: Silhouette, x: number, y: number): number {
  if (x < rect.x || x > rect.x + rect.width || y < rect.y) return 0;
  const u = ((x - rect.x) / rect.width) * width - 0.5;
  const v = ((y - rect.y) / rect.height) * height - 0.5;
  return sampleGrid(matte, width, height, u, v);
}

/** Mean of the matte inside the face's oval. */
function faceShare(silhouette: Silhouette, positions: Float32Array, oval: Uint16Array): number {
  const [x, y] = faceCentre(positions);
  let sum = 0;
  for (const vertex of oval) {
    for (const f of [0.3, 0.6, 0.85]) {
      sum += matteAt(silhouette, x + f * (positions[vertex * 2]! - x), y + f * (positions[vertex * 2 + 1]! - y));
    }
  }
  return sum / (oval.length * 3);
}

/** Rays are followed this far, face radii, in steps of this. */
const FARTHEST = 2.6;
const STEP = 0.03;

/** For each oval vertex: how many face radii out along its ray the person ends (hair, ears, shoulders), 1 to 2.6. */
export function contourRadii(silhouette: Silhouette, positions: Float32Array, oval: Uint16Array): number[] {
  const [x, y] = faceCentre(positions);
  const radii = Array.from(oval, (vertex) => {
    const [dx, dy] = [positions[vertex * 2]! - x, positions[vertex * 2 + 1]! - y];
    let last = 1;
    for (let f = 1; f <= FARTHEST; f += STEP) {
      if (matteAt(silhouette, x + dx * f, y + dy * f) > 0.4) last = f;
      else if (f > last + GAP) break;
    }
    return last;
  });
  const around = (i: number, by: number) => radii[(i + by + radii.length) % radii.length]!;
  const widest = radii.map((_, i) => Math.max(around(i, -1), around(i, 0), around(i, 1)));
  return widest.map((radius, i) => {
    const before = widest[(i + widest.length - 1) % widest.length]!;
    const after = widest[(i + 1) % widest.length]!;
    return (before + 2 * radius + after) / 4;
  });
}

/** Background showing through hair for less than this many face radii does not end it. */
const GAP = 0.15;
