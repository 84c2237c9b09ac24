import type { Random } from '@orator/core/base/random';
import { commandOf, processTree } from '../processes.ts';
import { type Actor, pause } from './actor.ts';
import type { Progress } from './orders.ts';

/** What is killed: a program, or one of the processes in which a service or worker makes clips. */
export type Target = 'server' | 'worker' | 'database' | 'clip';

/** One kill. */
export interface Kill {
  readonly target: Target;
  /** It happens when so many jobs are over … */
  readonly afterJobs: number;
  /** … and so long has passed. */
  readonly delayMs: number;
  /** How long the program stays away. */
  readonly awayMs: number;
  /** Draws which one of several is killed, 0..1. */
  readonly which: number;
}

const LONGEST_DELAY_MS = 1500;
const LONGEST_AWAY_MS = 2500;
const LOOK_MS = 50;
const PATIENCE_MS = 200_000;
/** Orders placed before a kill that are not over when its time comes, at most: a few seconds of work. */
const AHEAD = 8;
/** What a process that makes clips calls itself. */
const CLIP_PROCESS = 'orator clip';
/** No kill comes later than this share of the jobs: the rest shows that all recovers. */
const LAST_SHARE = 0.9;

/** A plan that a seed gives: every target as often as every other, clip processes twice as often, in random order at random times. */
export function planKills(random: Random, targets: readonly Target[], jobs: number, count: number): Kill[] {
  const times = Array.from({ length: count }, () => Math.floor(random() * LAST_SHARE * jobs)).sort((a, b) => a - b);
  let deck: Target[] = [];
  return times.map((afterJobs) => {
    if (deck.length === 0) deck = shuffled(random, [...targets, 'clip']);
    return {
      target: deck.pop()!,
      afterJobs,
      delayMs: random() * LONGEST_DELAY_MS,
      awayMs: random() * LONGEST_AWAY_MS,
      which: random(),
    };
  });
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/**
 * Carries a plan out, and gives how many of each were killed. Orders are held back so that a kill always finds work to hit.
 * @throws {Error} when there is nothing to kill, or a program does not come back.
 */
export async function carryOut(
  plan: readonly Kill[],
  actors: readonly Actor[],
  progress: Progress,
  signal: AbortSignal,
): Promise<Partial<Record<Target, number>>> {
  const killed: Partial<Record<Target, number>> = {};
  const lastOrder = progress.orders - 1; // placed when all kills are done: it shows that all has recovered
  for (const kill of plan) {
    progress.allowed = Math.min(kill.afterJobs + AHEAD, lastOrder);
    while (progress.over < kill.afterJobs && !signal.aborted) await pause(LOOK_MS);
    await pause(kill.delayMs);
    for (const end = performance.now() + PATIENCE_MS; !signal.aborted && !(await strike(kill, actors)); ) {
      if (performance.now() > end) throw new Error(`There is no ${kill.target} that could be killed.`);
      await pause(LOOK_MS); // what is away now comes back
    }
    if (signal.aborted) break;
    killed[kill.target] = (killed[kill.target] ?? 0) + 1;
  }
  progress.allowed = Number.POSITIVE_INFINITY;
  for (const actor of actors) await actor.settled();
  return killed;
}

/** False when there is nothing of that kind now. */
async function strike({ target, which, awayMs }: Kill, actors: readonly Actor[]): Promise<boolean> {
  if (target === 'clip') {
    const pids = (await Promise.all(actors.map(clipProcesses))).flat();
    const pid = pids[Math.floor(which * pids.length)];
    return pid !== undefined && end(pid);
  }
  const up = actors.filter(({ name, pid }) => name === target && pid !== null);
  const actor = up[Math.floor(which * up.length)];
  await actor?.kill(awayMs);
  return actor !== undefined;
}

async function clipProcesses({ pid }: Actor): Promise<number[]> {
  const found: number[] = [];
  for (const one of pid ? await processTree(pid) : []) {
    if ((await commandOf(one)).startsWith(CLIP_PROCESS)) found.push(one);
  }
  return found;
}

function end(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // it has just ended by itself
  }
}
