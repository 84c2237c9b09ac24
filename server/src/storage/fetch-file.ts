import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { OratorError } from '@orator/core/base/errors';
import { stopped } from '../net/stopped.ts';
import { Output } from '../output.ts';
import { writeAll } from './file-steps.ts';
import { MeasuredSource } from './measured-source.ts';
import type { Storage, StoredFile } from './storage.ts';

/** How every storage brings a file to a local path: under a temporary name, checked, then renamed. */
export async function fetchFile(
  storage: Pick<Storage, 'read'>,
  key: string,
  path: string,
  signal?: AbortSignal,
): Promise<StoredFile> {
  await using output = await Output.reserve(path);
  const { file, body } = await storage.read(key, undefined, signal);
  const measured = new MeasuredSource(bytesOf(key, body, signal));
  try {
    await using target = await open(output.temporary, 'w');
    for await (const chunk of measured) await writeAll(target, chunk, path);
  } finally {
    body.destroy();
  }
  if (measured.bytes !== file.bytes || (file.sha256 && measured.sha256 !== file.sha256)) {
    throw new OratorError(
      'storage/failed',
      `"${key}" came differently from how it was stored: ${measured.bytes} of ${file.bytes} bytes. Try again.`,
    );
  }
  await output.publish();
  return file;
}

/** A body that breaks off is the storage's failure, unless we were told to stop. */
async function* bytesOf(
  key: string,
  body: Readable,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (thrown) {
    if (signal?.aborted) throw stopped(signal);
    throw new OratorError('storage/failed', `"${key}" broke off before its end. Try again.`, { cause: thrown });
  }
}
