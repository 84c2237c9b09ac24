import { randomUUID } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import { type ConnectionOptions, fromKysely } from 'pg-boss';
import type { Database } from '../store/database.ts';
import type { JobRow, NewAsset, NewAvatar, Tables } from '../store/tables.ts';
import type { Bell } from './bell.ts';
import type { JobProgress } from './job.ts';
import { hashOf, MOST_AT_ONCE, type NewJob } from './new-job.ts';
import { announceJob, openWebhooks } from './webhooks.ts';

/** How often a job is tried again. */
export const RETRIES = 3;
const MOST_ATTEMPTS = 1 + RETRIES;
/** A worker that says nothing for so long has lost its job. */
export const LEASE_SECONDS = 15;
/** The queue itself never gives up: the table counts attempts. */
const QUEUE = {
  retryLimit: 1000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  heartbeatSeconds: LEASE_SECONDS,
  expireInSeconds: 23 * 3600,
  notify: false,
} as const;

/** The queue knows limits by name only: each number is its own name. */
const TIERS = Object.fromEntries(Array.from({ length: MOST_AT_ONCE }, (_, k) => [String(k + 1), k + 1]));

const NO_JOB = '00000000-0000-0000-0000-000000000000';

/** A job that one worker holds, until its lease ends. */
export interface Claimed {
  readonly row: JobRow;
  /** The queue's own count, which fences off whoever held the job before. */
  readonly retryCount: number;
}

/** What a finished job made. */
export interface Finished {
  readonly outcome: 'success' | 'fallback';
  readonly result: Readonly<Record<string, unknown>>;
  /** Length of what was made, s, where it counts against the owner's limit. */
  readonly seconds?: number;
  readonly asset?: NewAsset;
  /** What is known of `asset` when that is an avatar. */
  readonly avatar?: NewAvatar;
  /** Removes what was made, when the job had gone to somebody else meanwhile. */
  readonly discard?: () => Promise<unknown>;
}

/** Jobs that outlive processes: the table says what is true, the queue who works on what. Each step is one transaction of both. */
export class JobQueue {
  readonly #database: Database;
  readonly #bell: Bell;

  constructor(database: Database, bell: Bell) {
    this.#database = database;
    this.#bell = bell;
  }

