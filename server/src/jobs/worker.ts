import { OratorError } from '@orator/core/base/errors';
import { databaseFailure } from '../store/database-failure.ts';
import type { Bell } from './bell.ts';
import type { JobProgress } from './job.ts';
import { type Claimed, type Finished, type JobQueue, LEASE_SECONDS } from './queue.ts';

/** How often a worker looks for jobs although nobody rang. */
const LOOK_SECONDS = 2;
/** A lease is kept three times before it ends; progress goes with it, and in between when there is news. */
const BEAT_MS = (LEASE_SECONDS * 1000) / 3;
const NEWS_MS = 500;

/** How jobs of one kind are done. What is thrown decides by its code whether they are tried again. */
export type Run = (claimed: Claimed, report: (progress: JobProgress) => void, signal: AbortSignal) => Promise<Finished>;

/** What a worker is told about, for logs and figures. */
export interface WorkerReports {
  started(claimed: Claimed): void;
  /** `finished` is what a job made that was published. */
  ended(claimed: Claimed, outcome: string, about: { readonly error?: OratorError; readonly finished?: Finished }): void;
  troubled(error: unknown): void;
}

/** What a worker works with. */
export interface WorkerSetup {
  readonly queue: JobQueue;
  readonly bell: Bell;
  readonly name: string;
  /** What it can do, best liked first. */
  readonly runs: Readonly<Record<string, Run>>;
  /** Those of some kinds that can be done right now; all of them when left out. */
  readonly able?: (kinds: readonly string[]) => Promise<readonly string[]>;
  readonly perOwner: number;
  /** Jobs of each kind that all processes together may hold; any number when left out. */
  readonly most?: number;
  readonly reports: WorkerReports;
}

/**
 * Works on one job after another until `draining` fires; the job at hand is then handed back. A database that is away is waited for.
 */
export async function work(setup: WorkerSetup, draining: AbortSignal): Promise<void> {
  const { queue, bell, name, runs, able = async (all) => all, perOwner, most, reports } = setup;
  const kinds = Object.keys(runs);
  using watch = bell.watch((ring) => 'kind' in ring && ring.kind in runs);
  while (!draining.aborted) {
    let claimed: Claimed | null = null;
    try {
      claimed = await queue.claim(await able(kinds), name, perOwner, most);
      if (claimed) await attend(claimed, setup, draining);
    } catch (thrown) {
      reports.troubled(thrown);
    }
    if (!claimed) await watch.rest(LOOK_SECONDS, draining);
  }
}

/** Does one job, keeping its lease, and stops when the job is no longer ours. */
async function attend(claimed: Claimed, { queue, runs, reports }: WorkerSetup, draining: AbortSignal): Promise<void> {
  reports.started(claimed);
  const lost = new AbortController();
  let progress: JobProgress | null = null;
  let said: JobProgress | null = null;
  let beaten = performance.now();
  const beat = async () => {
    const now = performance.now();
    if (now - beaten < BEAT_MS && progress === said) return;
    beaten = now;
    said = progress;
    const kept = await queue.beat(claimed, progress).catch((thrown: unknown) => {
      reports.troubled(thrown); // a database that is away: the lease may still hold
      return true;
    });
    if (!kept) lost.abort(new OratorError('cancelled', 'The job was cancelled, or went to another worker.'));
  };
  const timer = setInterval(() => void beat(), NEWS_MS);
  const signal = AbortSignal.any([lost.signal, draining]);
  try {
    const finished = await runs[claimed.row.kind]!(claimed, (news) => (progress = news), signal);
    const published = await queue.finish(claimed, finished);
    if (!published) await finished.discard?.();
    reports.ended(claimed, published ? finished.outcome : 'lost', published ? { finished } : {});
  } catch (thrown) {
    const error = databaseFailure(thrown) ?? OratorError.from(thrown); // a moment without it must not cost the job
    const outcome = lost.signal.aborted ? 'cancelled' : draining.aborted ? 'handed back' : 'failed';
    try {
      if (outcome === 'handed back') await queue.release(claimed);
      if (outcome === 'failed') await queue.fail(claimed, error);
    } finally {
      reports.ended(claimed, outcome, outcome === 'failed' ? { error } : {}); // also where the queue cannot hear of it
    }
  } finally {
    clearInterval(timer);
  }
}
