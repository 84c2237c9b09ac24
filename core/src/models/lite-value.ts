import type { KernelMemory } from '../base/kernels/kernel-memory.ts';
import type { LiteStep } from './tflite.ts';

/** Numbers with their shape: batch 1, rows, columns, channels. They lie where kernels work. */
export interface LiteValue {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Where a graph is run. */
export interface LitePlace {
  readonly kernels: KernelMemory['kernels'];
  /** Room for one step, as much as `scratchCount` says. */
  readonly scratch: Float32Array;
  /** Numbers with any content. */
  take(count: number): Float32Array;
  giveBack(data: Float32Array): void;
}

/** One step: writes the whole of `output`. */
export type LiteOperation = (inputs: readonly LiteValue[], output: LiteValue, place: LitePlace, step: LiteStep) => void;
