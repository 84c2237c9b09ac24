import { readdir, readFile, readlink } from 'node:fs/promises';

/** Every running process and its parent, by number; nothing where /proc is missing. */
export async function runningProcesses(): Promise<ReadonlyMap<number, number>> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The name in the second field may hold anything, brackets too; a zombie has ended.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat && state !== 'Z') parents.set(Number(name), Number(parent));
  }
  return parents;
}

/** A process and all that descends from it. */
export async function processTree(root: number): Promise<number[]> {
  const parents = await runningProcesses();
  const belongs = (pid: number): boolean => pid === root || (parents.has(pid) && belongs(parents.get(pid)!));
  return [...parents.keys()].filter(belongs);
}

/** Memory of a process in MB, pages that several share counted in part; 0 for one that has ended. */
export async function megabytesOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024;
}

/** Files, pipes and sockets that a process has open, those below a folder left out; 0 for one that has ended. */
export async function handlesOf(pid: number, leftOut: string): Promise<number> {
  const handles = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(handles.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return targets.filter((target) => target !== '' && !target.startsWith(`${leftOut}/`)).length;
}

/** The words that a process was started with. */
export const commandOf = async (pid: number): Promise<string> =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');

/** Processes whose environment has a variable of this value. */
export async function processesWith(variable: string, value: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await runningProcesses()).keys()) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`${variable}=${value}`)) found.push(pid);
  }
  return found;
}
