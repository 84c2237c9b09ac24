import type { Field, Triple } from '../prepared.ts';
import { type Factor, factorise, LANES } from './cholesky.ts';
import type { SparseMatrix } from './membrane.ts';

/** Vertices held at a displacement (IOD); all others float. */
export type Pins = ReadonlyMap<number, Triple>;

/** A mesh's energy, and vertices that are not solved for: each takes the mean of two others, in this order. */
export interface FieldSpace {
  readonly energy: SparseMatrix;
  readonly between: readonly (readonly [vertex: number, a: number, b: number])[];
}

/** Displacements below this are left out of fields, IOD: a hundredth of a pixel at 1080p. */
const SMALLEST = 3e-5;

/**
 * Solves one field per set of pins: the smoothest displacements that keep the pins. Vertices pinned by every set are factored out
 * once; the rest of each set's pins are forces found from a small dense system, so that a group costs little more than one shape.
 */
export function solveFields(space: FieldSpace, sets: readonly Pins[]): Field[] {
  const { energy } = space;
  const [one, ...others] = sets;
  if (!one) return [];
  const common = [...one.keys()].filter((vertex) => others.every((pins) => pins.has(vertex)));
  const free = new Uint8Array(energy.size).fill(1);
  for (const vertex of common) free[vertex] = 0;
  for (const [vertex] of space.between) free[vertex] = 0;
  const factor = factorise(energy, free);
  const extras = [...new Set(sets.flatMap((pins) => [...pins.keys()].filter((vertex) => free[vertex])))];
  const responses = responsesTo(energy.size, factor, extras);
  return sets.map((pins) => solveField(space, factor, free, pins, responses));
}

/** How all vertices answer a unit force on one: every `LANES`th of `values`, from `lane`. */
interface Response {
  readonly values: Float64Array;
  readonly lane: number;
}

/** The answers to a unit force on each of some vertices. */
function responsesTo(size: number, factor: Factor, vertices: readonly number[]): Map<number, Response> {
  const responses = new Map<number, Response>();
  for (let i = 0; i < vertices.length; i += LANES) {
    const values = new Float64Array(size * LANES);
    const some = vertices.slice(i, i + LANES);
    some.forEach((vertex, lane) => {
      values[vertex * LANES + lane] = 1;
    });
    factor.solve(values);
    some.forEach((vertex, lane) => {
      responses.set(vertex, { values, lane });
    });
  }
  return responses;
}

function solveField(
  { energy, between }: FieldSpace,
  factor: Factor,
  free: Uint8Array,
  pins: Pins,
  responses: ReadonlyMap<number, Response>,
): Field {
  const values = new Float64Array(energy.size * LANES); // x, y, z and one that stays 0
  if (pullOfPins(energy, free, pins, values)) factor.solve(values);
  const extra = [...pins.keys()].filter((vertex) => free[vertex]);
  if (extra.length > 0) pressExtras(extra, pins, responses, values);
  for (const [vertex, pin] of pins) values.set(pin, vertex * LANES);
  for (const [vertex, a, b] of between) {
    if (pins.has(vertex)) continue;
    for (let axis = 0; axis < 3; axis++) {
      values[vertex * LANES + axis] = (values[a * LANES + axis]! + values[b * LANES + axis]!) / 2;
    }
  }
  return packField(values);
}

/** Right-hand side of the free rows: what the commonly pinned vertices pull. Says whether they pull at all. */
function pullOfPins(energy: SparseMatrix, free: Uint8Array, pins: Pins, values: Float64Array): boolean {
  let pulls = false;
  for (const [vertex, [x, y, z]] of pins) {
    if (free[vertex] || (x === 0 && y === 0 && z === 0)) continue;
    for (let k = energy.start[vertex]!; k < energy.start[vertex + 1]!; k++) {
      const row = energy.column[k]!;
      if (!free[row]) continue;
      pulls = true;
      values[row * LANES]! -= energy.value[k]! * x;
      values[row * LANES + 1]! -= energy.value[k]! * y;
      values[row * LANES + 2]! -= energy.value[k]! * z;
    }
  }
  return pulls;
}

/** Adds the forces that bring the extra pins to their places. */
function pressExtras(
  extra: readonly number[],
  pins: Pins,
  responses: ReadonlyMap<number, Response>,
  values: Float64Array,
): void {
  const shapes = extra.map((vertex) => responses.get(vertex)!);
  const solve = denseFactor(extra.map((row) => shapes.map(({ values: shape, lane }) => shape[row * LANES + lane]!)));
  const forces = [0, 1, 2].map((axis) => solve(extra.map((v) => pins.get(v)![axis]! - values[v * LANES + axis]!)));
  shapes.forEach(({ values: shape, lane }, k) => {
    const [x, y, z] = [forces[0]![k]!, forces[1]![k]!, forces[2]![k]!];
    for (let at = 0; at < shape.length; at += LANES) {
      const share = shape[at + lane]!;
      if (share === 0) continue;
      values[at] = values[at]! + x * share;
      values[at + 1] = values[at + 1]! + y * share;
      values[at + 2] = values[at + 2]! + z * share;
    }
  });
}

/** Cholesky of a small dense matrix; solves for one right-hand side at a time. */
function denseFactor(rows: readonly number[][]): (right: readonly number[]) => number[] {
  const n = rows.length;
  const low = rows.map((row) => [...row]);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = low[i]![j]!;
      for (let k = 0; k < j; k++) sum -= low[i]![k]! * low[j]![k]!;
      low[i]![j] = i === j ? Math.sqrt(sum) : sum / low[j]![j]!;
    }
  }
  return (right) => {
    const x = [...right];
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) x[i]! -= low[i]![k]! * x[k]!;
      x[i]! /= low[i]![i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) x[i]! -= low[k]![i]! * x[k]!;
      x[i]! /= low[i]![i]!;
    }
    return x;
  };
}

/** Keeps the vertices that move. `values`: `LANES` per vertex, of which three are used, IOD. */
function packField(values: Float64Array): Field {
  const moving: number[] = [];
  for (let at = 0; at < values.length; at += LANES) {
    const most = Math.max(Math.abs(values[at]!), Math.abs(values[at + 1]!), Math.abs(values[at + 2]!));
    if (most > SMALLEST) moving.push(at / LANES);
  }
  const delta = new Float32Array(moving.length * 3);
  moving.forEach((vertex, k) => {
    delta.set(values.subarray(vertex * LANES, vertex * LANES + 3), k * 3);
  });
  return { index: Uint16Array.from(moving), delta };
}
