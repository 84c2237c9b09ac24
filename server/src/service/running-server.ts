import { open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { outputError } from '../output.ts';
import { startOf } from '../store/process-start.ts';

const runningServer = z.object({
  pid: z.int().positive(),
  /** Tells the process from a later one of the same number. */
  started: z.string().min(1),
  /** A data folder may be shared by machines: process numbers count on one of them. */
  machine: z.string(),
  url: z.url({ protocol: /^https?$/ }),
  key: z.string().min(32),
});

/** The server that works on a data folder, as other programs of the same user reach it: its address, and a key that may do all. */
export type RunningServer = z.infer<typeof runningServer>;

const fileIn = (folder: string) => join(folder, 'server.json');

/**
 * Writes down where the server of this process is reached, in a file that only its owner can read, until it is disposed. What a killed
 * server left behind is replaced.
 * @throws {OratorError} `output/unwritable`, `output/disk-full`
 */
export async function announceServer(folder: string, url: string, key: string): Promise<AsyncDisposable> {
  const path = fileIn(folder);
  const own: RunningServer = {
    pid: process.pid,
    started: await startOf(process.pid),
    machine: hostname(),
    url,
    key,
  };
  const temporary = `${path}.${process.pid}.part`;
  try {
    await rm(temporary, { force: true });
    {
      await using file = await open(temporary, 'wx', 0o600);
      await file.writeFile(JSON.stringify(own));
    }
    await rename(temporary, path);
  } catch (thrown) {
    throw outputError(thrown, path);
  }
  return {
    async [Symbol.asyncDispose]() {
      // On a shared data folder a later server may have written its own.
      if ((await read(path))?.key === key) await rm(path, { force: true });
    },
  };
}

/** The server that works on a data folder right now; null when there is none on this machine, whatever a killed one left behind. */
export async function findServer(folder: string): Promise<RunningServer | null> {
  const found = await read(fileIn(folder));
  if (!found || found.machine !== hostname()) return null;
  return (await startOf(found.pid)) === found.started ? found : null;
}

async function read(path: string): Promise<RunningServer | null> {
  try {
    return runningServer.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null; // none, half a file of another program, or one that is not ours to read
  }
}
