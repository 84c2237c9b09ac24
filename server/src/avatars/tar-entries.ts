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
