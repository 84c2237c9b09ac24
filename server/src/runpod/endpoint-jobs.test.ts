import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bell } from '../jobs/bell.ts';
import { JobQueue } from '../jobs/queue.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { KIND } from './endpoint-jobs.ts';
import { endpointJobsContract } from './endpoint-jobs-contract.ts';
import { MemoryJobs } from './memory-jobs.ts';
import { QueuedJobs } from './queued-jobs.ts';
import { openTestEndpoint, startTestWorker } from './test-endpoint.ts';

endpointJobsContract('memory', () => {
  const clock = { now: 1_000_000 };
  return { jobs: new MemoryJobs(() => clock.now), clock };
});

describe('with the durable queue', () => {
  const data = mkdtempSync(join(tmpdir(), 'orator-endpoint-'));
  const bell = new Bell();
  const clock = { now: Date.now() };
  let database: Database;
  let queue: JobQueue;
  const open = (endpoint = 'ep1') => new QueuedJobs(queue, bell, endpoint, () => clock.now);

  beforeAll(async () => {
    database = await openDatabase({ data, onError: () => {}, onAnnouncement: () => {} });
    queue = new JobQueue(database, bell);
    await queue.open([KIND]);
  }, 60_000); // the embedded database is made anew
  afterAll(async () => {
    await database?.[Symbol.asyncDispose]();
    await rm(data, { recursive: true, force: true });
  });

  endpointJobsContract('the durable queue', () => ({ jobs: open(), clock }));

  test('the whole way works over HTTP', async () => {
    await using endpoint = await openTestEndpoint({ sweepMs: 20 }, undefined, open());
    await using _worker = startTestWorker(endpoint, async (input, progress) => {
      progress({ percent: 5 });
      return { status: 'success', input };
    });
    const answers = await Promise.all([1, 2, 3].map((n) => endpoint.ask('/runsync', { input: { n } })));
    expect(answers.map(({ body }) => body)).toMatchObject(
      [1, 2, 3].map((n) => ({ status: 'COMPLETED', output: { status: 'success', input: { n } } })),
    );
  });

  test('a lease is kept while its worker is heard of, and not all the time', async () => {
    const jobs = open();
    let rings = 0;
    using _listening = bell.listen((ring) => {
      if ('job' in ring) rings++;
    });
    const { id } = await jobs.add({ input: {}, executionTimeoutMs: 600_000, ttlMs: 86_400_000, sync: false });
    await jobs.take('w1');
    rings = 0;
    const seconds = async (count: number, heard: boolean) => {
      for (let k = 0; k < count; k++) {
        clock.now += 1000;
        if (heard && k % 10 === 9) await jobs.keep('w1', [id]);
        await jobs.sweep();
      }
    };
    await seconds(60, true);
    expect(rings).toBe(12);
    expect((await jobs.counts()).inProgress).toBe(1);
    await seconds(60, false);
    expect(rings).toBeLessThan(20);
    expect((await jobs.counts()).inProgress).toBe(0);
    expect(await jobs.cancel(id)).toMatchObject({ status: 'CANCELLED' });
  });

  test('a result is taken by the process that came after the one which gave the job out', async () => {
    const before = open();
    const order = { input: { a: 1 }, executionTimeoutMs: 600_000, ttlMs: 86_400_000, sync: false };
    const { id } = await before.add(order);
    await before.take('w1');
    await before.progress(id, 'w1', { percent: 40 });
    const after = open();
    expect(await after.get(id)).toMatchObject({ status: 'IN_PROGRESS', output: { percent: 40 }, worker: 'w1' });
    expect(await after.done(id, 'w2', { output: 1 })).toBeNull();
    await after.keep('w1', [id]);
    expect(await after.done(id, 'w1', { output: { made: true } })).toMatchObject({
      status: 'COMPLETED',
      output: { made: true },
    });
    expect(await open('ep2').get(id)).toBeNull();
  });
});
