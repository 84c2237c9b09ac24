import { open } from 'node:fs/promises';
import type { ByteSource } from '@orator/core/models/formats/byte-source';

/** A file that is read piece by piece; disposing it closes the file. */
export type FileSource = ByteSource & AsyncDisposable;

/** Opens a file for reading. Rejects with the system's error. */
export async function openFileSource(path: string): Promise<FileSource> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return {
      size,
      read: async (at, length) => {
        const bytes = Buffer.allocUnsafe(length);
        let filled = 0;
        // One call gives at most 2 GB.
        while (filled < length) {
          const { bytesRead } = await file.read(bytes, filled, length - filled, at + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      },
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}
