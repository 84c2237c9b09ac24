import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OratorError } from '@orator/core/base/errors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../store/database.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { Bell } from './bell.ts';
import { JobQueue } from './queue.ts';
import { type Run, work } from './worker.ts';

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-worker-'));
  database = await openTestDatabase(folder);
}, 60_000);
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const connectionLost = () => Object.assign(new Error('terminating connection'), { code: '57P01' });

/** A queue whose connection breaks once where a job is to be published. */
class BreakingQueue extends JobQueue {
  breaks = 0;

  override async finish(...end: Parameters<JobQueue['finish']>) {
    if (this.breaks-- > 0) throw connectionLost();
    return super.finish(...end);
  }
}

test('an unexpected failure tells its owner nothing of us, and a worker is free also where the queue cannot be told', async () => {
  const bell = new Bell();
  class DeafQueue extends JobQueue {
    override async fail(...end: Parameters<JobQueue['fail']>) {
      await super.fail(...end);
      throw connectionLost();
    }
  }
  const queue = new DeafQueue(database, bell);
  await queue.open(['test.wrong']);
  const { row } = await queue.add({ owner: 'ann', kind: 'test.wrong', request: {}, correlationId: 'c-1' });
  const done = new AbortController();
  const said: unknown[] = [];
  const run: Run = async () => {
    throw new Error("ENOENT: no such file or directory, open '/data/scratch/x'");
  };
  const reports = {
    started: () => {},
    ended: (_: unknown, outcome: string, { error }: { error?: OratorError }) => said.push(outcome, error?.message),
    troubled: () => done.abort(),
  };
  await work({ queue, bell, name: 'worker', runs: { 'test.wrong': run }, perOwner: 1, reports }, done.signal);
  expect(said).toEqual(['failed', expect.stringContaining('/data/scratch/x')]); // for the log
  const message = 'Something unexpected went wrong. The log has it under c-1.';
  expect(await queue.get('ann', row.id)).toMatchObject({ error_code: 'internal', error_message: message });
}, 60_000);

test.each([
  ['while a job runs', 1, 0],
  ['where its result is published', 0, 1],
])(
  'a connection to the database that breaks %s costs one try, not the job',
  async (_, failures, breaks) => {
    const bell = new Bell();
    const queue = new BreakingQueue(database, bell);
    await queue.open(['test.run']);
    queue.breaks = breaks;
    let left = failures;
    const run: Run = async () => {
      if (left-- > 0) throw connectionLost();
      return { outcome: 'success', result: {} };
    };
    const order = { owner: 'ann', kind: 'test.run', request: {}, correlationId: 'c' };
    const { row } = await queue.add(order);
    const done = new AbortController();
    const reports = {
      started: () => {},
      ended: (_: unknown, outcome: string) => outcome === 'success' && done.abort(),
      troubled: () => {},
    };
    await work({ queue, bell, name: 'worker', runs: { 'test.run': run }, perOwner: 1, reports }, done.signal);
    expect(await queue.get('ann', row.id)).toMatchObject({ state: 'completed', attempt: 2 });
  },
  60_000,
);
