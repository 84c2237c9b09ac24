import { OratorError } from '@orator/core/base/errors';
import { timedOutMessage } from '../avatars/refusals.ts';
import type { Handler } from './avatar-job.ts';
import { pause } from './pause.ts';
import { ProgressPost } from './progress-post.ts';
import { LINE_TIMES, type LineTimes, WorkerLine } from './worker-line.ts';
import { type Outcome, resultBody, type TakenJob, type WorkerPlace } from './worker-protocol.ts';

/** What a worker is told about, for logs. Nothing in it is of the job's content. */
export interface LoopReports {
  started(jobId: string): void;
  /** `outcome`: success, error, failed, cancelled, left. */
  ended(jobId: string, outcome: string): void;
  /** A result that the endpoint did not take. */
  lost(jobId: string, why: string): void;
  /** What may pass: a lost connection, a handler that threw. */
  troubled(what: string, thrown: unknown): void;
}

/** Waits of the loop, in milliseconds unless named otherwise. */
export interface LoopTimes extends LineTimes {
  /** How long a job may take. Below the platform's own 600 s, which would end it without our message. */
  readonly deadlineSeconds: number;
  /** How long jobs may go on once the worker is asked to leave. */
  readonly drainMs: number;
  /** How long a handler that was told to stop may take to do so; then the worker goes on without it. */
  readonly graceMs: number;
  /** Pause after an answer that was no job, so that an endpoint which does not hold questions is not flooded. */
  readonly idleMs: number;
  readonly limitedMs: number;
  readonly progressEveryMs: number;
}

/** What a worker in a pod uses. */
export const LOOP_TIMES: LoopTimes = {
  ...LINE_TIMES,
  deadlineSeconds: 570,
  drainMs: 20_000,
  graceMs: 5000,
  idleMs: 500,
  limitedMs: 5000, // as RunPod's own worker on HTTP 429
  progressEveryMs: 1000,
};

/** What a worker runs with. */
export interface WorkerSetup {
  readonly place: WorkerPlace;
  readonly handler: Handler;
  /** Jobs at a time; 1 when left out. */
  readonly concurrency?: number;
  /** Sends progress to `/stream` as well. */
  readonly streamProgress?: boolean;
  /** Recycles the pod after each job. */
  readonly refreshAfterJob?: boolean;
  /** Says nothing of the jobs that are stopped because the worker leaves: whoever runs it gives them back. */
  readonly leavesJobs?: boolean;
  readonly reports: LoopReports;
  readonly times?: Partial<LoopTimes>;
  readonly fetch?: typeof fetch;
}

const CRASHED = 'Worker crashed unexpectedly';
const LEFT = 'Worker was shut down before the job was done';

/**
 * Takes and does jobs until `draining` fires or the pod is to be recycled; the jobs at hand are then finished, or reported as failed
 * when that takes too long. Says which of both it was.
 */
export async function runWorker(setup: WorkerSetup, draining: AbortSignal): Promise<'drained' | 'refresh'> {
  const loop = new WorkerLoop(setup, draining);
  await loop.run();
  return draining.aborted ? 'drained' : 'refresh';
}

interface Running {
  readonly stop: AbortController;
  readonly end: Promise<void>;
}

class WorkerLoop {
  readonly #setup: WorkerSetup;
  readonly #times: LoopTimes;
  readonly #line: WorkerLine;
  readonly #refresh = new AbortController();
  readonly #ended = new AbortController();
  readonly #leaving: AbortSignal;
  readonly #running = new Map<string, Running>();
  #watching: AbortController | null = null;

  constructor(setup: WorkerSetup, draining: AbortSignal) {
    this.#setup = setup;
    this.#times = { ...LOOP_TIMES, ...setup.times };
    this.#line = new WorkerLine(setup.place, this.#times, setup.fetch);
    this.#leaving = AbortSignal.any([draining, this.#refresh.signal]);
  }

