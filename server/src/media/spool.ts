import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { outputError } from '../output.ts';

/** Bytes from a pipe: still a stream, or a temporary file where their format must be read back and forth. */
export interface Spooled extends AsyncDisposable {
  readonly parts?: AsyncIterable<Uint8Array>;
  readonly path?: string;
}

/** Where an MP4 or QuickTime file names itself, after the size of its first box. */
const BRAND_AT = 4;

/**
 * Looks at the first bytes of a pipe. An MP4 often has its index at its end, so it goes to a temporary file, removed on disposal;
 * anything else is passed on as it comes.
 * @throws {OratorError} `output/disk-full`, `output/unwritable` for the temporary file.
 */
export async function spoolWhenSeekable(source: Readable, signal: AbortSignal): Promise<Spooled> {
  addAbortSignal(signal, source); // whoever waits for it must not wait on
  const parts = source.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Uint8Array>;
  let start = Buffer.alloc(0);
  while (start.length < 12) {
    const { value, done } = await parts.next();
    if (done) break;
    start = Buffer.concat([start, value]);
  }
  const whole = async function* () {
    yield start;
    yield* parts;
  };
  if (start.toString('latin1', BRAND_AT, BRAND_AT + 4) !== 'ftyp') {
    return { parts: whole(), [Symbol.asyncDispose]: async () => void source.destroy() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'orator-spool-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'sound');
  try {
    await pipeline(whole, createWriteStream(path), { signal });
  } catch (thrown) {
    await remove();
    signal.throwIfAborted();
    throw outputError(thrown, path);
  }
  return { path, [Symbol.asyncDispose]: remove };
}
