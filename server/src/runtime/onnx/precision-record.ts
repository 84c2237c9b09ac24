import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Output } from '../../output.ts';
import type { PrecisionTrial } from './precision.ts';

/** Where a trial was made: what it found holds for no other place. */
export interface TrialPlace {
  readonly provider: string;
  /** What the provider runs on, with its driver. */
  readonly device: string;
  /** The version of ONNX Runtime. */
  readonly runtime: string;
}

const record = z.object({
  provider: z.string(),
  device: z.string(),
  runtime: z.string(),
  fp32Ms: z.number(),
  fp16Ms: z.number(),
  /** JSON has no word for what is no number. */
  difference: z.number().nullable(),
  measuredAt: z.iso.datetime(),
});
type TrialRecord = z.infer<typeof record>;

/** The trials of one network, in a file beside it. A damaged file counts as not there: they are made again. */
export async function readTrials(path: string): Promise<readonly (TrialPlace & PrecisionTrial)[]> {
  return (await readRecords(path)).map(({ difference, ...rest }) => ({
    ...rest,
    difference: difference ?? Number.NaN,
  }));
}

/** What was found at a place before, if anything. */
export async function findTrial(path: string, place: TrialPlace): Promise<PrecisionTrial | undefined> {
  return (await readTrials(path)).find((each) => isAt(each, place));
}

/** Keeps what was found, in place of what was found there before. @throws {OratorError} `output/…` */
export async function keepTrial(path: string, place: TrialPlace, trial: PrecisionTrial, now: Date): Promise<void> {
  const others = (await readRecords(path)).filter((each) => !isAt(each, place));
  const difference = Number.isFinite(trial.difference) ? trial.difference : null;
  const records: TrialRecord[] = [...others, { ...place, ...trial, difference, measuredAt: now.toISOString() }];
  await using output = await Output.reserve(path);
  await writeFile(output.temporary, `${JSON.stringify(records, null, 2)}\n`);
  await output.publish();
}

const isAt = (a: TrialPlace, b: TrialPlace) =>
  a.provider === b.provider && a.device === b.device && a.runtime === b.runtime;

async function readRecords(path: string): Promise<TrialRecord[]> {
  try {
    return z.array(record).parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return [];
  }
}
