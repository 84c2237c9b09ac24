import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { writeOnnx } from '@orator/core/models/formats/onnx-writer';
import { GraphBuilder } from '@orator/core/models/graph/builder';
import type { Config } from '../config.ts';
import { findOnnxLibrary, ONNX_VERSION, onnxCure, onnxHome } from '../runtime/onnx/onnx-library.ts';
import { OnnxThread } from '../runtime/onnx/onnx-thread.ts';
import { plainReason } from '../runtime/onnx/plain-reason.ts';
import {
  examineProviders,
  ladderFor,
  PROVIDERS,
  type ProviderName,
  type ProviderState,
  providerOptions,
} from '../runtime/onnx/providers.ts';
import { type Finding, missing, ok } from './finding.ts';

/** A provider that has not run one addition after so long never will. */
const PATIENCE_MS = 30_000;

/** How each provider is added. */
const CURES: Readonly<Record<ProviderName, (config: Config) => string>> = {
  cpu: onnxCure,
  cuda: (config) =>
    `With an NVIDIA GPU, its driver, CUDA 12 and cuDNN 9: npm install --onnxruntime-node-install=cuda12 --prefix ${onnxHome(config)} onnxruntime-node@${ONNX_VERSION}`,
  tensorrt: () =>
    'Add the CUDA provider first, then the libraries of TensorRT 10 to the library path, and set ORATOR_BACKEND=tensorrt.',
  webgpu: () =>
    'It needs a GPU with a Vulkan, Metal or Direct3D 12 driver, on Linux also libvulkan.so.1 (apt install libvulkan1); then set ORATOR_BACKEND=webgpu. It is never chosen by itself.',
};

/** ONNX Runtime, and each of its providers: whether it runs here, tried with one addition, why not, and how it is added. */
export async function findOnnxRuntime(config: Config): Promise<Finding[]> {
  const cure = `None is needed for the built-in engine. For neural engines: ${onnxCure(config)}`;
  const library = findOnnxLibrary(config);
  if (library === null) return [missing('ONNX Runtime', 'not installed', cure)];
  let states: readonly ProviderState[];
  try {
    states = examineProviders(library);
  } catch (thrown) {
    const { message } = OratorError.from(thrown);
    return [missing('ONNX Runtime', `${library} cannot be loaded: ${message}`, cure)];
  }
  const folder = await mkdtemp(join(tmpdir(), 'orator-doctor-'));
  try {
    const path = await writeAddition(folder);
    const findings: Finding[] = [];
    for (const name of PROVIDERS) findings.push(await findProvider(name, states, library, path, config));
    const order = ladderFor(config.values.ORATOR_BACKEND).join(', then ');
    return [ok('ONNX Runtime', `${library}; tried: ${order}`), ...findings];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function findProvider(
  name: ProviderName,
  states: readonly ProviderState[],
  library: string,
  path: string,
  config: Config,
): Promise<Finding> {
  const state = states.find((each) => each.name === name);
  const known = state ? state.unavailable : 'the runtime was built without it';
  const reason = known ?? (await whyNot(name, library, path, config));
  const what = `  on ${name}`;
  return reason === null ? ok(what, 'runs') : missing(what, reason, CURES[name](config));
}

/** Runs one addition. */
async function whyNot(name: ProviderName, library: string, path: string, config: Config): Promise<string | null> {
  const options = {
    executionProviders: [providerOptions(name, config)],
    ...{ intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 as const },
  };
  try {
    return await withinTime(add({ library, path, options }));
  } catch (thrown) {
    return plainReason(thrown);
  }
}

async function add(start: Parameters<typeof OnnxThread.open>[0]): Promise<string | null> {
  await using thread = await OnnxThread.open(start);
  const { sum } = await thread.run({ x: { dtype: 'f32', shape: [1], values: Float32Array.of(1) } });
  return sum?.values[0] === 3 ? null : 'it cannot add one and two';
}

async function withinTime(work: Promise<string | null>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`it did not answer within ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function writeAddition(folder: string): Promise<string> {
  const graph = new GraphBuilder('addition');
  const x = graph.input('x', 'f32', [1]);
  graph.output('sum', graph.apply('Add', [x, graph.floats('two', [1], [2])]), 'f32', [1]);
  const path = join(folder, 'addition.onnx');
  await writeFile(path, writeOnnx(graph.build(), async () => new Float32Array(0)).model);
  return path;
}
