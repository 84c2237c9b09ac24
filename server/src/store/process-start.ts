import { readFile } from 'node:fs/promises';

/**
 * When a process of this machine was started, in the system's own units, so that it is told from a later one of the same number; empty
 * when there is none, its number alone where that cannot be read.
 */
export async function startOf(pid: number): Promise<string> {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') return '';
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name in the second field may hold anything, brackets too; the start is the 20th field after it.
  return stat ? stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]! : String(pid);
}
