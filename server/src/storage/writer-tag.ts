import { createHash, randomBytes } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { hostname } from 'node:os';

/** A day: what nobody touched for so long is not being written any more, whoever began it. */
const STALE_MS = 24 * 3600 * 1000;
/** `1a2b3c4d-4711-9f8e7d6c`: by process 4711 of the machine 1a2b3c4d, and no other like it. */
const TAG = /^([0-9a-f]{8})-(\d+)-[0-9a-f]{8}/;

const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** The beginning of a name that tells who writes the file. */
export const newTag = (): string => `${machine}-${process.pid}-${randomBytes(4).toString('hex')}`;

/** Whether a file whose name begins with a tag was left behind by a process that is gone. */
export async function isLeftOver(path: string, name: string): Promise<boolean> {
  const [, owner, pid] = TAG.exec(name) ?? [];
  if (owner === undefined) return false;
  // When it was last written, renamed or linked; unlike the time of its content, which a linked file brings along.
  const { ctimeMs } = await lstat(path).catch(() => ({ ctimeMs: Number.POSITIVE_INFINITY }));
  const isStale = Date.now() - ctimeMs > STALE_MS;
  if (owner !== machine) return isStale;
  // In a container every run of the program has the same number: older than this run means not of this run.
  if (Number(pid) === process.pid) return ctimeMs < Date.now() - process.uptime() * 1000 - 1000;
  return isStale || !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'; // someone else's, yet alive
  }
}
