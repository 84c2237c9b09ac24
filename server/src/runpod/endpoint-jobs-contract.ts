import { describe, expect, test } from 'vitest';
import type { EndpointJobs, EndpointOrder } from './endpoint-jobs.ts';

/** What the contract's cases need. */
export interface Subject {
  readonly jobs: EndpointJobs;
  readonly clock: { now: number };
}

/** The cases that the jobs of an endpoint must pass wherever they are kept. Each leaves no job behind. */
export const endpointJobsContract = (name: string, open: () => Subject) =>
  describe(`jobs of an endpoint in ${name}`, () => {
    const order = (more: Partial<EndpointOrder> = {}): EndpointOrder => ({
      owner: 'ann',
      input: { avatar_id: 'a' },
      executionTimeoutMs: 600_000,
      ttlMs: 86_400_000,
      sync: false,
      ...more,
    });

    test('a job is queued, taken, followed and completed', async () => {
      const { jobs, clock } = open();
      const { id, status } = await jobs.add(order({ sync: true }));
      expect(status).toBe('IN_QUEUE');
      expect(id).toMatch(/^sync-[0-9a-f-]{36}-u1$/);
      clock.now += 300;
      const taken = await jobs.take('w1');
      expect(taken).toMatchObject({ id, status: 'IN_PROGRESS', worker: 'w1', order: { input: { avatar_id: 'a' } } });
      expect(await jobs.take('w2')).toBeNull();
      expect(await jobs.progress(id, 'w2', 1)).toBe(false);
      expect(await jobs.progress(id, 'w1', { percent: 5 })).toBe(true);
      expect(await jobs.get(id)).toMatchObject({ status: 'IN_PROGRESS', output: { percent: 5 } });
      clock.now += 1000;
      expect(await jobs.done(id, 'w2', { output: 1 })).toBeNull();
      const ended = await jobs.done(id, 'w1', { output: { a: [1] } });
      expect(ended).toMatchObject({ status: 'COMPLETED', output: { a: [1] }, worker: 'w1' });
      expect(ended!.startedAt! - ended!.queuedAt).toBe(300);
      expect(ended!.endedAt! - ended!.startedAt!).toBe(1000);
      expect(await jobs.done(id, 'w1', { error: 'late' })).toBeNull();
      expect(await jobs.get(id)).toEqual(ended);
      expect(await jobs.retry(id).catch((thrown: { code: string }) => thrown.code)).toBe('request/invalid');
    });

    test('a failed job keeps its words and can be tried again', async () => {
      const { jobs } = open();
      const { id } = await jobs.add(order());
      await jobs.take('w1');
      expect(await jobs.done(id, 'w1', { error: 'Worker crashed unexpectedly' })).toMatchObject({
        status: 'FAILED',
        error: 'Worker crashed unexpectedly',
      });
      expect(await jobs.retry(id)).toMatchObject({ status: 'IN_QUEUE' });
      expect(await jobs.take('w2')).toMatchObject({ id });
      const ended = await jobs.done(id, 'w2', { output: 1 });
      expect(ended).toMatchObject({ status: 'COMPLETED', output: 1, worker: 'w2' });
      expect(ended).not.toHaveProperty('error');
    });

    test('a cancelled job is nobody’s any more', async () => {
      const { jobs } = open();
      const [first, second] = [await jobs.add(order()), await jobs.add(order())];
      expect(await jobs.take('w1')).toMatchObject({ id: first.id });
      expect(await jobs.cancel(first.id)).toMatchObject({ status: 'CANCELLED' });
      expect(await jobs.done(first.id, 'w1', { output: 1 })).toBeNull();
      expect(await jobs.cancel(second.id)).toMatchObject({ status: 'CANCELLED' });
      expect(await jobs.cancel(second.id)).toMatchObject({ status: 'CANCELLED' });
      expect(await jobs.take('w1')).toBeNull();
    });

    test('a job that runs too long has timed out, one whose life is over is gone', async () => {
      const { jobs, clock } = open();
      const { id } = await jobs.add(order({ executionTimeoutMs: 5000 }));
      const short = await jobs.add(order({ ttlMs: 10_000 }));
      await jobs.take('w1');
      await jobs.keep('w1', [id]);
      clock.now += 4999;
      expect(await jobs.sweep()).toEqual([]);
      clock.now += 1;
      const [late] = await jobs.sweep();
      expect(late).toMatchObject({ id, status: 'TIMED_OUT', error: 'Execution timed out after 5 seconds' });
      expect(await jobs.done(id, 'w1', { output: 1 })).toBeNull();
      clock.now += 5000;
      expect(await jobs.take('w1')).toBeNull();
      expect(await jobs.get(short.id)).toBeNull();
      expect(await jobs.cancel(short.id)).toBeNull();
    });

    test('a job that did not reach its worker is given to another', async () => {
      const { jobs } = open();
      const { id } = await jobs.add(order());
      await jobs.take('w1');
      await jobs.giveBack(id, 'w2');
      expect(await jobs.get(id)).toMatchObject({ status: 'IN_PROGRESS', worker: 'w1' });
      await jobs.giveBack(id, 'w1');
      expect(await jobs.take('w2')).toMatchObject({ id, worker: 'w2' });
      await jobs.cancel(id);
    });

    test('purging cancels what is queued', async () => {
      const { jobs } = open();
      const first = await jobs.add(order());
      await jobs.add(order());
      await jobs.take('w1');
      expect(await jobs.counts()).toMatchObject({ inQueue: 1, inProgress: 1 });
      expect(await jobs.purge('bob')).toEqual([]);
      expect(await jobs.purge('ann')).toMatchObject([{ status: 'CANCELLED' }]);
      expect(await jobs.counts()).toMatchObject({ inQueue: 0, inProgress: 1 });
      expect(await jobs.take('w1')).toBeNull();
      await jobs.cancel(first.id);
    });

    test('what a worker says comes back as it was, whatever is in it', async () => {
      const { jobs } = open();
      const { id } = await jobs.add(order({ input: { text: 'nul \u0000 and 𝕏' } }));
      expect((await jobs.take('w1'))?.order.input).toEqual({ text: 'nul \u0000 and 𝕏' });
      await jobs.progress(id, 'w1', '\u0000');
      expect((await jobs.done(id, 'w1', { error: 'broken \u0000 text' }))?.error).toBe('broken \u0000 text');
    });

    test.each(['x', '\u0000', 'sync-x-u1', '00000000-0000-0000-0000-000000000000-u1', "'; drop table jobs"])(
      'knows no job %s',
      async (id) => {
        const { jobs } = open();
        expect([await jobs.get(id), await jobs.cancel(id), await jobs.retry(id)]).toEqual([null, null, null]);
        expect([await jobs.progress(id, 'w', 1), await jobs.done(id, 'w', { output: 1 })]).toEqual([false, null]);
      },
    );
  });
