import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { outputError } from './output.ts';

/** Only their owner looks into the folders of the service: they hold what users sent. */
const PRIVATE = 0o700;

/**
 * Makes a folder and the ones above it, for their owner alone unless `mode` says otherwise; those that are there stay as they are.
 * Node's own recursive way never returns where a folder exists and yet takes none inside it, as in /proc.
 * @throws {OratorError} `output/unwritable`, `output/disk-full`
 */
export async function makeFolder(path: string, mode = PRIVATE): Promise<void> {
  const first = await attempt(path, mode);
  if (first?.code !== 'ENOENT' || dirname(path) === path) return settle(first, path);
  await makeFolder(dirname(path), mode);
  await settle(await attempt(path, mode), path);
}

/**
 * Removes a folder that work was done in. A killed program may have left another that still writes there: it is given a second to end.
 * Never throws, for that the work is done or has failed for a reason of its own: what stays lies in a folder that is cleaned later.
 */
export async function clearAway(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(() => {});
}

/** Tries to make one folder; gives the system's error when it cannot. */
const attempt = (path: string, mode: number) =>
  mkdir(path, { mode }).then(
    () => null,
    (thrown: NodeJS.ErrnoException) => thrown,
  );

async function settle(error: NodeJS.ErrnoException | null, path: string): Promise<void> {
  if (error === null || (error.code === 'EEXIST' && (await stat(path)).isDirectory())) return;
  throw outputError(error, path);
}