  /** Makes a queue for each kind of work; again and again does no harm. */
  async open(kinds: readonly string[]): Promise<void> {
    const { boss } = this.#database;
    await openWebhooks(this.#database);
    for (const kind of kinds) {
      await boss.createQueue(kind, QUEUE);
      // It reads a queue's settings when it first needs them, past our transaction: on the embedded database that would wait for ever.
      await boss.findJobs(kind, { id: NO_JOB });
    }
  }

  /**
   * Adds a job, or finds the one with the same idempotency key.
   * @throws {OratorError} `request/conflict` when that key was used for another request.
   */
  async add(order: NewJob): Promise<{ readonly row: JobRow; readonly isNew: boolean }> {
    const { owner, kind, priority = 0, atOnce = null, idempotencyKey = null, correlationId, webhook = null } = order;
    const request = JSON.stringify(order.request);
    const added = await this.#database.tables.transaction().execute(async (trx) => {
      const row = await trx
        .insertInto('jobs')
        .values({
          id: randomUUID(),
          owner,
          kind,
          request,
          state: 'pending',
          attempt: 0,
          most_attempts: MOST_ATTEMPTS,
          priority,
          at_once: atOnce,
          idempotency_key: idempotencyKey,
          request_hash: hashOf(order),
          correlation_id: correlationId,
          webhook,
        })
        .onConflict((conflict) => conflict.columns(['owner', 'idempotency_key']).doNothing())
        .returningAll()
        .executeTakeFirst();
      if (row) await this.#enqueue(trx, row);
      return row;
    });
    if (added) {
      await this.#ring({ kind });
      return { row: added, isNew: true };
    }
    const row = await this.find(order);
    if (!row)
      throw new OratorError('request/conflict', 'The job with this idempotency key was just removed. Try again.');
    return { row, isNew: false };
  }

  /**
   * The job that was added before with the idempotency key of `order`; null where there is none.
   * @throws {OratorError} `request/conflict` when that key was used for another request.
   */
  async find(order: NewJob): Promise<JobRow | null> {
    const { owner, idempotencyKey } = order;
    if (idempotencyKey === undefined) return null;
    const row = await this.#database.tables
      .selectFrom('jobs')
      .selectAll()
      .where('owner', '=', owner)
      .where('idempotency_key', '=', idempotencyKey)
      .executeTakeFirst();
    if (row && row.request_hash !== hashOf(order)) {
      throw new OratorError('request/conflict', 'This idempotency key was used for another request. Use a new one.');
    }
    return row ?? null;
  }

  /** The owner's job. @throws {OratorError} `job/unknown`, also for somebody else's. */
  async get(owner: string, id: string): Promise<JobRow> {
    const row = await this.#database.tables
      .selectFrom('jobs')
      .selectAll()
      .where('id', '=', id)
      .where('owner', '=', owner)
      .executeTakeFirst();
    if (!row) throw new OratorError('job/unknown', `There is no job "${id.slice(0, 64)}".`);
    return row;
  }

  /**
   * Takes the next job of some kinds, of each owner at most `perOwner` at a time where its order says nothing else, and of each kind at
   * most `most` at a time, counted over all processes; null when there is none.
   */
  async claim(kinds: readonly string[], worker: string, perOwner: number, most?: number): Promise<Claimed | null> {
    const { boss, tables } = this.#database;
    for (const kind of kinds) {
      for (;;) {
        const taken =
          most === undefined
            ? await this.#take(tables, kind, worker, perOwner)
            : await tables.transaction().execute(async (trx) => {
                const free = await hasRoom(trx, kind, most);
                return free ? this.#take(trx, kind, worker, perOwner, { db: fromKysely(trx) }) : null;
              });
        if (!taken) break;
        const { job, row } = taken;
        if (!row) {
          await boss.complete(kind, { id: job.id, retryCount: job.retryCount }); // cancelled meanwhile
          continue;
        }
        const claimed = { row, retryCount: job.retryCount };
        if (row.attempt > row.most_attempts) {
          const lost = 'Every worker that took this job was lost. Look into their logs.';
          await this.#end(claimed, { error_code: 'worker/lost', error_message: lost });
          continue;
        }
        await this.#ring({ job: row.id });
        return claimed;
      }
    }
    return null;
  }

  /** The queue's next job and its row; null when there is none. The row is missing when the job is no longer to be done. */
  async #take(db: Kysely<Tables>, kind: string, worker: string, perOwner: number, within?: ConnectionOptions) {
    const groupConcurrency = { default: perOwner, tiers: TIERS };
    const options = { includeMetadata: true, batchSize: 1, groupConcurrency, ...within } as const;
    const [job] = await this.#database.boss.fetch(kind, options);
    if (!job) return null;
    const row = await db
      .updateTable('jobs')
      .set({
        state: 'processing',
        attempt: sql<number>`attempt + 1`,
        worker,
        progress: null,
        started_at: sql<Date>`coalesce(started_at, now())`,
        updated_at: sql<Date>`now()`,
      })
      .where('id', '=', job.id)
      .where('state', 'in', ['pending', 'processing'])
      .returningAll()
      .executeTakeFirst();
    return { job, row };
  }

  /** Keeps the lease and tells how far the job is. False when the job is no longer this worker's: it has to stop. */
  async beat({ row, retryCount }: Claimed, progress: JobProgress | null): Promise<boolean> {
    const { boss, tables } = this.#database;
    const kept = await tables
      .updateTable('jobs')
      .set({ progress: progress && JSON.stringify(progress), updated_at: sql<Date>`now()` })
      .where('id', '=', row.id)
      .where('state', '=', 'processing')
      .where('attempt', '=', row.attempt)
      .executeTakeFirst();
    if (kept.numUpdatedRows === 0n) return false;
    await boss.touch(row.kind, { id: row.id, retryCount });
    await this.#ring({ job: row.id });
    return true;
  }

  /** Publishes what a job made, once: false when the job had gone to somebody else, and nothing was written. */
  async finish(claimed: Claimed, { outcome, result, seconds, ...made }: Finished): Promise<boolean> {
    return this.#end(claimed, { state: 'completed', outcome, seconds, result: JSON.stringify(result) }, made);
  }

  /** Ends a try: by the error's own rule the job is tried again later, or it has failed for good. */
  async fail(claimed: Claimed, error: OratorError): Promise<void> {
    const { row, retryCount } = claimed;
    const cause = { error_code: error.code, error_message: messageOf(error, row) };
    if (!error.policy.retry || row.attempt >= row.most_attempts) {
      await this.#end(claimed, cause);
      return;
    }
    await this.#database.tables.transaction().execute(async (trx) => {
      if (!(await this.#leave(trx, row, cause))) return;
      await this.#database.boss.fail(
        row.kind,
        { id: row.id, retryCount },
        { code: error.code },
        { db: fromKysely(trx) },
      );
    });
    await this.#ring({ job: row.id });
  }

  /** Hands a job back that was not tried to its end, for another worker to take at once. */
  async release(claimed: Claimed): Promise<void> {
    const { row, retryCount } = claimed;
    await this.#database.tables.transaction().execute(async (trx) => {
      if (!(await this.#leave(trx, row, { most_attempts: row.most_attempts + 1 }))) return;
      const db = fromKysely(trx);
      await this.#database.boss.deleteJob(row.kind, { id: row.id, retryCount }, { db });
      await this.#enqueue(trx, row);
    });
    await this.#ring({ kind: row.kind });
  }

  /** Cancels a job that is not over. @throws {OratorError} `job/unknown`, `job/not-possible`. */
  async cancel(owner: string, id: string): Promise<JobRow> {
    const row = await this.#move(owner, id, ['pending', 'processing'], 'cancelled', async (trx, cancelled) => {
      await this.#database.boss.deleteJob(cancelled.kind, id, { db: fromKysely(trx) });
      await announceJob(this.#database, trx, cancelled);
    });
    await this.#ring({ job: id });
    return row;
  }

  /** Tries a failed or cancelled job again. @throws {OratorError} `job/unknown`, `job/not-possible`. */
  async retry(owner: string, id: string): Promise<JobRow> {
    const row = await this.#move(owner, id, ['failed', 'cancelled'], 'pending', async (trx, again) => {
      await this.#database.boss.deleteJob(again.kind, id, { db: fromKysely(trx) });
      await this.#enqueue(trx, again);
    });
    await this.#ring({ kind: row.kind });
    return row;
  }

  async #move(
    owner: string,
    id: string,
    from: readonly JobRow['state'][],
    to: 'pending' | 'cancelled',
    then: (trx: Transaction<Tables>, row: JobRow) => Promise<void>,
  ): Promise<JobRow> {
    const moved = await this.#database.tables.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable('jobs')
        .set({
          state: to,
          updated_at: sql<Date>`now()`,
          ...(to === 'pending'
            ? {
                most_attempts: sql<number>`attempt + ${MOST_ATTEMPTS}`,
                error_code: null,
                error_message: null,
                progress: null,
                finished_at: null,
              }
            : { finished_at: sql<Date>`now()` }),
        })
        .where('id', '=', id)
        .where('owner', '=', owner)
        .where('state', 'in', [...from])
        .returningAll()
        .executeTakeFirst();
      if (row) await then(trx, row);
      return row;
    });
    if (moved) return moved;
    const { state } = await this.get(owner, id);
    throw new OratorError(
      'job/not-possible',
      `The job is ${state}; only one that is ${from.join(' or ')} can become ${to}.`,
    );
  }

  /** Ends a job for good, with its asset; false when it is no longer the claimer's. */
  async #end(
    { row, retryCount }: Claimed,
    change: Partial<Pick<JobRow, 'outcome' | 'seconds' | 'error_code' | 'error_message'>> & {
      readonly state?: 'completed';
      readonly result?: string;
    },
    { asset, avatar }: Pick<Finished, 'asset' | 'avatar'> = {},
  ): Promise<boolean> {
    const done = await this.#database.tables.transaction().execute(async (trx) => {
      const ended = await trx
        .updateTable('jobs')
        .set({
          state: 'failed',
          ...change,
          asset_id: asset?.id ?? null,
          worker: null,
          updated_at: sql<Date>`now()`,
          finished_at: sql<Date>`now()`,
        })
        .where('id', '=', row.id)
        .where('state', '=', 'processing')
        .where('attempt', '=', row.attempt)
        .returningAll()
        .executeTakeFirst();
      if (!ended) return false;
      await announceJob(this.#database, trx, ended);
      if (asset) await trx.insertInto('assets').values(asset).execute();
      if (avatar) await trx.insertInto('avatars').values(avatar).execute();
      await this.#database.boss.complete(row.kind, { id: row.id, retryCount }, null, { db: fromKysely(trx) });
      return true;
    });
    await this.#ring({ job: row.id });
    return done;
  }

  /** Puts a claimed job back to pending; false when it is no longer the claimer's. */
  async #leave(
    trx: Transaction<Tables>,
    row: JobRow,
    change: Partial<Pick<JobRow, 'error_code' | 'error_message' | 'most_attempts'>>,
  ) {
    const left = await trx
      .updateTable('jobs')
      .set({ state: 'pending', ...change, worker: null, progress: null, updated_at: sql<Date>`now()` })
      .where('id', '=', row.id)
      .where('state', '=', 'processing')
      .where('attempt', '=', row.attempt)
      .executeTakeFirst();
    return left.numUpdatedRows > 0n;
  }

  async #enqueue(trx: Transaction<Tables>, { id, kind, owner, priority, at_once }: JobRow): Promise<void> {
    const group = { id: owner, ...(at_once === null ? {} : { tier: String(at_once) }) };
    await this.#database.boss.send(kind, {}, { id, priority, group, db: fromKysely(trx) });
  }

  async #ring(ring: Parameters<Bell['ring']>[0]): Promise<void> {
    this.#bell.ring(ring);
    await this.#database.announce(JSON.stringify(ring));
  }
}

/** What an owner is told: of an unexpected failure, which may name our files and statements, only where the log has it. */
const messageOf = ({ code, message }: OratorError, { correlation_id }: JobRow) =>
  code === 'internal' ? `Something unexpected went wrong. The log has it under ${correlation_id}.` : message;

/** Whether fewer than `most` jobs of a kind are held by somebody who was heard of lately. Others wait until `trx` is over. */
async function hasRoom(trx: Transaction<Tables>, kind: string, most: number): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtext(${`claim:${kind}`}))`.execute(trx);
  const { held } = await trx
    .selectFrom('jobs')
    .select(({ fn }) => fn.countAll<string>().as('held'))
    .where('kind', '=', kind)
    .where('state', '=', 'processing')
    .where('updated_at', '>', sql<Date>`now() - ${`${LEASE_SECONDS} seconds`}::interval`)
    .executeTakeFirstOrThrow();
  return Number(held) < most;
}
