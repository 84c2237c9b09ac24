import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeOnnx } from '@orator/core/models/formats/onnx-writer';
import { type Graph, weightsOf } from '@orator/core/models/graph/graph';
import { syntheticWeight } from '@orator/core/models/networks/synthetic-weights';
import type { TrialInputs } from '@orator/core/models/trial-inputs';
import { npmCommand } from '../../../bin/right-node.mjs';
import { loadConfig } from '../../config.ts';
import type { ModelFile } from './model-file.ts';
import { ModelRuntime } from './model-runtime.ts';
import { ONNX_VERSION } from './onnx-library.ts';
import { roundedHalfGraph } from './test-half.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const SOURCE = join(ROOT, 'server', 'onnx-runtime');
const FOLDER = join(ROOT, '.cache', `onnx-runtime-${ONNX_VERSION}`);

/**
 * The folder of onnxruntime-node, which is too large to come with every checkout: the first test that needs it brings it into the
 * checkout's cache, as its lock file says.
 */
export function onnxForTests(): string {
  const library = join(FOLDER, 'node_modules', 'onnxruntime-node');
  if (existsSync(library)) return library;
  const partial = `${FOLDER}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(SOURCE, name), join(partial, name));
    const [npm, ...first] = npmCommand();
    const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { status, stderr } = spawnSync(npm!, [...first, ...words], { cwd: partial, encoding: 'utf8' });
    if (status !== 0) throw new Error(`npm could not bring onnxruntime-node: ${stderr}`);
    if (!existsSync(FOLDER)) renameSync(partial, FOLDER); // else another test was faster
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return library;
}

/** A runtime with any settings, `ORATOR_BACKEND` being cpu unless they say otherwise. `mayGain` makes it try fp16 there, too. */
export function openTestRuntime(
  settings: Readonly<Record<string, string>> = {},
  mayGain?: (provider: string) => boolean,
): ModelRuntime {
  const config = loadConfig({ ORATOR_ONNX_RUNTIME: onnxForTests(), ORATOR_BACKEND: 'cpu', ...settings });
  return new ModelRuntime(config, mayGain);
}

/** What a test's network is said to take: two fit into 100 MB. */
const TEST_MODEL_BYTES = 50e6;

interface TestModel {
  readonly gain?: number;
  readonly mostBatch?: number;
  readonly external?: boolean;
  readonly trial?: TrialInputs;
}

/** A folder for a test's networks; disposing removes it. */
export async function openModelFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'orator-models-'));
  return {
    folder,
    /** Writes a graph with weights made of their names. With `trial` there is a twin in half floats. */
    async write(graph: Graph, options: TestModel = {}): Promise<ModelFile> {
      const { gain = 1, mostBatch = 1, external = false, trial } = options;
      const specs = new Map(weightsOf(graph).map((spec) => [spec.name, spec]));
      const read = async (name: string) => syntheticWeight(specs.get(name)!, gain);
      const path = join(folder, `${graph.name}.onnx`);
      const { model, data } = writeOnnx(graph, read, external ? `${graph.name}.data` : undefined);
      await writeFile(path, model);
      if (data) await writeFile(join(folder, `${graph.name}.data`), data);
      const file = { path, bytes: TEST_MODEL_BYTES, mostBatch };
      if (!trial) return file;
      const ready = async () => (await this.write(await roundedHalfGraph(graph, read), { gain })).path;
      const besides = (end: string) => join(folder, `${graph.name}${end}`);
      return {
        ...file,
        half: { ready, inputs: trial, trials: besides('.trials.json'), checks: besides('.checks.json') },
      };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
