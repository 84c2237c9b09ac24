import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Bytes that the disk of a folder has left, or of the first one above it that is there. */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return dirname(folder) === folder ? 0 : freeBytes(dirname(folder));
  }
}
