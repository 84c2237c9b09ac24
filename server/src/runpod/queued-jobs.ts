import { randomUUID } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import type { Bell } from '../jobs/bell.ts';
import type { JobProgress } from '../jobs/job.ts';
import { type Claimed, type JobQueue, LEASE_SECONDS } from '../jobs/queue.ts';
import type { JobRow } from '../store/tables.ts';
import {
  type EndpointCounts,
  type EndpointJob,
  type EndpointJobs,
  type EndpointOrder,
  type EndpointResult,
  type EndpointStatus,
  isEnded,
  isExpired,
  isOvertime,
  KIND,
  overtimeMessage,
  requireRetryable,
} from './endpoint-jobs.ts';

/** The endpoint's one owner may have all workers. */
const ALL = 10_000;
/** The lease of the queue is kept three times before it ends. */
const BEAT_MS = (LEASE_SECONDS * 1000) / 3;
/** A worker that was not heard of for so long has lost its jobs: three of RunPod's heartbeats. */
const SILENCE_MS = 30_000;
const ID = /^(sync-)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-u1$/;

/** What the job's row keeps of the request. */
interface Kept {
  readonly order: EndpointOrder;
  readonly createdAt: number;
}

/** What the row keeps of a try: enough for another process to go on where this one ended. */
interface Lease extends JobProgress {
  readonly retryCount: number;
  readonly startedAt: number;
  readonly worker: string;
  readonly output?: unknown;
}

/** What the row keeps of the result. */
interface Ended {
  readonly output: unknown;
  readonly endedAt: number;
}

interface Held {
  readonly claimed: Claimed;
  lease: Lease;
  heardAt: number;
  beatenAt: number;
}

/**
 * The jobs of an endpoint in the durable queue. A worker far away cannot keep a lease of the queue, so this process keeps it for as long
 * as it hears from the worker; a job whose worker falls silent is given to another one.
 */
export class QueuedJobs implements EndpointJobs {
  readonly bell: Bell;
  readonly #queue: JobQueue;
  readonly #owner: string;
  readonly #kind: string;
  readonly #now: () => number;
  readonly #held = new Map<string, Held>();
  /** Queued by this process and not seen taken; the queue cannot list its jobs. */
  readonly #queued = new Set<string>();
  #ended = { completed: 0, failed: 0, retried: 0 };

  /** `queue` has to be open for `kind`, which has to be this endpoint's alone: the queue gives jobs out by kind. */
  constructor(queue: JobQueue, bell: Bell, endpoint: string, now: () => number = Date.now, kind: string = KIND) {
    this.#queue = queue;
    this.bell = bell;
    this.#owner = `runpod:${endpoint}`;
    this.#kind = kind;
    this.#now = now;
  }

