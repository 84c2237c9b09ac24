import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { handlesOf, megabytesOf, processTree } from '../processes.ts';
import type { Heap } from './heap.ts';

/** What a service holds at one moment, while it has nothing to do. */
export interface Sample {
  /** Jobs done so far. */
  readonly jobs: number;
  /** The heap of the service when its garbage is collected. */
  readonly heapMegabytes: number;
  /** All memory of the service, then. */
  readonly serverMegabytes: number;
  /** Memory of all the processes that it has started. */
  readonly childMegabytes: number;
  /** Open files, pipes and sockets of all of them, without those of the database, which keeps its tables open up to a limit of its own. */
  readonly handles: number;
  readonly children: number;
  /** Files in the data folder, without the database's and the logs. */
  readonly files: number;
}

/** Measures a service, its garbage collected, and its children. */
export async function takeSample(jobs: number, server: number, heap: Heap, data: string): Promise<Sample> {
  const heapMegabytes = await heap.collect();
  const children = (await processTree(server)).filter((pid) => pid !== server);
  const sum = async (figure: (pid: number) => Promise<number>, pids: readonly number[]) =>
    (await Promise.all(pids.map(figure))).reduce((total, one) => total + one, 0);
  return {
    ...{ jobs, heapMegabytes },
    serverMegabytes: await megabytesOf(server),
    childMegabytes: await sum(megabytesOf, children),
    handles: await sum((pid) => handlesOf(pid, join(data, 'database')), [server, ...children]),
    children: children.length,
    files: await countFiles(data),
  };
}

const OTHERS: ReadonlySet<string> = new Set(['database', 'logs']);

async function countFiles(data: string): Promise<number> {
  let count = 0;
  for (const entry of await readdir(data, { withFileTypes: true })) {
    if (OTHERS.has(entry.name)) continue;
    if (!entry.isDirectory()) count++;
    else count += (await readdir(join(data, entry.name), { recursive: true })).length;
  }
  return count;
}
