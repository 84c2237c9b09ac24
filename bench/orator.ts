import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import type { Receipt } from '@orator/core/produce/receipt';
import { ROOT } from './material.ts';
import { megabytesOf, processTree } from './processes.ts';

/** What one whole command did. */
export interface Run {
  /** From its start to its end, everything included. */
  readonly seconds: number;
  readonly receipt: Receipt;
  /** Largest sum of the memory of the command and all its children, in MB; `null` where this system does not tell. */
  readonly peakMegabytes: number | null;
}

interface Watch {
  /** Read the memory of the process tree this often. */
  readonly memoryMs?: number;
}

/** Runs `orator make` as a user would, in a process of its own. `data` is its data folder. @throws {OratorError} what the command said. */
export async function make(data: string, args: readonly string[], { memoryMs }: Watch = {}): Promise<Run> {
  const started = performance.now();
  const child = spawn(process.execPath, [join(ROOT, 'server/bin/orator.mjs'), 'make', ...args, '--json'], {
    env: { ...process.env, ORATOR_DATA: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let peak = 0;
  const watching = memoryMs
    ? setInterval(() => void treeMegabytes(child.pid!).then((now) => (peak = Math.max(peak, now))), memoryMs)
    : undefined;
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  clearInterval(watching);
  const seconds = (performance.now() - started) / 1000;
  const answer = JSON.parse(said) as { receipt?: Receipt; error?: { message: string } };
  if (!answer.receipt) throw new OratorError('internal', answer.error?.message ?? 'The command said nothing.');
  return { seconds, receipt: answer.receipt, peakMegabytes: peak > 0 ? peak : null };
}

/** Memory of a process and all its descendants, in MB; 0 where /proc is missing. */
async function treeMegabytes(root: number): Promise<number> {
  let sum = 0;
  for (const pid of await processTree(root)) sum += await megabytesOf(pid);
  return sum;
}
