import type { Field, Triple } from '../prepared.ts';
import { type Factor, factorise } from './cholesky.ts';
import type { SparseMatrix } from './membrane.ts';

/** Vertices held at a displacement (IOD); all others float. */
export type Pins = ReadonlyMap<number, Triple>;

/** Displacements below this are left out of fields, IOD: a hundredth of a pixel at 1080p. */
const SMALLEST = 3e-5;

/**
 * Solves one field per set of pins: the smoothest displacements that keep the pins. Vertices pinned by every set are factored out
 * once; the rest of each set's pins are forces found from a small dense system, so that a group costs little more than one shape.
 */
export function solveFields(energy: SparseMatrix, sets: readonly Pins[]): Field[] {
  const [one, ...others] = sets;
  if (!one) return [];
  const common = [...one.keys()].filter((vertex) => others.every((pins) => pins.has(vertex)));
  const free = new Uint8Array(energy.size).fill(1);
  for (const vertex of common) free[vertex] = 0;
  const factor = factorise(energy, free);
  const responses = new Map<number, Float64Array>();
  return sets.map((pins) => solveField(energy, factor, free, pins, responses));
}

function solveField(
  energy: SparseMatrix,
  factor: Factor,
  free: Uint8Array,
  pins: Pins,
  responses: Map<number, Float64Array>,
): Field {
  const extra = [...pins.keys()].filter((vertex) => free[vertex]);
  const response = extra.map((vertex) => responseTo(energy.size, factor, vertex, responses));
  const dense = extra.length > 0 ? denseFactor(extra.map((row) => response.map((column) => column[row]!))) : null;
  const solved = [0, 1, 2].map((axis) => {
    const values = new Float64Array(energy.size);
    if (![...pins.values()].some((pin) => pin[axis] !== 0)) return values;
    pullOfPins(energy, free, pins, axis, values);
    factor.solve(values);
    if (dense) {
      const forces = dense(extra.map((vertex) => pins.get(vertex)![axis]! - values[vertex]!));
      forces.forEach((force, k) => {
        const shape = response[k]!;
        for (let i = 0; i < values.length; i++) values[i]! += force * shape[i]!;
      });
    }
    for (const [vertex, pin] of pins) values[vertex] = pin[axis]!;
    return values;
  });
  return packField(solved);
}

/** How the free vertices answer a unit force on one of them. */
function responseTo(size: number, factor: Factor, vertex: number, known: Map<number, Float64Array>): Float64Array {
  const found = known.get(vertex);
  if (found) return found;
  const values = new Float64Array(size);
  values[vertex] = 1;
  factor.solve(values);
  known.set(vertex, values);
  return values;
}

/** Right-hand side of the free rows: what the commonly pinned vertices pull. */
function pullOfPins(energy: SparseMatrix, free: Uint8Array, pins: Pins, axis: number, values: Float64Array): void {
  for (const [vertex, pin] of pins) {
    if (free[vertex] || pin[axis] === 0) continue;
    for (let k = energy.start[vertex]!; k < energy.start[vertex + 1]!; k++) {
      const row = energy.column[k]!;
      if (free[row]) values[row]! -= energy.value[k]! * pin[axis]!;
    }
  }
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

/** Keeps the vertices that move. */
export function packField(axes: readonly Float64Array[]): Field {
  const moving: number[] = [];
  for (let i = 0; i < axes[0]!.length; i++) {
    if (axes.some((values) => Math.abs(values[i]!) > SMALLEST)) moving.push(i);
  }
  const delta = new Float32Array(moving.length * 3);
  moving.forEach((vertex, k) => {
    for (let axis = 0; axis < 3; axis++) delta[k * 3 + axis] = axes[axis]![vertex]!;
  });
  return { index: Uint16Array.from(moving), delta };
}
