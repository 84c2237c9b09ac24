import { readFile, writeFile } from 'node:fs/promises';
import { OratorError } from '@orator/core/base/errors';
import type { Precision } from '@orator/core/models/runtime';
import { type TrialInputs, trialTensors } from '@orator/core/models/trial-inputs';
import { z } from 'zod';
import { Output } from '../../output.ts';
import type { OnnxThread } from './onnx-thread.ts';
import { differenceOf } from './precision.ts';
import type { TrialPlace } from './precision-record.ts';

/** Of the largest number. Rounding, also to half floats, is a fifth of it; WebGPU's convolutions that sum up wrongly are twice as much. */
const MOST_OFF = 0.05;

/** Where a network was opened, and in what. */
export interface CheckedPlace extends TrialPlace {
  readonly precision: Precision;
}

/** What a network is checked with. */
export interface NumbersCheck {
  readonly inputs: TrialInputs;
  /** The file for the places where it was right. */
  readonly checks: string;
  readonly place: CheckedPlace;
  /** Opens the same network on the processor, in fp32. */
  readonly openExact: () => Promise<OnnxThread>;
}

const record = z.object({
  provider: z.string(),
  device: z.string(),
  runtime: z.string(),
  precision: z.string(),
  difference: z.number(),
  checkedAt: z.iso.datetime(),
});

/**
 * Holds what a network says on a provider against what it says on the processor, on one item. Providers compute some operators wrongly without a
 * word: faces would be painted with noise. Where it was right it is not checked again.
 * @throws {OratorError} `model/failed` when the numbers are others
 */
export async function checkNumbers(thread: OnnxThread, check: NumbersCheck): Promise<void> {
  const { inputs, checks, place, openExact } = check;
  const known = await readChecks(checks);
  if (known.some((each) => isAt(each, place))) return;
  const item = trialTensors(inputs, 1);
  const found = await thread.run(item);
  await using exact = await openExact();
  const difference = differenceOf(await exact.run(item), found);
  if (!(difference <= MOST_OFF)) {
    throw new OratorError(
      'model/failed',
      `On ${place.provider} the network computes other numbers than on the processor: they differ by ${difference.toPrecision(2)}, more than ${MOST_OFF}. Set ORATOR_BACKEND to cpu.`,
    );
  }
  // Where nothing can be written, it is checked again the next time.
  await keepChecks(checks, [...known, { ...place, difference, checkedAt: new Date().toISOString() }]).catch(() => {});
}

const isAt = (a: z.infer<typeof record>, b: CheckedPlace) =>
  a.provider === b.provider && a.device === b.device && a.runtime === b.runtime && a.precision === b.precision;

async function readChecks(path: string): Promise<z.infer<typeof record>[]> {
  try {
    return z.array(record).parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return []; // there were none, or the file is damaged
  }
}

async function keepChecks(path: string, checks: readonly z.infer<typeof record>[]): Promise<void> {
  await using output = await Output.reserve(path);
  await writeFile(output.temporary, `${JSON.stringify(checks, null, 2)}\n`);
  await output.publish();
}
