import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Extract, extract } from 'tar-stream';

/** One file of a TAR: what its header says, and its bytes. */
export type TarEntry = Extract extends AsyncIterable<infer Entry> ? Entry : never;

/**
 * The entries of a TAR, one after another; each is read to its end or told to `resume` before the next one comes. What goes wrong with
 * `source` is thrown. Leaving the loop early closes it.
 */
export async function* entriesOf(source: Readable, signal?: AbortSignal): AsyncGenerator<TarEntry> {
  const entries = extract();
  const feeding = pipeline(source, entries, { signal }).catch(() => {}); // the loop hears of it
  try {
    yield* entries;
  } finally {
    entries.destroy();
    await feeding;
  }
}

/**
 * The bytes of an entry, read by a loop: that is told of an archive that broke off meanwhile, while a pipeline waits for ever for a stream
 * that was over before it began.
 */
export async function* bytesOf(entry: TarEntry): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of entry) yield chunk as Uint8Array;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'STREAM_DESTROYED') throw thrown;
    throw new Error('it ends in the middle of a file', { cause: thrown });
  }
}

/** Writes an entry to a new file. */
export const writeEntry = (entry: TarEntry, path: string, mode?: number): Promise<void> =>
  pipeline(bytesOf(entry), createWriteStream(path, { flags: 'wx', mode }));
