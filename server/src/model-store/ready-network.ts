import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOnnx, spliceOnnx } from '@orator/core/models/formats/onnx-splice';
import { constantBytes } from '@orator/core/models/formats/onnx-writer';
import { refuseWeights } from '@orator/core/models/formats/refusal';
import { openFileSource } from '../file-source.ts';
import { makeFolder } from '../folder.ts';
import { cleanOutputs } from '../output.ts';
import type { ModelFile } from '../runtime/onnx/model-file.ts';
import { halfTwin } from './half-network.ts';
import type { InstalledModel, ModelStore } from './model-store.ts';
import { hashOf, isThere, openFitting, publish, publishGraph, removeOthers } from './network-files.ts';

/**
 * A network of weights that are here, as a file that a runtime loads. The first time the weights are verified and the file is written; from
 * then on it is there, until weights or network change. Its twin in half floats is written when a runtime asks for it.
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
  const name = `${network}-${hashOf([graph, model.record.sha256])}`;
  const half = halfTwin(store, model, { network, graph, folder, whole: name });
  const path = join(folder, `${name}.onnx`);
  const file: ModelFile = { path, bytes: constantBytes(graph), mostBatch, ...(half && { half }) };
  if (await isThere(path)) return file;
  await store.verify(id, signal);
  await makeFolder(folder);
  await cleanOutputs(folder);
  await writeNetwork(model, network, folder, name);
  await removeOthers(folder, `${network}-`, name);
  return file;
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
  await publishGraph(graph, await openFitting(source, graph, refuse), folder, name);
}
