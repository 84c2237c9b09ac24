import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Bell, Ring } from '../jobs/bell.ts';
import type { Database } from '../store/database.ts';
import type { EndpointJobRow } from '../store/tables.ts';
import {
  type EndpointCounts,
  type EndpointJob,
  type EndpointJobs,
  type EndpointOrder,
  type EndpointResult,
  KIND,
  keptMs,
  overtimeMessage,
  requireRetryable,
} from './endpoint-jobs.ts';

/** A worker that was not heard of for so long has lost its job: three of RunPod's heartbeats. */
const SILENCE_MS = 30_000;
/** Workers that may be lost with one job, as for every other job of ours. */
const MOST_TRIES = 4;
const LOST = 'Every worker that took this job was lost';
/** Three tries of ten seconds with ten between: whoever tells a caller is done by then, or dead. */
const TELL_MS = 60_000;
const ID = /^(?:sync-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-u1$/;

/**
 * The jobs of an endpoint in the database, for as many processes as like. They have a table of their own and not the queue's: whoever asks
 * for RunPod's rules (a hard time to live, leases kept by a worker's heartbeat at another process, results kept for a minute) gets just those.
 * Each step is one statement, so that a kill at any moment leaves a job as it was or as it shall be.
 */
export class StoredJobs implements EndpointJobs {
  readonly bell: Bell;
  readonly #database: Database;
  readonly #endpoint: string;
  readonly #now: () => number;
  #ended = { completed: 0, failed: 0, retried: 0 };

  constructor(database: Database, bell: Bell, endpoint: string, now: () => number = Date.now) {
    this.#database = database;
    this.bell = bell;
    this.#endpoint = endpoint;
    this.#now = now;
  }

  async add(order: EndpointOrder): Promise<EndpointJob> {
    const now = this.#now();
    const row = await this.#database.tables
      .insertInto('endpoint_jobs')
      .values({
        id: `${order.sync ? 'sync-' : ''}${randomUUID()}-u1`,
        endpoint: this.#endpoint,
        owner: order.owner,
        status: 'IN_QUEUE',
        request: JSON.stringify(order),
        execution_ms: order.executionTimeoutMs,
        created_at: new Date(now),
        queued_at: new Date(now),
        expires_at: new Date(now + order.ttlMs),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await this.#ring({ kind: KIND });
    return jobOf(row);
  }

  async get(id: string): Promise<EndpointJob | null> {
    if (!ID.test(id)) return null;
    const row = await this.#database.tables
      .selectFrom('endpoint_jobs')
      .selectAll()
      .where('id', '=', id)
      .where('endpoint', '=', this.#endpoint)
      .where('expires_at', '>', this.#date())
      .executeTakeFirst();
    return row ? jobOf(row) : null;
  }

  async cancel(id: string): Promise<EndpointJob | null> {
    const job = await this.get(id);
    if (!job) return null;
    const row = await this.#live(id, ['IN_QUEUE', 'IN_PROGRESS'])
      .set({ status: 'CANCELLED', ...this.#end(job) })
      .returningAll()
      .executeTakeFirst();
    if (!row) return this.get(id); // it had ended
    await this.#ring({ job: id });
    return jobOf(row);
  }

  async retry(id: string): Promise<EndpointJob | null> {
    const job = await this.get(id);
    if (!job) return null;
    requireRetryable(job);
    const row = await this.#live(id, ['FAILED', 'TIMED_OUT'])
      .set({
        status: 'IN_QUEUE',
        ...NOBODYS,
        output: null,
        error: null,
        tries: 0,
        tell_by: null,
        queued_at: this.#date(),
        expires_at: new Date(job.createdAt + job.order.ttlMs),
        place: sql<string>`nextval('endpoint_jobs_place_seq')`, // to the end of the queue
      })
      .returningAll()
      .executeTakeFirst();
    if (!row) return this.get(id);
    this.#ended.retried++;
    await this.#ring({ job: id });
    await this.#ring({ kind: KIND });
    return jobOf(row);
  }

  async take(worker: string): Promise<EndpointJob | null> {
    const now = this.#date();
    const row = await this.#database.tables
      .updateTable('endpoint_jobs')
      .set({
        status: 'IN_PROGRESS',
        worker,
        started_at: now,
        heard_at: now,
        tries: sql<number>`tries + 1`,
        overtime_at: sql<Date>`${now}::timestamptz + execution_ms * interval '1 ms'`,
      })
      .where('id', 'in', (from) =>
        from
          .selectFrom('endpoint_jobs')
          .select('id')
          .where('endpoint', '=', this.#endpoint)
          .where('status', '=', 'IN_QUEUE')
          .where('expires_at', '>', now)
          .orderBy('place')
          .limit(1)
          .forUpdate()
          .skipLocked(),
      )
      .returningAll()
      .executeTakeFirst();
    if (!row) return null;
    await this.#ring({ job: row.id });
    return jobOf(row);
  }

  async giveBack(id: string, worker: string): Promise<void> {
    const given = await this.#held(id, worker)
      ?.set({ status: 'IN_QUEUE', ...NOBODYS, output: null, tries: sql<number>`tries - 1` })
      .executeTakeFirst();
    if (given?.numUpdatedRows) await this.#ring({ kind: KIND });
  }

  async progress(id: string, worker: string, value: unknown): Promise<boolean> {
    const kept = await this.#held(id, worker)
      ?.set({ output: textOf(value), heard_at: this.#date() })
      .executeTakeFirst();
    if (!kept?.numUpdatedRows) return false;
    await this.#ring({ job: id });
    return true;
  }

  async done(id: string, worker: string, result: EndpointResult): Promise<EndpointJob | null> {
    const job = await this.get(id);
    if (!job) return null;
    const failed = 'error' in result;
    const row = await this.#held(id, worker)
      ?.set({
        ...this.#end(job),
        ...(failed
          ? { status: 'FAILED' as const, error: textOf(result.error), output: null }
          : { status: 'COMPLETED' as const, output: textOf(result.output) }),
      })
      .returningAll()
      .executeTakeFirst();
    if (!row) return null;
    this.#ended[failed ? 'failed' : 'completed']++;
    await this.#ring({ job: id });
    return jobOf(row);
  }

  async keep(worker: string, ids: readonly string[]): Promise<void> {
    const known = ids.filter((id) => ID.test(id));
    if (known.length === 0) return;
    await this.#database.tables
      .updateTable('endpoint_jobs')
      .set({ heard_at: this.#date() })
      .where('id', 'in', known)
      .where('endpoint', '=', this.#endpoint)
      .where('status', '=', 'IN_PROGRESS')
      .where('worker', '=', worker)
      .execute();
  }

  async told(id: string): Promise<void> {
    await this.#database.tables
      .updateTable('endpoint_jobs')
      .set({ tell_by: null })
      .where('id', '=', id)
      .where('endpoint', '=', this.#endpoint)
      .execute();
  }

  /** Also gives away what silent workers held, removes what has expired, and finds the jobs whose caller nobody told. */
  async sweep(): Promise<readonly EndpointJob[]> {
    const { tables } = this.#database;
    const now = this.#date();
    await tables
      .deleteFrom('endpoint_jobs')
      .where('endpoint', '=', this.#endpoint)
      .where('expires_at', '<=', now)
      .where('tell_by', 'is', null)
      .execute();
    const running = tables
      .selectFrom('endpoint_jobs')
      .selectAll()
      .where('endpoint', '=', this.#endpoint)
      .where('status', '=', 'IN_PROGRESS');
    const ended: EndpointJob[] = [];
    for (const row of await running.where('overtime_at', '<=', now).execute()) {
      const job = jobOf(row);
      const change = { status: 'TIMED_OUT', error: textOf(overtimeMessage(job.order)), ...this.#end(job) } as const;
      const late = await this.#same(row).set(change).returningAll().executeTakeFirst();
      if (late) ended.push(jobOf(late));
    }
    const heard = new Date(now.getTime() - SILENCE_MS);
    for (const row of await running.where('heard_at', '<=', heard).where('overtime_at', '>', now).execute()) {
      if (row.tries < MOST_TRIES) {
        await this.#same(row)
          .set({ status: 'IN_QUEUE', ...NOBODYS, output: null })
          .execute();
        await this.#ring({ kind: KIND });
      } else {
        const change = { status: 'FAILED', error: textOf(LOST), output: null, ...this.#end(jobOf(row)) } as const;
        const lost = await this.#same(row).set(change).returningAll().executeTakeFirst();
        if (lost) ended.push(jobOf(lost));
      }
    }
    this.#ended.failed += ended.length;
    for (const { id } of ended) await this.#ring({ job: id });
    const untold = await tables
      .updateTable('endpoint_jobs')
      .set({ tell_by: new Date(now.getTime() + TELL_MS) })
      .where('endpoint', '=', this.#endpoint)
      .where('tell_by', '<=', now)
      .returningAll()
      .execute();
    return [...ended, ...untold.map(jobOf)];
  }

  async purge(owner: string): Promise<readonly EndpointJob[]> {
    const queued = await this.#database.tables
      .selectFrom('endpoint_jobs')
      .select('id')
      .where('endpoint', '=', this.#endpoint)
      .where('owner', '=', owner)
      .where('status', '=', 'IN_QUEUE')
      .execute();
    const removed: EndpointJob[] = [];
    for (const { id } of queued) {
      const job = await this.get(id);
      if (!job) continue;
      const row = await this.#live(id, ['IN_QUEUE'])
        .set({ status: 'CANCELLED', ...this.#end(job) })
        .returningAll()
        .executeTakeFirst();
      if (row) removed.push(jobOf(row));
    }
    for (const { id } of removed) await this.#ring({ job: id });
    return removed;
  }

  async counts(): Promise<EndpointCounts> {
    const rows = await this.#database.tables
      .selectFrom('endpoint_jobs')
      .select(['status', ({ fn }) => fn.countAll<string>().as('count')])
      .where('endpoint', '=', this.#endpoint)
      .where('expires_at', '>', this.#date())
      .groupBy('status')
      .execute();
    const count = (status: EndpointJob['status']) => Number(rows.find((row) => row.status === status)?.count ?? 0);
    return { ...this.#ended, inProgress: count('IN_PROGRESS'), inQueue: count('IN_QUEUE') };
  }

  #date(): Date {
    return new Date(this.#now());
  }

  /** What every end writes; `tell_by` is there until the caller's webhook was told. */
  #end({ order, createdAt }: EndpointJob) {
    const now = this.#now();
    return {
      ended_at: new Date(now),
      expires_at: new Date(Math.min(createdAt + order.ttlMs, now + keptMs(order))),
      tell_by: order.webhook ? new Date(now + TELL_MS) : null,
    };
  }

  /** A job that is not expired and in one of some states. `id` is one of ours. */
  #live(id: string, status: readonly EndpointJob['status'][]) {
    return this.#database.tables
      .updateTable('endpoint_jobs')
      .where('id', '=', id)
      .where('endpoint', '=', this.#endpoint)
      .where('status', 'in', [...status])
      .where('expires_at', '>', this.#date());
  }

  /** A running job that this worker has; null for what is no id of ours. */
  #held(id: string, worker: string) {
    return ID.test(id) ? this.#live(id, ['IN_PROGRESS']).where('worker', '=', worker) : null;
  }

  /** A running job as it was read: nobody gave it away or heard of it since. */
  #same({ id, tries, heard_at }: EndpointJobRow) {
    return this.#live(id, ['IN_PROGRESS']).where('tries', '=', tries).where('heard_at', '=', heard_at);
  }

  async #ring(ring: Ring): Promise<void> {
    this.bell.ring(ring);
    await this.#database.announce(JSON.stringify(ring));
  }
}

const NOBODYS = { worker: null, started_at: null, ended_at: null, heard_at: null, overtime_at: null } as const;

/** JSON as text: the database's own JSON refuses the character 0, which a worker may send. */
const textOf = (value: unknown): string => JSON.stringify(value ?? null);

function jobOf(row: EndpointJobRow): EndpointJob {
  return {
    id: row.id,
    status: row.status,
    order: JSON.parse(row.request) as EndpointOrder,
    createdAt: row.created_at.getTime(),
    queuedAt: row.queued_at.getTime(),
    startedAt: row.started_at?.getTime() ?? null,
    endedAt: row.ended_at?.getTime() ?? null,
    worker: row.worker,
    ...(row.output === null ? {} : { output: JSON.parse(row.output) as unknown }),
    ...(row.error === null ? {} : { error: JSON.parse(row.error) as string }),
  };
}
