import { type FileHandle, open } from 'node:fs/promises';
import { outputError } from '../output.ts';

/*
 * The steps of writing a file, whose failures its user can act on. `name` is what an error calls the file: its key or its path.
 */

/** Makes a new file for writing and reading. @throws {OratorError} `output/disk-full`, `output/unwritable` */
export async function createFile(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx+', 0o600);
  } catch (thrown) {
    throw outputError(thrown, name);
  }
}

/** Writes all of `chunk` after what was written before. @throws {OratorError} `output/disk-full`, `output/unwritable` */
export async function writeAll(file: FileHandle, chunk: Uint8Array, name: string): Promise<void> {
  try {
    for (let at = 0; at < chunk.byteLength; ) {
      const { bytesWritten } = await file.write(chunk, at, chunk.byteLength - at);
      at += bytesWritten; // a disk that fills up takes a part first, and refuses the next write
    }
  } catch (thrown) {
    throw outputError(thrown, name);
  }
}

/** Brings what was written to the disk itself. @throws {OratorError} `output/disk-full`, `output/unwritable` */
export async function flush(file: FileHandle, name: string): Promise<void> {
  try {
    await file.sync();
  } catch (thrown) {
    throw outputError(thrown, name);
  }
}

/** Reads an open file from its beginning; a stream would close it. Every chunk is valid until the next. */
export async function* readAll(file: FileHandle): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = Buffer.allocUnsafe(1 << 18); // 256 kB: larger ones are no faster
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
