import type { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import type { Field } from './prepared.ts';

/** Numbers a vertex, and words a run. */
const AXES = 3;
const RUN_WORDS = 2;

/** A field as the kernel reads it: runs of numbers that follow each other, and where its values begin. */
interface Packed {
  readonly runs: number;
  readonly count: number;
  readonly values: number;
}

/** Fields of displacements, ready to be added up in `memory`. */
export class WeightedFields {
  readonly #memory: KernelMemory;
  readonly #packed: readonly (Packed | undefined)[];

  constructor(fields: readonly (Field | undefined)[], memory: KernelMemory) {
    this.#memory = memory;
    const runs = fields.map((field) => (field ? runsOf(field.index) : []));
    const allRuns = memory.words(runs.flat().length);
    const allValues = memory.floats(valuesOf(fields));
    allRuns.set(runs.flat());
    let run = allRuns.byteOffset;
    let value = allValues.byteOffset;
    this.#packed = fields.map((field, k) => {
      if (!field) return undefined;
      const packed = { runs: run, count: runs[k]!.length / RUN_WORDS, values: value };
      allValues.set(field.delta, (value - allValues.byteOffset) / 4);
      run += runs[k]!.length * 4;
      value += field.delta.byteLength;
      return packed;
    });
  }

  /** Adds `weight` times field number `k` to displacements of all vertices (3n, IOD), which lie in the same memory. */
  add(offsets: Float32Array, k: number, weight: number): void {
    const field = this.#packed[k];
    if (!field || weight === 0) return;
    this.#memory.kernels.addRuns(offsets.byteOffset, field.runs, field.count, field.values, weight);
  }
}

/** The bytes that fields take in two parts. */
export function fieldBytes(fields: readonly (Field | undefined)[]): number {
  const runs = fields.reduce((sum, field) => sum + (field ? runsOf(field.index).length : 0), 0);
  return 4 * (runs + valuesOf(fields));
}

const valuesOf = (fields: readonly (Field | undefined)[]) =>
  fields.reduce((sum, field) => sum + (field?.delta.length ?? 0), 0);

/** Vertices that follow each other, as pairs: the first number and how many. */
function runsOf(index: Uint16Array): number[] {
  const runs: number[] = [];
  for (let k = 0; k < index.length; k++) {
    if (k > 0 && index[k] === index[k - 1]! + 1) runs[runs.length - 1]! += AXES;
    else runs.push(AXES * index[k]!, AXES);
  }
  return runs;
}
