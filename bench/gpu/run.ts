// Wav2Lip on a graphics card: ORATOR_BACKEND=webgpu ORATOR_MODELS=FOLDER node bench/gpu/run.ts [VIDEO SOUND]. Weights are made of their names.
import { availableParallelism } from 'node:os';
import { FACE_SIZES, type FaceSize } from '@orator/core/models/networks/wav2lip';
import { findWeights } from '../../server/src/model-store/bring-weights.ts';
import { ModelStore } from '../../server/src/model-store/model-store.ts';
import { readGpus } from '../../server/src/runtime/gpu.ts';
import { openWorkshop, type Workshop } from '../material.ts';
import { make } from '../orator.ts';
import { rounded, tableLines } from '../table.ts';
import { installSynthetic, MODEL } from '../wav2lip/weights.ts';
import { measureNetwork } from './networks.ts';

/** What is measured. */
const BACKEND = process.env.ORATOR_BACKEND ?? 'cpu';
/** Where clips are made, and in what. */
const WAYS = [
  ['fp32', BACKEND],
  ['auto', BACKEND],
  ['fp32', 'cpu'],
] as const;

async function main([video, sound]: readonly string[]): Promise<void> {
  const started = performance.now();
  await using workshop = await openWorkshop();
  const models = process.env.ORATOR_MODELS ?? workshop.path('models');
  process.env.ORATOR_MODELS = models;
  for (const size of FACE_SIZES) {
    const isHere = await findWeights([MODEL[size]], new ModelStore(models));
    if (!isHere) await installSynthetic(workshop, models, size);
  }
  const rows: Record<string, unknown>[] = [];
  for (const size of FACE_SIZES) {
    rows.push(...(await measureNetwork({ models, backend: BACKEND }, size)));
    if (video && sound) for (const way of WAYS) rows.push(await measureClip(workshop, { size, video, sound }, way));
  }
  const { gpus } = await readGpus();
  const cards = gpus.map(({ name, driver }) => `${name}, driver ${driver}`).join('; ') || 'no NVIDIA card';
  const title = `Wav2Lip: ${cards}; ${availableParallelism()} threads`;
  const table = { title, rows, seconds: rounded((performance.now() - started) / 1000, 0) };
  console.log(tableLines(table).join('\n'));
}

interface Clip {
  readonly size: FaceSize;
  readonly video: string;
  readonly sound: string;
}

/** One `orator make`, from its start to its end. */
async function measureClip(
  workshop: Workshop,
  { size, video, sound }: Clip,
  [precision, backend]: (typeof WAYS)[number],
) {
  Object.assign(process.env, { ORATOR_PRECISION: precision, ORATOR_BACKEND: backend });
  const figure = `whole clip, network of ${size}, ${backend}, ${precision}, frames/s`;
  try {
    const args = ['--engine', 'wav2lip', '--model', MODEL[size], '--video', video, '--audio', sound];
    const { receipt, seconds } = await make(workshop.path('data'), [...args, '-o', workshop.path('clip.mp4')]);
    const { frames } = receipt.clip;
    const stages = Object.entries(receipt.timings).map(([stage, took]) => `${stage} ${rounded(took, 2)} s`);
    const used = receipt.models.filter(({ provider }) => provider).map((model) => `${model.name} ${model.precision}`);
    return { figure, value: rounded(frames / seconds, 1), stages: [...used, ...stages].join(', ') };
  } catch (thrown) {
    return { figure, value: 'failed', stages: String(thrown) };
  }
}

await main(process.argv.slice(2));