  async add(order: EndpointOrder): Promise<EndpointJob> {
    const request = { order, createdAt: this.#now() } satisfies Kept;
    const { row } = await this.#queue.add({
      owner: this.#owner,
      kind: this.#kind,
      request,
      correlationId: randomUUID(),
    });
    this.#queued.add(row.id);
    return this.#jobOf(row);
  }

  async get(id: string): Promise<EndpointJob | null> {
    const row = await this.#rowOf(id);
    if (!row) return null;
    const job = this.#jobOf(row);
    if (job.id !== id) return null;
    if (!isExpired(job, this.#now())) return job;
    await this.#end(row.id);
    return null;
  }

  async cancel(id: string): Promise<EndpointJob | null> {
    const job = await this.get(id);
    if (!job || isEnded(job)) return job;
    await this.#end(rowIdOf(id)!);
    return this.get(id);
  }

  async retry(id: string): Promise<EndpointJob | null> {
    const job = await this.get(id);
    if (!job) return null;
    requireRetryable(job);
    const row = await this.#queue.retry(this.#owner, rowIdOf(id)!);
    this.#ended.retried++;
    this.#queued.add(row.id);
    return this.#jobOf(row);
  }

  async take(worker: string): Promise<EndpointJob | null> {
    for (;;) {
      const claimed = await this.#queue.claim([this.#kind], worker, ALL);
      if (!claimed) return null;
      const { row, retryCount } = claimed;
      this.#queued.delete(row.id);
      // Somebody else's job of the same kind is theirs.
      if (row.owner !== this.#owner) {
        await this.#queue.release(claimed);
        return null;
      }
      const lease: Lease = { stage: 'worker', retryCount, startedAt: this.#now(), worker };
      const held = { claimed, lease, heardAt: this.#now(), beatenAt: 0 };
      this.#held.set(row.id, held);
      await this.#beat(held);
      const job = this.#jobOf({ ...row, progress: { ...lease } });
      if (!isExpired(job, this.#now())) return job;
      await this.#end(row.id);
    }
  }

  async giveBack(id: string, worker: string): Promise<void> {
    const held = await this.#heldBy(id, worker);
    if (!held) return;
    this.#held.delete(held.claimed.row.id);
    this.#queued.add(held.claimed.row.id);
    await this.#queue.release(held.claimed);
  }

  async progress(id: string, worker: string, value: unknown): Promise<boolean> {
    const held = await this.#heldBy(id, worker);
    if (!held) return false;
    held.heardAt = this.#now();
    held.lease = { ...held.lease, output: value };
    return this.#beat(held);
  }

  async done(id: string, worker: string, result: EndpointResult): Promise<EndpointJob | null> {
    const held = await this.#heldBy(id, worker);
    if (!held) return null;
    const { claimed } = held;
    if ('error' in result) return this.#fail(id, held, new OratorError('worker/failed', result.error));
    const ended: Ended = { output: result.output, endedAt: this.#now() };
    const published = await this.#queue.finish(claimed, { outcome: 'success', result: { ...ended } });
    this.#held.delete(claimed.row.id);
    if (!published) return null;
    this.#ended.completed++;
    return this.get(id);
  }

  async keep(worker: string, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const held = await this.#heldBy(id, worker);
      if (held) held.heardAt = this.#now();
    }
  }

  /** Also keeps the leases, so it has to be called more often than they end. */
  async sweep(): Promise<readonly EndpointJob[]> {
    const late: EndpointJob[] = [];
    for (const held of [...this.#held.values()]) {
      const { row } = held.claimed;
      const job = this.#jobOf({ ...row, progress: { ...held.lease } });
      if (isExpired(job, this.#now())) await this.#end(row.id);
      else if (isOvertime(job, this.#now())) {
        const error = new OratorError('worker/timed-out', overtimeMessage(job.order));
        const ended = await this.#fail(job.id, held, error);
        if (ended) late.push(ended);
      } else if (this.#now() - held.heardAt > SILENCE_MS)
        this.#held.delete(row.id); // its lease ends by itself
      else if (this.#now() - held.beatenAt >= BEAT_MS) await this.#beat(held);
    }
    return late;
  }

  async purge(): Promise<number> {
    let removed = 0;
    for (const id of [...this.#queued]) {
      this.#queued.delete(id);
      const { state } = await this.#queue.get(this.#owner, id);
      if (state === 'pending' && (await this.#end(id))) removed++;
    }
    return removed;
  }

  async counts(): Promise<EndpointCounts> {
    return { ...this.#ended, inProgress: this.#held.size, inQueue: this.#queued.size };
  }

  async #fail(id: string, { claimed }: Held, error: OratorError): Promise<EndpointJob | null> {
    await this.#queue.fail(claimed, error);
    this.#held.delete(claimed.row.id);
    const job = await this.get(id);
    if (job?.error !== error.message) return null; // it had gone to somebody else
    this.#ended.failed++;
    return job;
  }

  /** Cancels a job unless it has ended meanwhile. */
  async #end(rowId: string): Promise<boolean> {
    this.#held.delete(rowId);
    this.#queued.delete(rowId);
    try {
      await this.#queue.cancel(this.#owner, rowId);
      return true;
    } catch (thrown) {
      if (OratorError.from(thrown).code === 'job/not-possible') return false;
      throw thrown;
    }
  }

  async #beat(held: Held): Promise<boolean> {
    held.beatenAt = this.#now();
    const kept = await this.#queue.beat(held.claimed, held.lease);
    if (!kept) this.#held.delete(held.claimed.row.id);
    return kept;
  }

  /** This worker's hold on a job; one that another process gave out is taken over from the row. */
  async #heldBy(id: string, worker: string): Promise<Held | null> {
    const rowId = rowIdOf(id);
    if (!rowId) return null;
    const held = this.#held.get(rowId);
    if (held) return held.lease.worker === worker ? held : null;
    const row = await this.#rowOf(id);
    const lease = row?.progress as Lease | null | undefined;
    if (row?.state !== 'processing' || !lease || lease.worker !== worker || row.worker !== worker) return null;
    const adopted = { claimed: { row, retryCount: lease.retryCount }, lease, heardAt: this.#now(), beatenAt: 0 };
    this.#held.set(rowId, adopted);
    return adopted;
  }

  async #rowOf(id: string): Promise<JobRow | null> {
    const rowId = rowIdOf(id);
    if (!rowId) return null;
    try {
      return await this.#queue.get(this.#owner, rowId);
    } catch (thrown) {
      if (OratorError.from(thrown).code === 'job/unknown') return null;
      throw thrown;
    }
  }

  #jobOf(row: JobRow): EndpointJob {
    const { order, createdAt } = row.request as unknown as Kept;
    const lease = row.progress as Lease | null;
    const status = statusOf(row);
    const ended = row.result as Ended | null;
    const output = status === 'COMPLETED' ? ended?.output : status === 'IN_PROGRESS' ? lease?.output : undefined;
    return {
      id: `${order.sync ? 'sync-' : ''}${row.id}-u1`,
      status,
      order,
      createdAt,
      queuedAt: createdAt,
      startedAt: lease?.startedAt ?? null,
      endedAt: isEnded({ status }) ? (ended?.endedAt ?? row.finished_at?.getTime() ?? null) : null,
      worker: lease?.worker ?? null,
      ...(output === undefined ? {} : { output }),
      ...(row.state === 'failed' ? { error: row.error_message ?? 'The job failed.' } : {}),
    };
  }
}

const rowIdOf = (id: string): string | null => ID.exec(id)?.[2] ?? null;

function statusOf({ state, error_code }: JobRow): EndpointStatus {
  switch (state) {
    case 'pending':
      return 'IN_QUEUE';
    case 'processing':
      return 'IN_PROGRESS';
    case 'completed':
      return 'COMPLETED';
    case 'failed':
      return error_code === 'worker/timed-out' ? 'TIMED_OUT' : 'FAILED';
    case 'cancelled':
      return 'CANCELLED';
  }
}
