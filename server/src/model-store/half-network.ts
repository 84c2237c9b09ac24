import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { isOnnx } from '@orator/core/models/formats/onnx-splice';
import { refuseWeights } from '@orator/core/models/formats/refusal';
import type { Graph } from '@orator/core/models/graph/graph';
import { halfGraph, wideConstants } from '@orator/core/models/graph/half-graph';
import { openFileSource } from '../file-source.ts';
import type { HalfTwin } from '../runtime/onnx/model-file.ts';
import type { InstalledModel, ModelStore } from './model-store.ts';
import { hashOf, isThere, openFitting, publishGraph, removeOthers } from './network-files.ts';

/** What files end in that say how trials of networks went. */
export const TRIALS_END = '.trials.json';

/** Which network is wanted in half floats, and where it lies. */
interface HalfOrder {
  readonly network: string;
  readonly graph: Graph;
  readonly folder: string;
  /** The name of its file in f32, without what it ends in. */
  readonly whole: string;
}

/** A network's twin in half floats; none where its weights know no trial. */
export function halfTwin(store: ModelStore, model: InstalledModel, order: HalfOrder): HalfTwin | undefined {
  const { network, graph, folder, whole } = order;
  const inputs = model.manifest.trials?.[network];
  if (!inputs) return undefined;
  // Another way to halve makes another file, and what was found of the older one no longer holds.
  const name = `${whole}-fp16-${hashOf(halfGraph(graph)).slice(0, 8)}`;
  const path = join(folder, `${name}.onnx`);
  const ready = async () => {
    if (await isThere(path)) return path;
    await store.verify(model.id);
    await writeHalf(model, graph, folder, name);
    await removeOthers(folder, `${whole}-fp16-`, name);
    return path;
  };
  const besides = (end: string) => join(folder, `${name}${end}`);
  return { ready, inputs, trials: besides(TRIALS_END), checks: besides('.checks.json') };
}

async function writeHalf({ path, manifest }: InstalledModel, graph: Graph, folder: string, name: string) {
  await using source = await openFileSource(path);
  if (isOnnx(await source.read(0, 2))) {
    throw new OratorError(
      'backend/none',
      `"${manifest.file}" came as ONNX and is run as it is, in fp32. Set ORATOR_PRECISION to auto or fp32.`,
    );
  }
  const read = await openFitting(source, graph, refuseWeights(manifest.file));
  await publishGraph(halfGraph(graph, await wideConstants(graph, read)), read, folder, name);
}
