import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { makeFolder } from '../folder.ts';
import { startOf } from './process-start.ts';

/** Who holds a data folder. */
interface Holder {
  readonly pid: number;
  /** Tells a process from a later one of the same number: when it was started, as the system says. */
  readonly started: string;
}

/**
 * Takes a data folder for this process alone, as its database has one opener. A holder that died holds nobody up.
 * @throws {OratorError} `data/locked` with the process that has it.
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  await makeFolder(folder);
  const path = join(folder, 'lock');
  const own: Holder = { pid: process.pid, started: await startOf(process.pid) };
  for (;;) {
    try {
      await using file = await open(path, 'wx', 0o600);
      await file.writeFile(JSON.stringify(own));
      await file.sync();
      break;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    }
    const text = await readFile(path, 'utf8').catch(() => '');
    const holder = parseHolder(text);
    if (holder && (await startOf(holder.pid)) === holder.started) {
      throw new OratorError(
        'data/locked',
        `The data folder ${folder} is in use by process ${holder.pid}. Stop that one, or give this one another ORATOR_DATA.`,
      );
    }
    // Half-written or left behind. Whoever removes it first goes on; the other finds the new one.
    if ((await readFile(path, 'utf8').catch(() => '')) === text) await rm(path, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

function parseHolder(text: string): Holder | null {
  try {
    const { pid, started } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : null;
  } catch {
    return null;
  }
}