  async run(): Promise<void> {
    const pinging = this.#ping();
    const leave = () => setTimeout(() => this.#stopAll(), this.#times.drainMs);
    let timer: NodeJS.Timeout | undefined;
    this.#leaving.addEventListener('abort', () => (timer = leave()), { once: true });
    await this.#take();
    await Promise.all([...this.#running.values()].map(({ end }) => end));
    clearTimeout(timer);
    this.#ended.abort();
    await pinging;
  }

  async #take(): Promise<void> {
    const { concurrency = 1, reports } = this.#setup;
    while (!this.#leaving.aborted) {
      const free = concurrency - this.#running.size;
      if (free <= 0) {
        await Promise.race([...this.#running.values()].map(({ end }) => end));
        continue;
      }
      try {
        const { jobs, again } = await this.#line.take(free, this.#running.size > 0, this.#leaving);
        for (const job of jobs) this.#start(job);
        const { idleMs, limitedMs } = this.#times;
        if (jobs.length === 0) await pause(again === 'later' ? limitedMs : idleMs, this.#leaving);
      } catch (thrown) {
        if (this.#leaving.aborted) return;
        if (isTimeout(thrown)) continue; // nobody had work
        reports.troubled('asking for jobs failed', thrown);
        await pause(this.#times.retryUnitMs, this.#leaving);
      }
    }
  }

  #start(job: TakenJob): void {
    if (this.#running.has(job.id)) return; // given twice: once is enough
    const stop = new AbortController();
    const end = this.#attend(job, stop).finally(() => {
      this.#running.delete(job.id);
      if (this.#running.size === 0) this.#watching?.abort();
    });
    this.#running.set(job.id, { stop, end });
    if (!this.#watching) void this.#watch();
  }

  /** Does one job and reports it. Never throws: a trouble with one job is none of the others. */
  async #attend(job: TakenJob, stop: AbortController): Promise<void> {
    const { reports, place, streamProgress = false, refreshAfterJob = false } = this.#setup;
    const { deadlineSeconds, progressEveryMs } = this.#times;
    reports.started(job.id);
    const late = new OratorError('worker/timed-out', timedOutMessage(deadlineSeconds));
    const timer = setTimeout(() => stop.abort(late), deadlineSeconds * 1000);
    const news = new ProgressPost(
      (value) => this.#line.progress(job.id, value, streamProgress),
      (thrown) => reports.troubled('telling progress failed', thrown),
      progressEveryMs,
    );
    const outcome = await this.#settle(job, (value) => news.push(value), stop.signal);
    clearTimeout(timer);
    await news.close();
    const refresh =
      refreshAfterJob || outcome === null || (outcome.kind === 'output' && outcome.output.refresh_worker === true);
    const stopped = codeOf(stop.signal);
    if (stopped === 'cancelled')
      reports.ended(job.id, 'cancelled'); // nobody wants its result
    else if (stopped === 'worker/lost' && this.#setup.leavesJobs) reports.ended(job.id, 'left');
    else await this.#report(job.id, outcome ?? endOf(stop.signal), place.errorMode, refresh);
    if (refresh) this.#refresh.abort();
  }

  /** How the handler ended; null when it was told to stop and did not: its process is of no more use. */
  async #settle(job: TakenJob, progress: (value: unknown) => void, signal: AbortSignal): Promise<Outcome | null> {
    const { handler, reports } = this.#setup;
    const work = (async (): Promise<Outcome> => {
      try {
        const output: unknown = await handler(job.input, progress, signal);
        if (signal.aborted) return endOf(signal); // too late to count, whatever it made
        if (!isRecord(output)) throw new OratorError('worker/failed', 'The handler answered no object.');
        resultBody({ kind: 'output', output }, 'output', false); // throws on what is no JSON
        return { kind: 'output', output };
      } catch (thrown) {
        if (signal.aborted) return endOf(signal);
        reports.troubled('the handler threw', thrown);
        return { kind: 'failed', message: CRASHED };
      }
    })();
    const settled = new AbortController();
    const patience = (async () => {
      await aborted(AbortSignal.any([signal, settled.signal]));
      await pause(this.#times.graceMs, settled.signal);
      return null;
    })();
    const outcome = await Promise.race([work, patience]);
    settled.abort();
    if (outcome === null) reports.troubled('the handler does not stop', signal.reason);
    return outcome;
  }

  async #report(id: string, outcome: Outcome, mode: WorkerPlace['errorMode'], refresh: boolean): Promise<void> {
    const { reports } = this.#setup;
    let why = await this.#line.deliver(id, resultBody(outcome, mode, refresh));
    if (why === 'HTTP 400' || why === 'HTTP 413') {
      // The caller should not wait for a result that the endpoint does not like.
      reports.lost(id, why);
      const failed: Outcome = { kind: 'failed', message: `The endpoint refused the result (${why})` };
      why = await this.#line.deliver(id, resultBody(failed, mode, refresh));
    }
    if (why) reports.lost(id, why);
    const kind = outcome.kind === 'failed' ? 'failed' : String(outcome.output.status ?? 'success');
    reports.ended(id, kind);
  }

  /** Listens for jobs to stop, for as long as there are jobs. */
  async #watch(): Promise<void> {
    const { reports } = this.#setup;
    while (this.#running.size > 0) {
      const watching = new AbortController();
      this.#watching = watching;
      try {
        const ids = await this.#line.stops(watching.signal);
        for (const id of ids ?? []) {
          this.#running.get(id)?.stop.abort(new OratorError('cancelled', 'The caller cancelled the job.'));
        }
        await pause(ids ? this.#times.idleMs : this.#times.limitedMs, watching.signal);
      } catch (thrown) {
        if (watching.signal.aborted || isTimeout(thrown)) continue;
        reports.troubled('asking for jobs to stop failed', thrown);
        await pause(this.#times.retryUnitMs, watching.signal);
      }
    }
    this.#watching = null;
  }

  async #ping(): Promise<void> {
    const { reports, place } = this.#setup;
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        await this.#line.ping([...this.#running.keys()], signal);
      } catch (thrown) {
        if (!signal.aborted) reports.troubled('the heartbeat failed', thrown);
      }
      await pause(place.pingIntervalMs, signal);
    }
  }

  #stopAll(): void {
    for (const { stop } of this.#running.values()) stop.abort(new OratorError('worker/lost', LEFT));
  }
}

/** What a job that was stopped comes to: a deadline is told as the contract says, leaving fails the job so that it is tried again. */
function endOf(signal: AbortSignal): Outcome {
  const { code, message } = OratorError.from(signal.reason);
  if (code === 'worker/timed-out') return { kind: 'output', output: { status: 'error', error: message } };
  return { kind: 'failed', message };
}

const codeOf = ({ aborted, reason }: AbortSignal) => (aborted ? OratorError.from(reason).code : null);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTimeout = (thrown: unknown) => thrown instanceof Error && thrown.name === 'TimeoutError';

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}
