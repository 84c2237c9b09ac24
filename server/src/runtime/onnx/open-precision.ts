import { trialTensors } from '@orator/core/models/trial-inputs';
import type { HalfTwin, ModelFile } from './model-file.ts';
import type { OnnxThread } from './onnx-thread.ts';
import { plainReason } from './plain-reason.ts';
import { choosePrecision, type PrecisionChoice } from './precision.ts';
import { findTrial, keepTrial, type TrialPlace } from './precision-record.ts';
import { tryPrecisions } from './precision-trial.ts';

/** A network that is open, in one of both. */
export interface OpenedPrecision extends PrecisionChoice {
  readonly thread: OnnxThread;
}

/** What both are opened with. */
interface Ways {
  /** Opens a file on the provider that it is about. */
  readonly open: (path: string) => Promise<OnnxThread>;
  readonly place: TrialPlace;
}

/**
 * Opens what is better at a place. The first time both are opened and compared; what is found is noted beside the network. That fp16 does not
 * run at all is not noted: the reason may be gone the next time, such as memory that others had.
 * @throws {OratorError} `model/failed` when fp32 does not run
 */
export async function openBetter(file: ModelFile, half: HalfTwin, { open, place }: Ways): Promise<OpenedPrecision> {
  const known = await findTrial(half.trials, place);
  const choice = known && choosePrecision(known);
  if (choice?.precision === 'fp32') return { ...choice, thread: await open(file.path) };
  const inputs = trialTensors(half.inputs, file.mostBatch);
  await using opened = new AsyncDisposableStack();
  let fp16: OnnxThread;
  let path: string | undefined;
  try {
    path = await half.ready();
    fp16 = opened.use(await open(path));
    if (!choice) await fp16.run(inputs);
  } catch (thrown) {
    await opened.disposeAsync();
    const reason = `fp16 does not run: ${plainReason(thrown, path)}`;
    return { precision: 'fp32', reason, thread: await open(file.path) };
  }
  if (choice) {
    opened.move();
    return { ...choice, thread: fp16 };
  }
  const fp32 = opened.use(await open(file.path));
  const trial = await tryPrecisions(
    (each) => fp32.run(each),
    (each) => fp16.run(each),
    inputs,
  );
  // Where nothing can be written, it is tried again the next time.
  await keepTrial(half.trials, place, trial, new Date()).catch(() => {});
  const better = choosePrecision(trial);
  const [thread, other] = better.precision === 'fp16' ? [fp16, fp32] : [fp32, fp16];
  opened.move();
  await other[Symbol.asyncDispose]();
  return { ...better, thread };
}
