import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GraphBuilder } from '@orator/core/models/graph/builder';
import { syntheticInput } from '@orator/core/models/networks/synthetic-weights';
import { FACE_SIZES, type FaceSize } from '@orator/core/models/networks/wav2lip';
import type { ModelSession, Tensors } from '@orator/core/models/runtime';
import { ModelStore } from '../../server/src/model-store/model-store.ts';
import { readyNetwork } from '../../server/src/model-store/ready-network.ts';
import type { ModelRuntime } from '../../server/src/runtime/onnx/model-runtime.ts';
import { openModelFolder } from '../../server/src/runtime/onnx/test-onnx.ts';
import { rounded, spread } from '../table.ts';
import { GFLOP, inputsFor, MODEL } from './weights.ts';

const RUNS = 5;
const BATCH: Readonly<Record<FaceSize, number>> = { 96: 8, 256: 4 };
/** Sides of the matrices, and how many products one run makes. */
const [MATRIX, PRODUCTS] = [1024, 8];
const REFERENCE = fileURLToPath(new URL('./reference.py', import.meta.url));

/** Frames per second of both networks alone, how near that comes to what the cores can do, and PyTorch's where it is installed. */
export async function measureInference(runtime: ModelRuntime, models: string): Promise<Record<string, unknown>[]> {
  const threads = availableParallelism();
  const matrix = await matrixRate(runtime);
  const rows: Record<string, unknown>[] = [
    { figure: `matrix product of ${MATRIX}², ${threads} threads, GFLOP/s`, ...spread(matrix, 0) },
  ];
  const reached = spread(matrix, 3).value;
  for (const size of FACE_SIZES) {
    await using network = await runtime.open(
      await readyNetwork(new ModelStore(models), MODEL[size], 'speak', BATCH[size]),
    );
    const rates = await framesPerSecond(network, inputsFor(size, BATCH[size]), BATCH[size]);
    const { value: fps } = spread(rates, 2);
    rows.push({ figure: `network of ${size}, ${network.provider}, frames/s`, ...spread(rates, 2) });
    rows.push({
      figure: `network of ${size}, share of the matrix product's rate, %`,
      value: rounded((fps * GFLOP[size] * 100) / reached, 0),
      reach: '≥ 60',
      stages: `${rounded(fps * GFLOP[size], 0)} GFLOP/s`,
    });
    const torch = await torchRate(size, threads);
    rows.push(
      torch === null
        ? { figure: `network of ${size}, PyTorch`, value: 'not installed' }
        : {
            figure: `network of ${size}, times as fast as PyTorch ${torch.version}`,
            value: rounded(fps / torch.fps, 2),
            reach: '≥ 1',
            stages: `${rounded(torch.fps, 2)} frames/s`,
          },
    );
  }
  return rows;
}

async function framesPerSecond(network: ModelSession, inputs: Tensors, frames: number): Promise<number[]> {
  await network.run(inputs);
  const rates: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now();
    await network.run(inputs);
    rates.push((frames * 1000) / (performance.now() - started));
  }
  return rates;
}

/** What the same runtime makes of the simplest work there is, in GFLOP/s. */
async function matrixRate(runtime: ModelRuntime): Promise<number[]> {
  const graph = new GraphBuilder('matrices');
  let value = graph.input('x', 'f32', ['batch', MATRIX]);
  const factor = graph.weight(
    'factor',
    [MATRIX, MATRIX],
    [{ name: 'factor', shape: [MATRIX, MATRIX] }],
    ([all]) => all!,
  );
  for (let k = 0; k < PRODUCTS; k++) value = graph.apply('MatMul', [value, factor]);
  graph.output('y', value, 'f32', ['batch', MATRIX]);
  await using folder = await openModelFolder();
  await using network = await runtime.open(await folder.write(graph.build(), { mostBatch: MATRIX }));
  const x = {
    dtype: 'f32' as const,
    shape: [MATRIX, MATRIX],
    values: syntheticInput('matrix', MATRIX * MATRIX, -1, 1),
  };
  const runs = await framesPerSecond(network, { x }, 1);
  return runs.map((perSecond) => (perSecond * PRODUCTS * 2 * MATRIX ** 3) / 1e9);
}

/** The same network in PyTorch on the same threads; `null` where Python has no PyTorch. */
async function torchRate(size: FaceSize, threads: number): Promise<{ fps: number; version: string } | null> {
  try {
    const { stdout } = await promisify(execFile)('python3', [
      REFERENCE,
      String(size),
      String(threads),
      String(BATCH[size]),
    ]);
    return JSON.parse(stdout) as { fps: number; version: string };
  } catch (thrown) {
    if (/No module named|ENOENT/.test(String(thrown))) return null;
    throw thrown;
  }
}
