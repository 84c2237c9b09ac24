import { createHmac, randomUUID } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import { sql, type Transaction } from 'kysely';
import { fromKysely } from 'pg-boss';
import type { Guard } from '../net/guarded-request.ts';
import { postJson } from '../net/post-json.ts';
import type { Database } from '../store/database.ts';
import { sharedSecret } from '../store/shared-secret.ts';
import type { DeliveryRow, JobRow, Tables } from '../store/tables.ts';
import { jobOf } from './job.ts';
import { jobViewOf } from './job-view.ts';
import { isTask, taskOf } from './task-view.ts';

const QUEUE = 'webhook';
/** Waits of 5 s, 10 s … up to 6 h: 24 tries take about 72 h. */
const RETRY = {
  retryLimit: 24,
  retryDelay: 5,
  retryBackoff: true,
  retryDelayMax: 6 * 3600,
  expireInSeconds: 60,
} as const;
/** How long an address may take to answer. */
const TIMEOUT_SECONDS = 15;
/** Several at once, and one of each owner: an address that never answers holds up nobody else's news. */
const WORK = {
  pollingIntervalSeconds: 1,
  localConcurrency: 6,
  localGroupConcurrency: 1,
  burstWhenReadyExceeds: 6,
} as const;
const SECRET = 'webhook';
const PREFIX = 'whsec_';

/** Makes the queue of deliveries; again and again does no harm. */
export async function openWebhooks({ boss }: Database): Promise<void> {
  await boss.createQueue(QUEUE, RETRY);
  await boss.findJobs(QUEUE, { id: randomUUID() }); // it reads the queue's settings now, not inside a transaction of ours
}

/** Tells whoever asked that a job is over: in the transaction that ends it, so that nobody is told what did not happen. */
export async function announceJob(database: Database, trx: Transaction<Tables>, row: JobRow): Promise<void> {
  if (!row.webhook) return;
  const body = JSON.stringify(isTask(row) ? taskOf(row) : newsOf(row));
  const id = `msg_${randomUUID()}`;
  await trx.insertInto('deliveries').values({ id, owner: row.owner, job_id: row.id, url: row.webhook, body }).execute();
  await enqueue(database, trx, row.owner, id);
}

const newsOf = (row: JobRow) => ({
  type: `job.${row.state}`,
  timestamp: new Date().toISOString(),
  data: jobViewOf(jobOf(row)),
});

/**
 * Sends what was sent before once more, with the same id and body, and at once what waits to be tried again.
 * @throws {OratorError} `request/unknown`.
 */
export async function replay(database: Database, owner: string, id: string): Promise<DeliveryRow> {
  const { boss } = database;
  return database.tables.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable('deliveries')
      .set({ delivered_at: null })
      .where('id', '=', id)
      .where('owner', '=', owner)
      .returningAll()
      .executeTakeFirst();
    if (!row) throw new OratorError('request/unknown', `There is no delivery "${id.slice(0, 64)}".`);
    const db = fromKysely(trx);
    const tries = await boss.findJobs(QUEUE, { data: { delivery: id }, db });
    const waiting = tries.filter(({ state }) => state === 'created' || state === 'retry').map((job) => job.id);
    if (waiting.length > 0) await boss.cancel(QUEUE, waiting, { db });
    if (!tries.some(({ state }) => state === 'active')) await enqueue(database, trx, owner, id);
    return row;
  });
}

async function enqueue({ boss }: Database, trx: Transaction<Tables>, owner: string, delivery: string): Promise<void> {
  await boss.send(QUEUE, { delivery }, { group: { id: owner }, db: fromKysely(trx) });
}

/** The secret that all deliveries are signed with, made when it is first needed. */
export const webhookSecret = (database: Database): Promise<string> => sharedSecret(database, SECRET, PREFIX);

/** The headers of a delivery, as Standard Webhooks has them. */
export function signDelivery(secret: string, id: string, body: string, seconds: number): Record<string, string> {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}

/** Delivers news until it is disposed. What is not taken (anything but 2xx) is tried again. */
export async function deliverWebhooks(database: Database, guard: Guard): Promise<AsyncDisposable> {
  const { boss } = database;
  const secret = await webhookSecret(database);
  const leaving = new AbortController();
  await boss.work<{ delivery: string }>(QUEUE, WORK, async ([job]) => {
    await deliver(database, job!.data.delivery, { secret, guard, signal: leaving.signal });
  });
  return {
    async [Symbol.asyncDispose]() {
      leaving.abort(); // nobody waits for an address that does not answer
      await boss.offWork(QUEUE);
    },
  };
}

interface Sending {
  readonly secret: string;
  readonly guard: Guard;
  readonly signal: AbortSignal;
}

async function deliver({ tables }: Database, id: string, sending: Sending): Promise<void> {
  const row = await tables.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row || row.delivered_at) return;
  const attempted = await attempt(row, sending);
  if (!attempted.taken) sending.signal.throwIfAborted(); // whoever comes next tries again
  await tables
    .updateTable('deliveries')
    .set({
      attempts: sql<number>`attempts + 1`,
      last_status: attempted.status,
      last_error: attempted.error,
      delivered_at: attempted.taken ? sql<Date>`now()` : null,
    })
    .where('id', '=', id)
    .execute();
  if (!attempted.taken && !attempted.hopeless) throw new Error('not taken'); // the queue tries again
}

async function attempt({ id, url, body }: DeliveryRow, { secret, guard, signal }: Sending) {
  try {
    const headers = signDelivery(secret, id, body, Math.floor(Date.now() / 1000));
    const status = await postJson(url, body, { timeoutSeconds: TIMEOUT_SECONDS, headers, signal }, guard);
    // 410 is how an address says that it wants no more.
    return { status, error: null, taken: status >= 200 && status < 300, hopeless: status === 410 };
  } catch (thrown) {
    const { code, message } = OratorError.from(thrown);
    return {
      status: null,
      error: `${code}: ${message}`.slice(0, 300),
      taken: false,
      hopeless: code === 'source/blocked',
    };
  }
}
