import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FACE_SIZES } from '@orator/core/models/networks/wav2lip';
import { pullModel } from '../server/src/model-store/model-pull.ts';
import { ModelStore } from '../server/src/model-store/model-store.ts';
import { readyNetwork } from '../server/src/model-store/ready-network.ts';
import { parseAllowList } from '../server/src/net/address-guard.ts';
import { onnxForTests, openTestRuntime } from '../server/src/runtime/onnx/test-onnx.ts';
import { openWorkshop, type Workshop } from './material.ts';
import { rounded } from './table.ts';
import { measureAround } from './wav2lip/around.ts';
import { measureClips } from './wav2lip/clips.ts';
import { measureInference } from './wav2lip/inference.ts';
import { measurePrecision } from './wav2lip/precision.ts';
import { installSynthetic, MODEL } from './wav2lip/weights.ts';

export const title = 'Wav2Lip on the processor, weights made of their names (reach: issue 6)';

const GIGABIT_BYTES = 125e6;

/** Measures the neural engine from the pull of its weights to the whole clip. */
export async function run(): Promise<Record<string, unknown>[]> {
  await using workshop = await openWorkshop();
  const models = workshop.path('models');
  process.env.ORATOR_ONNX_RUNTIME = onnxForTests();
  for (const size of FACE_SIZES) await installSynthetic(workshop, models, size);
  const rows = [await measurePull(workshop), ...(await measureLoading(models)), ...measureAround()];
  {
    await using runtime = openTestRuntime();
    rows.push(...(await measureInference(runtime, models)));
  }
  rows.push(...(await measurePrecision(models)));
  rows.push(...(await measureClips(workshop, models)));
  return rows;
}

/** From a checkpoint that has the size of the official one to a session that can run. */
async function measureLoading(models: string): Promise<Record<string, unknown>[]> {
  const store = new ModelStore(models);
  const load = async () => {
    await using runtime = openTestRuntime();
    const started = performance.now();
    await using _session = await runtime.open(await readyNetwork(store, MODEL[96], 'speak', 8));
    return (performance.now() - started) / 1000;
  };
  await rm(store.networksOf(MODEL[96]), { recursive: true, force: true });
  return [
    { figure: 'checkpoint of 436 MB to a ready session, s', value: rounded(await load(), 2), reach: '≤ 3' },
    { figure: 'the same from the cache, s', value: rounded(await load(), 2), reach: '≤ 1' },
  ];
}

/** Pulls the checkpoint from a server in a process of its own that sends 1 Gbit in a second. */
async function measurePull(workshop: Workshop): Promise<Record<string, unknown>> {
  const path = workshop.path('synthetic-96.pth');
  const { size } = await stat(path);
  const server = fork(fileURLToPath(new URL('./wav2lip/throttled-server.ts', import.meta.url)), [
    path,
    String(GIGABIT_BYTES),
  ]);
  try {
    const [port] = (await once(server, 'message')) as [number];
    const store = new ModelStore(workshop.path('pulled'));
    const order = { id: MODEL[96], from: `http://127.0.0.1:${port}/wav2lip.pth`, acceptLicence: true };
    const guard = { allow: parseAllowList(['127.0.0.1']) };
    const started = performance.now();
    for await (const _ of pullModel(order, store, guard, new AbortController().signal));
    const seconds = (performance.now() - started) / 1000;
    const share = (size / GIGABIT_BYTES / seconds) * 100;
    return { figure: 'pull with hashing, share of 1 Gbit/s, %', value: rounded(share, 0), reach: '≥ 80' };
  } finally {
    server.kill();
  }
}
