import { FACE_SIZES } from '@orator/core/models/networks/wav2lip';
import { trialTensors } from '@orator/core/models/trial-inputs';
import { ModelStore } from '../../server/src/model-store/model-store.ts';
import { readyNetwork } from '../../server/src/model-store/ready-network.ts';
import { tryPrecisions } from '../../server/src/runtime/onnx/precision-trial.ts';
import { openTestRuntime } from '../../server/src/runtime/onnx/test-onnx.ts';
import { rounded } from '../table.ts';
import { MODEL } from './weights.ts';

const BATCH = 4;

/** How much quicker fp16 is on the processor, with the trial that a machine with a card makes by itself. */
export async function measurePrecision(models: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (const size of FACE_SIZES) {
    const file = await readyNetwork(new ModelStore(models), MODEL[size], 'speak', BATCH);
    await using exact = openTestRuntime({ ORATOR_PRECISION: 'fp32' });
    await using half = openTestRuntime({ ORATOR_PRECISION: 'fp16' });
    const [fp32, fp16] = [await exact.open(file), await half.open(file)];
    const trial = await tryPrecisions(
      (inputs) => fp32.run(inputs),
      (inputs) => fp16.run(inputs),
      trialTensors(file.half!.inputs, BATCH),
    );
    rows.push({
      figure: `network of ${size}, ${fp16.provider}, times as quick in fp16`,
      value: rounded(trial.fp32Ms / trial.fp16Ms, 2),
      reach: '< 1.1: it is not tried there',
      stages: `${rounded(trial.fp32Ms, 0)} and ${rounded(trial.fp16Ms, 0)} ms for ${BATCH} faces; differs by ${rounded(trial.difference, 4)}`,
    });
  }
  return rows;
}
