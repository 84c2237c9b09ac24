import { randomUUID } from 'node:crypto';
import { Bell } from '../jobs/bell.ts';
import {
  type EndpointCounts,
  type EndpointJob,
  type EndpointJobs,
  type EndpointOrder,
  type EndpointResult,
  isEnded,
  isExpired,
  isOvertime,
  KIND,
  overtimeMessage,
  requireRetryable,
} from './endpoint-jobs.ts';

/** The jobs of an endpoint in this process's memory: gone with it. */
export class MemoryJobs implements EndpointJobs {
  readonly bell = new Bell();
  readonly #now: () => number;
  /** In the order of their submission. */
  readonly #jobs = new Map<string, EndpointJob>();
  #ended = { completed: 0, failed: 0, retried: 0 };

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async add(order: EndpointOrder): Promise<EndpointJob> {
    const id = `${order.sync ? 'sync-' : ''}${randomUUID()}-u1`;
    const now = this.#now();
    const job = { id, status: 'IN_QUEUE', order, createdAt: now, queuedAt: now, ...NOBODYS } as const;
    this.#jobs.set(id, job);
    this.bell.ring({ kind: KIND });
    return job;
  }

  async get(id: string): Promise<EndpointJob | null> {
    return this.#find(id);
  }

  async cancel(id: string): Promise<EndpointJob | null> {
    const job = this.#find(id);
    return job && !isEnded(job) ? this.#change(job, { status: 'CANCELLED', endedAt: this.#now() }) : job;
  }

  async retry(id: string): Promise<EndpointJob | null> {
    const job = this.#find(id);
    if (!job) return null;
    requireRetryable(job);
    this.#ended.retried++;
    const { error: _, output: __, ...rest } = job;
    this.#jobs.delete(id); // to the end of the queue
    const again = this.#change(rest, { status: 'IN_QUEUE', queuedAt: this.#now(), ...NOBODYS });
    this.bell.ring({ kind: KIND });
    return again;
  }

  async take(worker: string): Promise<EndpointJob | null> {
    for (const { id, status } of this.#jobs.values()) {
      const job = status === 'IN_QUEUE' ? this.#find(id) : null;
      if (job) return this.#change(job, { status: 'IN_PROGRESS', startedAt: this.#now(), worker });
    }
    return null;
  }

  async giveBack(id: string, worker: string): Promise<void> {
    const job = this.#held(id, worker);
    if (!job) return;
    this.#change(job, { status: 'IN_QUEUE', ...NOBODYS });
    this.bell.ring({ kind: KIND });
  }

  async progress(id: string, worker: string, value: unknown): Promise<boolean> {
    const job = this.#held(id, worker);
    if (job) this.#change(job, { output: value });
    return job !== null;
  }

  async done(id: string, worker: string, result: EndpointResult): Promise<EndpointJob | null> {
    const held = this.#held(id, worker);
    if (!held) return null;
    const { output: _, ...job } = held; // how far it was is no result
    const endedAt = this.#now();
    if ('error' in result) {
      this.#ended.failed++;
      return this.#change(job, { status: 'FAILED', endedAt, error: result.error });
    }
    this.#ended.completed++;
    return this.#change(job, { status: 'COMPLETED', endedAt, output: result.output });
  }

  async keep(): Promise<void> {} // a worker that is lost is noticed by its job's time limit

  async told(): Promise<void> {} // whoever tells lives as long as these jobs

  async sweep(): Promise<readonly EndpointJob[]> {
    const late: EndpointJob[] = [];
    for (const { id } of [...this.#jobs.values()]) {
      const job = this.#find(id);
      if (!job || !isOvertime(job, this.#now())) continue;
      this.#ended.failed++;
      late.push(this.#change(job, { status: 'TIMED_OUT', endedAt: this.#now(), error: overtimeMessage(job.order) }));
    }
    return late;
  }

  async purge(owner: string): Promise<readonly EndpointJob[]> {
    const queued = [...this.#jobs.values()].filter(
      ({ status, order }) => status === 'IN_QUEUE' && order.owner === owner,
    );
    const removed = await Promise.all(queued.map(({ id }) => this.cancel(id)));
    return removed.filter((job) => job !== null);
  }

  async counts(): Promise<EndpointCounts> {
    const all = [...this.#jobs.values()];
    const count = (state: EndpointJob['status']) => all.filter(({ status }) => status === state).length;
    return { ...this.#ended, inProgress: count('IN_PROGRESS'), inQueue: count('IN_QUEUE') };
  }

  /** Forgets a job when its time is over. */
  #find(id: string): EndpointJob | null {
    const job = this.#jobs.get(id);
    if (!job) return null;
    if (!isExpired(job, this.#now())) return job;
    this.#jobs.delete(id);
    this.bell.ring({ job: id });
    return null;
  }

  #held(id: string, worker: string): EndpointJob | null {
    const job = this.#find(id);
    return job?.status === 'IN_PROGRESS' && job.worker === worker ? job : null;
  }

  #change(job: EndpointJob, change: Partial<EndpointJob>): EndpointJob {
    const changed = { ...job, ...change };
    this.#jobs.set(job.id, changed);
    this.bell.ring({ job: job.id });
    return changed;
  }
}

const NOBODYS = { startedAt: null, endedAt: null, worker: null } as const;
