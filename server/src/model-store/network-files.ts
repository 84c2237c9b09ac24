import { createHash } from 'node:crypto';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { checkFit } from '@orator/core/models/fit';
import { openCheckpoint } from '@orator/core/models/formats/checkpoint';
import { needsDataFile, type ReadWeight, writeOnnx } from '@orator/core/models/formats/onnx-writer';
import type { Refusal } from '@orator/core/models/formats/refusal';
import type { Graph } from '@orator/core/models/graph/graph';
import { toFloats } from '@orator/core/models/tensor';
import type { openFileSource } from '../file-source.ts';
import { Output } from '../output.ts';

/** Tells things apart by what is in them, in as many hexadecimal digits as names of files need. */
export const hashOf = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

/** Whether there is a file of that name. */
export const isThere = async (path: string) => (await stat(path).catch(() => null)) !== null;

/** What reads the weights of a checkpoint as f32, once they are known to fit the graph. */
export async function openFitting(
  source: Awaited<ReturnType<typeof openFileSource>>,
  graph: Graph,
  refuse: Refusal,
): Promise<ReadWeight> {
  const checkpoint = await openCheckpoint(source, crc32, refuse);
  checkFit([graph], checkpoint, refuse);
  return async (name) => {
    const { dtype, read } = checkpoint.tensors.get(name)!;
    return toFloats(dtype, await read());
  };
}

/** Writes a graph with its weights as `name`.onnx, whole or not at all. */
export async function publishGraph(graph: Graph, read: ReadWeight, folder: string, name: string): Promise<void> {
  const dataName = needsDataFile(graph) ? `${name}.data` : undefined;
  const { model, data } = writeOnnx(graph, read, dataName);
  // The values come first: who sees the model finds them.
  if (data) await publish(join(folder, dataName!), data);
  await publish(join(folder, `${name}.onnx`), model);
}

/** Writes a file, whole or not at all. */
export async function publish(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  await using output = await Output.reserve(path);
  await writeFile(output.temporary, chunks);
  await output.publish();
}

/** Removes what begins with one prefix and not with the other. */
export async function removeOthers(folder: string, prefix: string, kept: string): Promise<void> {
  for (const other of await readdir(folder)) {
    if (other.startsWith(prefix) && !other.startsWith(kept)) await rm(join(folder, other), { force: true });
  }
}
