import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Keys } from '../api/keys.ts';
import { loadConfig } from '../config.ts';
import { MemoryStorage } from '../storage/memory-storage.ts';
import type { Database } from '../store/database.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { Bell } from './bell.ts';
import { cleanUp } from './janitor.ts';
import { Limits } from './limits.ts';
import { JobQueue } from './queue.ts';
import { WorkerRecord } from './worker-record.ts';

const data = mkdtempSync(join(tmpdir(), 'orator-limits-'));
const KIND = 'test.limits';
/** None is on its way. */
const NO_UPLOADS = { removeExpired: async () => 0 };
const DAY_MS = 86_400_000;
let database: Database;
let queue: JobQueue;

beforeAll(async () => {
  database = await openTestDatabase(data);
  queue = new JobQueue(database, new Bell());
  await queue.open([KIND]);
}, 60_000);
afterAll(() => database?.[Symbol.asyncDispose]());

const limitsWith = (env: Record<string, string> = {}) =>
  new Limits(database, loadConfig({ ORATOR_DATA: data, ...env }));

/** A job of an owner that made so many seconds. */
async function made(owner: string, seconds: number): Promise<string> {
  const { row } = await queue.add({ owner, kind: KIND, request: {}, correlationId: 'c' });
  await queue.finish((await queue.claim([KIND], 'w', 5))!, { outcome: 'success', result: {}, seconds });
  return row.id;
}

const file = (owner: string, bytes: number, storage_key: string = randomUUID()) => ({
  ...{
    id: randomUUID(),
    owner,
    kind: 'upload' as const,
    storage_key,
    name: 'a',
    type: 'image/png',
    bytes,
    sha256: '00',
  },
  expires_at: null,
});

describe('limits of a key', () => {
  test('its seconds of video are those of the last 24 hours', async () => {
    const { id: owner } = await new Keys(database).create('short', ['create'], { secondsPerDay: 10 });
    const limits = limitsWith();
    expect(await limits.requireSeconds(owner)).toBe(10);
    await made('somebody else', 100);
    const first = await made(owner, 7);
    expect(await limits.requireSeconds(owner)).toBe(3);
    await made(owner, 4);
    await expect(limits.requireSeconds(owner)).rejects.toMatchObject({ code: 'limit/reached' });
    const yesterday = new Date(Date.now() - DAY_MS - 60_000);
    await database.tables.updateTable('jobs').set({ finished_at: yesterday }).where('id', '=', first).execute();
    expect(await limits.requireSeconds(owner)).toBe(6);
  });

  test('where it says nothing the settings do, and 0 is no limit', async () => {
    await made('free', 1e6);
    expect(await limitsWith().requireSeconds('free')).toBe(Number.POSITIVE_INFINITY);
    expect(await limitsWith({ ORATOR_SECONDS_PER_KEY: '2000000' }).requireSeconds('free')).toBe(1e6);
    expect(await limitsWith({ ORATOR_SECONDS_PER_KEY: '5' }).requireSeconds('free', { secondsPerDay: 0 })).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test('its files may take so much room together', async () => {
    const limits = limitsWith({ ORATOR_STORED_MB_PER_KEY: '1' });
    const owner = 'full';
    await database.tables.insertInto('assets').values(file(owner, 0.6e6)).execute();
    await limits.requireRoom({ owner, limits: {} });
    await database.tables.insertInto('assets').values(file(owner, 0.4e6)).execute();
    await expect(limits.requireRoom({ owner, limits: {} })).rejects.toThrow('take 1.0 MB of the 1.0 MB');
    await limits.requireRoom({ owner, limits: { storedBytes: 2e6 } });
    await limits.requireRoom({ owner: 'another', limits: {} });
    await limits.requireRoom({ owner: 'another', limits: {} }, 1e6);
    const toCome = limits.requireRoom({ owner: 'another', limits: {} }, 1e6 + 1);
    await expect(toCome).rejects.toThrow('take 0.0 MB of the 1.0 MB they may, and 1.0 MB are to come');
  });
});

describe('the janitor', () => {
  test('removes what has had its day, and nothing else', async () => {
    const storage = new MemoryStorage();
    const put = (key: string) => storage.put(key, Readable.from([Buffer.from('x')]), { type: 'image/png' });
    const [old, fresh] = [file('j', 1, 'uploads/old'), file('j', 1, 'uploads/fresh')];
    for (const { storage_key } of [old, fresh]) await put(storage_key);
    await put('uploads/orphan');
    const rows = [{ ...old, expires_at: new Date(Date.now() - 1000) }, fresh];
    await database.tables.insertInto('assets').values(rows).execute();
    const [over, recent] = [await made('j', 1), await made('j', 1)];
    const { row: waiting } = await queue.add({ owner: 'j', kind: KIND, request: {}, correlationId: 'c' });
    const [long, today] = [new Date(Date.now() - 91 * DAY_MS), Date.now()];
    await database.tables.updateTable('jobs').set({ finished_at: long }).where('id', '=', over).execute();
    await database.tables.updateTable('jobs').set({ created_at: long }).where('id', '=', waiting.id).execute();

    await cleanUp(database, storage, NO_UPLOADS, { jobDays: 0 }, today);
    const keys = async () => {
      const found: string[] = [];
      for await (const { key } of storage.list('uploads/')) found.push(key);
      return found.toSorted();
    };
    expect(await keys()).toEqual(['uploads/fresh', 'uploads/orphan']); // it may be on its way into the database
    expect((await queue.get('j', over)).state).toBe('completed');

    await cleanUp(database, storage, NO_UPLOADS, { jobDays: 90 }, today);
    await expect(queue.get('j', over)).rejects.toMatchObject({ code: 'job/unknown' });
    expect((await queue.get('j', recent)).state).toBe('completed');
    expect((await queue.get('j', waiting.id)).state).toBe('pending');

    await cleanUp(database, storage, NO_UPLOADS, { jobDays: 0 }, today + DAY_MS + 60_000);
    expect(await keys()).toEqual(['uploads/fresh']);
  });
});

test('a process that works tells what it can do and how fast it was, until it leaves', async () => {
  const trouble: unknown[] = [];
  const workers = () => database.tables.selectFrom('workers').selectAll().execute();
  {
    await using record = new WorkerRecord(
      database,
      'here:1',
      async () => [KIND],
      (error) => trouble.push(error),
    );
    record.started();
    record.ended(KIND, 2, 10);
    record.started();
    record.ended(KIND, 1, 10);
    record.started();
    await record.say();
    expect(await workers()).toMatchObject([{ name: 'here:1', kinds: [KIND], working: 1, speeds: { [KIND]: 6.5 } }]);
  }
  expect(await workers()).toEqual([]);
  expect(trouble).toEqual([]);
});
