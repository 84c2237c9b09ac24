import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and the ones above it. Node's own recursive way never returns where a folder exists and yet takes none inside it,
 * as in /proc.
 */
export async function makeFolder(path: string): Promise<void> {
  const first = await attempt(path);
  if (first !== 'ENOENT' || dirname(path) === path) return settle(first, path);
  await makeFolder(dirname(path));
  await settle(await attempt(path), path);
}

/** Tries to make one folder; gives the system's code when it cannot. */
async function attempt(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return undefined;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

async function settle(code: string | undefined, path: string): Promise<void> {
  if (code === undefined || (code === 'EEXIST' && (await stat(path)).isDirectory())) return;
  throw new Error(`the folder ${path} cannot be made (${code})`);
}
