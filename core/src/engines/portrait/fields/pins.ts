import { clamp, mix } from '../../../base/maths.ts';
import type { FineRow } from '../mesh/subdivision.ts';
import { LEFT_BROW, LIP_ROWS, type LipRow, OVAL, RIGHT_BROW } from '../mesh/topology.ts';
import type { Triple } from '../prepared.ts';
import type { Across, LipRecipe, RowRecipe, ShapeRecipe } from './recipe.ts';

/** What recipes are applied to: a subject's vertices in head space and its rows. */
export interface FieldSubject {
  /** 3 per vertex, IOD. */
  readonly head: Float32Array;
  readonly rows: Readonly<Record<FineRow, Uint16Array>>;
  /** First ring vertex; ring `r` has `rows.oval.length` vertices from `ringStart + r · length`. */
  readonly ringStart: number;
}

/** Where each pinned vertex goes, in IOD along the axes of the head. */
export type PinMap = Map<number, Triple>;
const STILL: Triple = [0, 0, 0];

/** Mid-face points that no mouth shape moves. */
const MIDDLE_HELD = [10, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1, 2, 98, 327];
const BROW_POINTS = [RIGHT_BROW, LEFT_BROW].flatMap((brow) => [...brow.lower, ...brow.upper]);
/** Nose points that brows do not move. */
const BROW_HELD = [168, 6, 197, 1, 4, 2, 98, 327];

/** Heights (IOD below the eyes) beyond which a shape moves nothing: the forehead for mouths and cheeks, the lower face for brows. */
const STILL_ABOVE = { mouth: -0.3, jaw: -0.3, cheeks: -0.3, brows: -Infinity } as const;
const STILL_BELOW = { mouth: Infinity, jaw: Infinity, cheeks: Infinity, brows: 0.6 } as const;

/** The first ring held still, by what moves: the skin under the chin has to stretch when the jaw drops. */
const FIRST_HELD_RING = { mouth: 2, cheeks: 2, brows: 2, jaw: 4 } as const;

/** Vertices held still for a shape, as pins of zero. */
export function heldPins(subject: FieldSubject, held: ShapeRecipe['held']): PinMap {
  const pins: PinMap = new Map();
  const hold = (vertices: Iterable<number>) => {
    for (const vertex of vertices) pins.set(vertex, STILL);
  };
  hold(verticesBeyond(subject, STILL_ABOVE[held], STILL_BELOW[held]));
  hold(ringVertices(subject, FIRST_HELD_RING[held]));
  hold(upperOval(subject));
  for (const lid of ['rightUpper', 'rightLower', 'leftUpper', 'leftLower'] as const) hold(subject.rows[lid]);
  hold(held === 'brows' ? BROW_HELD : [...MIDDLE_HELD, ...BROW_POINTS]);
  if (held === 'brows') for (const row of LIP_ROWS) hold(subject.rows[row]);
  return pins;
}

/** Vertices of the face above one height or below another, IOD below the eyes. */
export function* verticesBeyond({ head, ringStart }: FieldSubject, above: number, below: number): Iterable<number> {
  for (let vertex = 0; vertex < ringStart; vertex++) {
    const y = head[vertex * 3 + 1]!;
    if (y < above || y > below) yield vertex;
  }
}

/** Vertices of ring `from` and beyond. */
export function* ringVertices({ head, ringStart, rows }: FieldSubject, from: number): Iterable<number> {
  for (let vertex = ringStart + from * rows.oval.length; vertex < head.length / 3; vertex++) yield vertex;
}

/** The fine oval from ear over the forehead to ear (234 to 454). */
export function upperOval({ rows }: FieldSubject): number[] {
  const oval = [...rows.oval];
  return [...oval.slice(oval.indexOf(234)), ...oval.slice(0, oval.indexOf(454) + 1)];
}

/** 1 on one side of the face, 0 on the other, crossing over the middle of the mouth. */
export const sideMask = (side: -1 | 1, s: number) => clamp(0.5 + side * 1.6 * s);

const quadratic = ([c, m, k]: Across, a: number) =>
  c * (1 - a) * (1 - 2 * a) + 4 * m * a * (1 - a) + k * a * (2 * a - 1);
const linearRise = ([m, k]: readonly [number, number], a: number) => quadratic([0, m, k], a);

