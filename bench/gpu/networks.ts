import type { FaceSize } from '@orator/core/models/networks/wav2lip';
import type { ModelSession, Precision } from '@orator/core/models/runtime';
import { ModelStore } from '../../server/src/model-store/model-store.ts';
import { readyNetwork } from '../../server/src/model-store/ready-network.ts';
import { openTestRuntime } from '../../server/src/runtime/onnx/test-onnx.ts';
import { rounded, spread } from '../table.ts';
import { GFLOP, inputsFor, MODEL } from '../wav2lip/weights.ts';

/** Faces at once; the engine asks for 8 of 96 and 4 of 256. */
const BATCHES = [1, 4, 8, 16] as const;
/** Runs of each, and after how many seconds no more are begun. */
const [RUNS, SECONDS] = [40, 3];
/** Faces that both are compared on. */
const COMPARED = 4;

/** Where networks lie, and what they run on. */
export interface Place {
  readonly models: string;
  readonly backend: string;
}

/** One network on a provider: how long it takes to open, how quick it is, and how far it is off the processor. */
export async function measureNetwork(place: Place, size: FaceSize): Promise<Record<string, unknown>[]> {
  const exact = await mouthsOf(place, size);
  const rows: Record<string, unknown>[] = [];
  for (const precision of ['fp32', 'fp16'] as const) {
    try {
      rows.push(...(await measureIn(precision, place, size, exact)));
    } catch (thrown) {
      rows.push({ figure: `network of ${size}, ${precision}`, value: 'failed', stages: String(thrown) });
    }
  }
  for (const time of ['first', 'next']) rows.push(await measureChoice(place, size, time));
  return rows;
}

async function measureIn(precision: Precision, place: Place, size: FaceSize, exact: Uint8Array) {
  const rows: Record<string, unknown>[] = [];
  for (const time of ['first', 'next']) {
    await using opened = await openNetwork(place, size, precision);
    const { session, seconds } = opened;
    const name = `network of ${size}, ${session.provider}, ${session.precision}`;
    const started = performance.now();
    const { mouths } = await session.run(inputsFor(size, COMPARED));
    const runs = `first run ${rounded((performance.now() - started) / 1000, 2)} s`;
    rows.push({ figure: `${name}, ${time} opening, s`, value: rounded(seconds, 2), stages: runs });
    if (time === 'first') continue;
    rows.push({ figure: `${name}, largest difference, levels`, ...levelsApart(exact, mouths!.values as Uint8Array) });
    for (const batch of BATCHES) rows.push(await measureRate(name, session, size, batch));
  }
  return rows;
}

async function measureRate(name: string, session: ModelSession, size: FaceSize, batch: number) {
  const inputs = inputsFor(size, batch);
  for (let run = 0; run < 2; run++) await session.run(inputs);
  const [rates, began]: [number[], number] = [[], performance.now()];
  while (rates.length < RUNS && performance.now() - began < SECONDS * 1000) {
    const started = performance.now();
    await session.run(inputs);
    rates.push((batch * 1000) / (performance.now() - started));
  }
  const all = spread(rates, 1);
  return {
    figure: `${name}, ${batch} at once, frames/s`,
    ...all,
    stages: `${rounded((batch * 1000) / all.value, 2)} ms a run, ${rounded(all.value * GFLOP[size], 0)} GFLOP/s`,
  };
}

/** What is chosen by itself. */
async function measureChoice(place: Place, size: FaceSize, time: string) {
  try {
    await using opened = await openNetwork(place, size, 'auto');
    const { session, seconds } = opened;
    const chosen = `${session.precision}: ${session.precisionReason}`;
    return { figure: `network of ${size}, auto, ${time} opening, s`, value: rounded(seconds, 2), stages: chosen };
  } catch (thrown) {
    return { figure: `network of ${size}, auto`, value: 'failed', stages: String(thrown) };
  }
}

async function openNetwork({ models, backend }: Place, size: FaceSize, precision: string) {
  const file = await readyNetwork(new ModelStore(models), MODEL[size], 'speak', COMPARED);
  if (precision === 'fp16') await file.half?.ready();
  const runtime = openTestRuntime({ ORATOR_BACKEND: backend, ORATOR_PRECISION: precision });
  try {
    const started = performance.now();
    const session = await runtime.open(file);
    const seconds = (performance.now() - started) / 1000;
    return { session, seconds, [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose]() };
  } catch (thrown) {
    await runtime[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** What the processor makes of them in fp32. */
async function mouthsOf({ models }: Place, size: FaceSize): Promise<Uint8Array> {
  await using opened = await openNetwork({ models, backend: 'cpu' }, size, 'fp32');
  const { mouths } = await opened.session.run(inputsFor(size, COMPARED));
  return mouths!.values as Uint8Array;
}

function levelsApart(exact: Uint8Array, other: Uint8Array) {
  let [most, differing] = [0, 0];
  for (const [i, level] of exact.entries()) {
    const apart = Math.abs(level - other[i]!);
    most = Math.max(most, apart);
    if (apart > 0) differing++;
  }
  return { value: most, stages: `${rounded((differing / exact.length) * 100, 3)} % of the levels differ` };
}
