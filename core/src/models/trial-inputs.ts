import { syntheticInput } from './networks/synthetic-weights.ts';
import type { TensorData, Tensors } from './runtime.ts';
import { countOf } from './tensor.ts';

/** Numbers that stand in for what a network is really given: as many for each item, and of the same range. */
export interface TrialInput {
  readonly dtype: 'f32' | 'u8';
  /** Of one item: the batch is a side before these. */
  readonly shape: readonly number[];
  readonly low: number;
  readonly high: number;
}

/** What a network is fed when two ways to compute it are compared, by the names of its inputs. */
export type TrialInputs = Readonly<Record<string, TrialInput>>;

/** Pictures are neither noise nor flat, and flat parts make the larger sums: noise and one value take turns after so many numbers. */
const STRETCH = 96;

/** A batch of such inputs, always the same. */
export const trialTensors = (inputs: TrialInputs, batch: number): Tensors =>
  Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, tensorOf(name, input, batch)]));

function tensorOf(name: string, { dtype, shape: item, low, high }: TrialInput, batch: number): TensorData {
  const shape = [batch, ...item];
  const values = syntheticInput(name, countOf(shape), low, high);
  for (let from = STRETCH; from < values.length; from += 2 * STRETCH) values.fill(values[from]!, from, from + STRETCH);
  return dtype === 'f32' ? { dtype, shape, values } : { dtype, shape, values: Uint8Array.from(values) };
}
