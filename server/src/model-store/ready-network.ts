import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { checkFit } from '@orator/core/models/fit';
import { type Checkpoint, openCheckpoint } from '@orator/core/models/formats/checkpoint';
import { isOnnx, spliceOnnx } from '@orator/core/models/formats/onnx-splice';
import { constantBytes, needsDataFile, writeOnnx } from '@orator/core/models/formats/onnx-writer';
import { refuseWeights } from '@orator/core/models/formats/refusal';
import type { Graph } from '@orator/core/models/graph/graph';
import { toFloats } from '@orator/core/models/tensor';
import { openFileSource } from '../file-source.ts';
import { makeFolder } from '../folder.ts';
import { cleanOutputs, Output } from '../output.ts';
import type { ModelFile } from '../runtime/onnx/model-runtime.ts';
import type { InstalledModel, ModelStore } from './model-store.ts';

/**
 * A network of weights that are here, as a file that a runtime loads. The first time the weights are verified and the file is written; from
 * then on it is there, until weights or network change.
 * @throws {OratorError} `model/missing`, `model/invalid`, `output/…`, `cancelled`
 */
export async function readyNetwork(
  store: ModelStore,
  id: string,
  network: string,
  mostBatch: number,
  signal?: AbortSignal,
): Promise<ModelFile> {
  const model = await store.require(id);
  const graph = model.manifest.networks[network]!();
  const folder = store.networksOf(id);
  const name = `${network}-${versionOf(graph, model)}`;
  const file: ModelFile = { path: join(folder, `${name}.onnx`), bytes: constantBytes(graph), mostBatch };
  if (await stat(file.path).catch(() => null)) return file;
  await store.verify(id, signal);
  await makeFolder(folder);
  await cleanOutputs(folder);
  await writeNetwork(model, network, folder, name);
  for (const other of await readdir(folder)) {
    if (other.startsWith(`${network}-`) && !other.startsWith(name)) await rm(join(folder, other), { force: true });
  }
  return file;
}

/** Tells networks apart by what they compute and with which weights. */
function versionOf(graph: Graph, { record }: InstalledModel): string {
  return createHash('sha256')
    .update(JSON.stringify([graph, record.sha256]))
    .digest('hex')
    .slice(0, 16);
}

async function writeNetwork({ path, manifest }: InstalledModel, network: string, folder: string, name: string) {
  const refuse = refuseWeights(manifest.file);
  await using source = await openFileSource(path);
  const shell = manifest.shells?.[network];
  if (shell && isOnnx(await source.read(0, 2))) {
    const whole = spliceOnnx(await readFile(path), shell(), refuse);
    return publish(join(folder, `${name}.onnx`), [whole]);
  }
  const graph = manifest.networks[network]!();
  const checkpoint = await openCheckpoint(source, crc32, refuse);
  checkFit([graph], checkpoint, refuse);
  const dataName = needsDataFile(graph) ? `${name}.data` : undefined;
  const { model, data } = writeOnnx(graph, (weight) => readWeight(checkpoint, weight), dataName);
  // The values come first: who sees the model finds them.
  if (data) await publish(join(folder, dataName!), data);
  await publish(join(folder, `${name}.onnx`), model);
}

async function publish(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  await using output = await Output.reserve(path);
  await writeFile(output.temporary, chunks);
  await output.publish();
}

async function readWeight({ tensors }: Checkpoint, name: string): Promise<Float32Array> {
  const { dtype, read } = tensors.get(name)!;
  return toFloats(dtype, await read());
}
