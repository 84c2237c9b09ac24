import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { makeFolder } from '../folder.ts';
import { lockFile } from './file-lock.ts';
import { type Holder, readHolder, takeLease } from './lease.ts';

/** How often the holder of a folder says so. */
const BEAT_MS = 5000;
/** How long a holder on another machine is watched before its folder is taken. */
const LEASE_MS = 20_000;

/**
 * Takes a data folder for this process alone, as its database has one opener. A holder that died on this machine holds nobody up, one on
 * another machine for about 25 s. `onLost` is called when another machine took the folder because this process slept for that long: it
 * has to end at once.
 * @throws {OratorError} `data/locked` with the process that has it.
 */
export async function lockFolder(folder: string, onLost: () => void): Promise<AsyncDisposable> {
  await makeFolder(folder);
  await using locking = new AsyncDisposableStack();
  const path = join(folder, 'lock');
  // The system's lock is right on one machine, whatever containers the processes are in, and on file systems that share locks.
  const lock = lockFile(join(folder, 'system.lock'));
  if (!lock) throw inUse(folder, await readHolder(path));
  locking.use(lock);
  const self = { machine: await machineId(), host: hostname(), pid: process.pid };
  const lease = await takeLease({ path, self, beatMs: BEAT_MS, leaseMs: LEASE_MS, onLost });
  if ('id' in lease) throw inUse(folder, lease);
  locking.use(lease);
  return locking.move();
}

/** The same for all processes that see each other's locks: those of one running kernel. */
async function machineId(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname());
  return boot.trim();
}

function inUse(folder: string, holder: Holder | null): OratorError {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
  return new OratorError(
    'data/locked',
    `The data folder ${folder} is in use by ${who}. Stop that one, or give this one another ORATOR_DATA.`,
  );
}
