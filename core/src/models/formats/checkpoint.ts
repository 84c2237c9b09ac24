import type { StoredTensor } from '../tensor.ts';
import { type ByteSource, readExactly } from './byte-source.ts';
import type { Refusal } from './refusal.ts';
import { readSafetensors } from './safetensors.ts';
import { isTorchStream, readTorchStream } from './torch-stream.ts';
import { readTorchZip } from './torch-zip.ts';
import type { Crc32 } from './zip-layout.ts';

/** Trained weights by the names of their modules. Values are read on demand: the source has to stay open. */
export interface Checkpoint {
  readonly format: 'torch-zip' | 'torch-stream' | 'safetensors';
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** Enough to tell the formats. */
const HEAD_BYTES = 32;

/**
 * Opens weights as their authors publish them: `.pth` in both of torch's formats, or `.safetensors`, told apart by their content.
 * Runs nothing that they say. Names lose every `module.`, which training on several GPUs puts there.
 */
export async function openCheckpoint(source: ByteSource, crc32: Crc32, refuse: Refusal): Promise<Checkpoint> {
  const head = await readExactly(source, 0, Math.min(HEAD_BYTES, source.size), refuse);
  const [format, tensors] = await readByContent(head, source, crc32, refuse);
  const renamed = new Map<string, StoredTensor>();
  for (const tensor of tensors) {
    const name = tensor.name.replaceAll('module.', '');
    if (renamed.has(name)) throw refuse(`two tensors are called "${name.slice(0, 80)}"`);
    renamed.set(name, { ...tensor, name });
  }
  return { format, tensors: renamed };
}

async function readByContent(
  head: Uint8Array,
  source: ByteSource,
  crc32: Crc32,
  refuse: Refusal,
): Promise<[Checkpoint['format'], readonly StoredTensor[]]> {
  if (head[0] === 0x50 && head[1] === 0x4b) return ['torch-zip', await readTorchZip(source, crc32, refuse)];
  if (isTorchStream(head)) return ['torch-stream', await readTorchStream(source, refuse)];
  if (head[8] === 0x7b) return ['safetensors', await readSafetensors(source, refuse)];
  throw refuse('it is neither a .pth nor a .safetensors file');
}