function rowMove(recipe: RowRecipe, s: number): Triple {
  const a = Math.min(1, Math.abs(s));
  const outwards = recipe.x ? Math.sign(s) * linearRise(recipe.x, a) : 0;
  const shift = recipe.shift ? quadratic(recipe.shift, a) : 0;
  return [outwards + shift, recipe.y ? quadratic(recipe.y, a) : 0, recipe.z ? quadratic(recipe.z, a) : 0];
}

const blend = (a: Triple, b: Triple, t: number): Triple => [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)];

/** How each lip row is made of the two outlines of its lip: from the outer one (0) to the inner one (1). */
export const LIP_ROW_BLEND: Readonly<Record<LipRow, readonly ['upper' | 'lower', number]>> = {
  outerUpper: ['upper', 0],
  middleUpper: ['upper', 0.4],
  middleUpper2: ['upper', 0.75],
  innerUpper: ['upper', 1],
  innerLower: ['lower', 1],
  middleLower2: ['lower', 0.75],
  middleLower: ['lower', 0.4],
  outerLower: ['lower', 0],
};

/**
 * Position along a row of the lips: 0 at the middle of the mouth, ±1 at the row's own ends, by distance so that unequal halves stay
 * smooth. Every row reaches ±1, so upper and lower rows that share their ends move alike there.
 */
export function acrossMouth({ head, rows }: FieldSubject, row: LipRow = 'outerUpper'): (vertex: number) => number {
  const middle = (head[61 * 3]! + head[291 * 3]!) / 2;
  const ends = rows[row];
  const right = Math.min(middle - 0.05, head[ends[0]! * 3]!);
  const left = Math.max(middle + 0.05, head[ends.at(-1)! * 3]!);
  return (vertex) => {
    const x = head[vertex * 3]!;
    return clamp(x < middle ? (x - middle) / (middle - right) : (x - middle) / (left - middle), -1, 1);
  };
}

/** Pins of all lip rows, every fine vertex by its own place; corners shared by two rows take the mean. */
export function lipPins(subject: FieldSubject, recipe: LipRecipe, side?: -1 | 1): PinMap {
  const pins: PinMap = new Map();
  for (const row of LIP_ROWS) {
    const across = acrossMouth(subject, row);
    const [lip, t] = LIP_ROW_BLEND[row];
    const [outer, inner] =
      lip === 'upper' ? [recipe.outerUpper, recipe.innerUpper] : [recipe.outerLower, recipe.innerLower];
    for (const vertex of subject.rows[row]) {
      const s = across(vertex);
      const moved = blend(rowMove(outer, s), rowMove(inner, s), t);
      const mask = side ? sideMask(side, s) : 1;
      const pin: Triple = [moved[0] * mask, moved[1] * mask, moved[2] * mask];
      const other = pins.get(vertex);
      pins.set(vertex, other ? blend(other, pin, 0.5) : pin);
    }
  }
  return pins;
}

/** All pins of a shape: what is held, its lips, its handles, and the outline between handles. `side` makes it one-sided. */
export function shapePins(subject: FieldSubject, recipe: ShapeRecipe, side?: -1 | 1): PinMap {
  const pins = heldPins(subject, recipe.held);
  if (recipe.lips) for (const [vertex, pin] of lipPins(subject, recipe.lips, side)) pins.set(vertex, pin);
  for (const [right, left, outwards, down, away] of recipe.pairs ?? []) {
    const [onRight, onLeft] = side === undefined ? [1, 1] : side < 0 ? [1, 0] : [0, 1];
    pins.set(right, [-outwards * onRight, down * onRight, away * onRight]);
    pins.set(left, [outwards * onLeft, down * onLeft, away * onLeft]);
  }
  const share = side === undefined ? 1 : 0.5;
  for (const [vertex, down, away] of recipe.middle ?? []) pins.set(vertex, [0, down * share, away * share]);
  for (const [vertex, right] of recipe.shifted ?? []) pins.set(vertex, [right, 0, 0]);
  pinBetween(subject.rows.oval, new Set(OVAL), pins);
  return pins;
}

/** Pins added vertices of a closed row whose two neighbours are pinned, half way between them. */
function pinBetween(row: Uint16Array, coarse: ReadonlySet<number>, pins: PinMap): void {
  row.forEach((vertex, i) => {
    if (coarse.has(vertex)) return;
    const before = pins.get(row[(i + row.length - 1) % row.length]!);
    const after = pins.get(row[(i + 1) % row.length]!);
    if (before && after) pins.set(vertex, blend(before, after, 0.5));
  });
}
