import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bell } from '../jobs/bell.ts';
import type { Database } from '../store/database.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { findPostgres, openTestPostgres } from '../store/test-postgres.ts';
import { endpointJobsContract } from './endpoint-jobs-contract.ts';
import { MemoryJobs } from './memory-jobs.ts';
import { StoredJobs } from './stored-jobs.ts';
import { openTestEndpoint, startTestWorker } from './test-endpoint.ts';

endpointJobsContract('memory', () => {
  const clock = { now: 1_000_000 };
  return { jobs: new MemoryJobs(() => clock.now), clock };
});

const programs = await findPostgres();
for (const on of ['the embedded database', 'PostgreSQL'] as const) {
  const missing = on === 'PostgreSQL' && !programs;
  describe.skipIf(missing)(`on ${on}${missing ? ' (it is not installed)' : ''}`, () => {
    const data = mkdtempSync(join(tmpdir(), 'orator-endpoint-'));
    const clock = { now: Date.now() };
    const closing = new AsyncDisposableStack();
    let database: Database;
    let endpoints = 0;
    const open = (endpoint = `ep${++endpoints}`) => new StoredJobs(database, new Bell(), endpoint, () => clock.now);

    beforeAll(async () => {
      closing.defer(() => rm(data, { recursive: true, force: true }));
      const url = on === 'PostgreSQL' ? closing.use(await openTestPostgres(programs!)).url : undefined;
      database = closing.use(await openTestDatabase(data, url));
    }, 60_000); // the database is made anew
    afterAll(() => closing.disposeAsync());

    const order = {
      owner: 'ann',
      input: { a: 1 },
      executionTimeoutMs: 600_000,
      ttlMs: 86_400_000,
      sync: false,
    };

    endpointJobsContract(on, () => ({ jobs: open(), clock }));

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

    test('many askers never get one job twice', async () => {
      const jobs = open();
      const ids = await Promise.all(Array.from({ length: 20 }, () => jobs.add(order).then(({ id }) => id)));
      const taken = await Promise.all(Array.from({ length: 30 }, (_, k) => jobs.take(`w${k}`)));
      expect(taken.flatMap((job) => job?.id ?? []).toSorted()).toEqual(ids.toSorted());
    });

    test('a job stays with its worker while that is heard of, then goes to another, and fails after four', async () => {
      const jobs = open();
      const { id } = await jobs.add(order);
      await jobs.take('w1');
      for (let k = 0; k < 4; k++) {
        clock.now += 29_999;
        await jobs.sweep();
        expect(await jobs.get(id)).toMatchObject({ status: 'IN_PROGRESS', worker: 'w1' });
        await jobs.keep('w2', [id]); // not its worker
        await jobs.keep('w1', [id, 'nonsense']);
      }
      for (const next of ['w2', 'w3', 'w4']) {
        clock.now += 30_000;
        expect(await jobs.sweep()).toEqual([]);
        expect(await jobs.get(id)).toMatchObject({ status: 'IN_QUEUE', worker: null });
        expect(await jobs.take(next)).toMatchObject({ id, worker: next });
      }
      expect(await jobs.done(id, 'w1', { output: 'late' })).toBeNull();
      clock.now += 30_000;
      const [lost] = await jobs.sweep();
      expect(lost).toMatchObject({ id, status: 'FAILED', error: 'Every worker that took this job was lost' });
    });

    test('all of it is there for the process that comes after', async () => {
      const name = `ep${++endpoints}`;
      const before = open(name);
      const { id } = await before.add(order);
      const second = await before.add(order);
      await before.take('w1');
      await before.progress(id, 'w1', { percent: 40 });
      const after = open(name);
      expect(await after.get(id)).toMatchObject({ status: 'IN_PROGRESS', output: { percent: 40 }, worker: 'w1' });
      expect(await after.counts()).toMatchObject({ inProgress: 1, inQueue: 1 });
      expect(await after.done(id, 'w2', { output: 1 })).toBeNull();
      expect(await after.done(id, 'w1', { output: { made: true } })).toMatchObject({
        status: 'COMPLETED',
        output: { made: true },
      });
      expect(await after.purge('ann')).toMatchObject([{ id: second.id }]);
      expect(await open().get(id)).toBeNull(); // another endpoint's
    });

    test('a caller who was not told before a crash is told after it, and the row is kept until then', async () => {
      const name = `ep${++endpoints}`;
      const before = open(name);
      const { id } = await before.add({ ...order, sync: true, webhook: 'http://hook.test/' });
      await before.take('w1');
      await before.done(id, 'w1', { output: 1 });
      const after = open(name);
      expect(await after.sweep()).toEqual([]); // who ended it may still be telling
      clock.now += 60_000;
      expect(await after.get(id)).toBeNull(); // for its caller it has expired
      expect(await after.sweep()).toMatchObject([{ id, status: 'COMPLETED', output: 1 }]);
      expect(await after.sweep()).toEqual([]);
      await after.told(id);
      await after.sweep();
      const left = await database.tables.selectFrom('endpoint_jobs').select('id').where('id', '=', id).execute();
      expect(left).toEqual([]);
    });
  });
}
