import type { Tensors } from '@orator/core/models/runtime';
import { differenceOf, type PrecisionTrial } from './precision.ts';

/** The first runs choose how to compute, and bring memory in. */
const WARM_UP_RUNS = 2;
/** Of each; the quickest counts, which nobody disturbed. Of five the middle ones were up to 1.17 apart on a busy machine, for nearly the same work. */
const TIMED_RUNS = 9;

type Run = (inputs: Tensors) => Promise<Tensors>;

/** Runs both on the same input, in turns, so that whatever else the machine does slows both down. `clock` is in ms. */
export async function tryPrecisions(
  fp32: Run,
  fp16: Run,
  inputs: Tensors,
  clock: () => number = () => performance.now(),
): Promise<PrecisionTrial> {
  for (let run = 1; run < WARM_UP_RUNS; run++) for (const way of [fp32, fp16]) await way(inputs);
  const difference = differenceOf(await fp32(inputs), await fp16(inputs));
  const times = new Map<Run, number[]>([
    [fp32, []],
    [fp16, []],
  ]);
  for (let run = 0; run < TIMED_RUNS; run++) {
    for (const [way, taken] of times) {
      const started = clock();
      await way(inputs);
      taken.push(clock() - started);
    }
  }
  const [fp32Ms, fp16Ms] = [...times.values()].map((taken) => Math.min(...taken));
  return { fp32Ms: fp32Ms!, fp16Ms: fp16Ms!, difference };
}
