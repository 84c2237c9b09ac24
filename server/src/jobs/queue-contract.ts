import { randomUUID } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../store/database.ts';
import { Bell } from './bell.ts';
import type { NewJob } from './new-job.ts';
import { JobQueue } from './queue.ts';

/** The cases that the queue must pass on every database. */
export const queueContract = (name: string, openIt: () => Promise<Database>) =>
  describe(`jobs on ${name}`, () => {
    let database: Database;
    let queue: JobQueue;
    const KINDS = ['test.urgent', 'test.other'];
    const order = (more: Partial<NewJob> = {}): NewJob => ({
      owner: 'ann',
      kind: KINDS[0]!,
      request: { text: 'hello' },
      correlationId: 'c',
      ...more,
    });
    const asset = (owner = 'ann') => ({
      id: randomUUID(),
      owner,
      kind: 'clip' as const,
      storage_key: randomUUID(),
      name: 'clip.mp4',
      type: 'video/mp4',
      bytes: 5e9,
      sha256: '00',
      expires_at: null,
    });
    const claim = (perOwner = 10) => queue.claim(KINDS, 'worker', perOwner);
    const drain = async () => {
      for (let left = await claim(); left; left = await claim())
        await queue.finish(left, { outcome: 'success', result: {} });
    };

    test('an order says how many of its owner’s jobs run at once', async () => {
      const [owner, atOnce] = ['narrow', 1];
      const [first, second] = [await queue.add(order({ owner, atOnce })), await queue.add(order({ owner, atOnce }))];
      await queue.add(order({ owner: 'wide' }));
      await queue.add(order({ owner: 'wide' }));
      const taken = [(await claim(2))!, (await claim(2))!, (await claim(2))!];
      expect(taken.map(({ row }) => row.owner).toSorted()).toEqual(['narrow', 'wide', 'wide']);
      expect(await claim(2)).toBeNull();
      const narrow = taken.find(({ row }) => row.id === first.row.id)!;
      await queue.release(narrow); // a job that goes back keeps what its order said
      const again = (await claim(2))!;
      expect(again.row.owner).toBe('narrow');
      expect(await claim(2)).toBeNull();
      for (const one of [...taken.filter(({ row }) => row.owner === 'wide'), again])
        await queue.finish(one, { outcome: 'success', result: {}, seconds: 1.5 });
      expect((await queue.get('narrow', again.row.id)).seconds).toBe(1.5);
      const left = (await claim(2))!;
      expect([first.row.id, second.row.id]).toContain(left.row.id);
      await queue.finish(left, { outcome: 'success', result: {} });
    });

    beforeAll(async () => {
      database = await openIt();
      queue = new JobQueue(database, new Bell());
      await queue.open(KINDS);
    }, 60_000); // the embedded database is made anew
    afterAll(async () => {
      await database?.[Symbol.asyncDispose]();
    });

    test('a job is pending, processing, completed, with what it made', async () => {
      const { row } = await queue.add(order());
      expect(row).toMatchObject({ state: 'pending', attempt: 0, request: { text: 'hello' } });
      const claimed = (await claim())!;
      expect(claimed.row).toMatchObject({ id: row.id, state: 'processing', attempt: 1, worker: 'worker' });
      expect(await queue.beat(claimed, { stage: 'frames', frames: 7 })).toBe(true);
      expect((await queue.get('ann', row.id)).progress).toEqual({ stage: 'frames', frames: 7 });
      const made = asset();
      expect(await queue.finish(claimed, { outcome: 'fallback', result: { seconds: 2 }, asset: made })).toBe(true);
      expect(await queue.get('ann', row.id)).toMatchObject({
        state: 'completed',
        outcome: 'fallback',
        asset_id: made.id,
        result: { seconds: 2 },
      });
      expect(await claim()).toBeNull();
    });

    test('is unknown to everybody but its owner', async () => {
      const { row } = await queue.add(order());
      await expect(queue.get('bob', row.id)).rejects.toMatchObject({ code: 'job/unknown' });
      await expect(queue.cancel('bob', row.id)).rejects.toMatchObject({ code: 'job/unknown' });
      await drain();
    });

    test('the same idempotency key is the same job, and another request with it is refused', async () => {
      const first = await queue.add(order({ idempotencyKey: 'k' }));
      const again = await queue.add(order({ idempotencyKey: 'k' }));
      expect([first.isNew, again.isNew, again.row.id]).toEqual([true, false, first.row.id]);
      for (const change of [{ request: { text: 'bye' } }, { priority: 1 }, { webhook: 'https://example.com/hook' }]) {
        const other = order({ idempotencyKey: 'k', ...change });
        await expect(queue.add(other)).rejects.toMatchObject({ code: 'request/conflict' });
      }
      expect((await queue.add(order({ idempotencyKey: 'k', owner: 'bob' }))).isNew).toBe(true);
      await drain();
    });

    test('urgent ones come first, and no owner takes more than a share', async () => {
      await queue.add(order({ request: { n: 1 } }));
      await queue.add(order({ request: { n: 2 }, priority: 5 }));
      await queue.add(order({ request: { n: 3 }, owner: 'bob' }));
      const held = [await claim(1), await claim(1), await claim(1)];
      expect(held.map((one) => one?.row.request.n)).toEqual([2, 3, undefined]);
      await drain();
      for (const one of held) if (one) await queue.finish(one, { outcome: 'success', result: {} });
      await drain();
    });

    test('no more of a kind are held at once than a limit allows, however many ask', async () => {
      for (let k = 0; k < 6; k++) await queue.add(order({ kind: KINDS[1]!, owner: `owner ${k}` }));
      const ask = () => queue.claim([KINDS[1]!], 'worker', 10, 3);
      const held = (await Promise.all(Array.from({ length: 8 }, ask))).filter((one) => one !== null);
      expect(held).toHaveLength(3);
      expect(await ask()).toBeNull();
      await queue.finish(held[0]!, { outcome: 'success', result: {} });
      await queue.release(held[1]!);
      const next = [await ask(), await ask(), await ask()];
      expect(next.filter((one) => one !== null)).toHaveLength(2);
      for (const one of [held[2], ...next]) if (one) await queue.finish(one, { outcome: 'success', result: {} });
      await drain();
    });

    test('a bad input is not tried again, a passing trouble is, at most three times more', async () => {
      const bad = await queue.add(order());
      await queue.fail((await claim())!, new OratorError('face/not-found', 'No face.'));
      expect(await queue.get('ann', bad.row.id)).toMatchObject({
        state: 'failed',
        attempt: 1,
        error_code: 'face/not-found',
      });
      const { row } = await queue.add(order());
      for (let attempt = 1; attempt <= 4; attempt++) {
        const claimed = await waitFor(() => claim(), 40);
        expect(claimed.row.attempt).toBe(attempt);
        await queue.fail(claimed, new OratorError('ffmpeg/failed', 'Again.'));
        const { state } = await queue.get('ann', row.id);
        expect(state).toBe(attempt < 4 ? 'pending' : 'failed');
      }
      await queue.retry('ann', row.id);
      const again = (await claim())!;
      expect(again.row).toMatchObject({ id: row.id, attempt: 5, error_code: null });
      await queue.finish(again, { outcome: 'success', result: {} });
    }, 60_000);

    test('who lost a job can neither publish nor keep it', async () => {
      const { row } = await queue.add(order());
      const stalled = (await claim())!;
      await queue.release(stalled);
      const fresh = (await claim())!;
      expect(fresh.row).toMatchObject({ id: row.id, attempt: 2 });
      expect(await queue.beat(stalled, null)).toBe(false);
      expect(await queue.finish(stalled, { outcome: 'success', result: {}, asset: asset() })).toBe(false);
      await queue.fail(stalled, new OratorError('internal', 'Late.'));
      expect(await queue.get('ann', row.id)).toMatchObject({ state: 'processing', attempt: 2 });
      expect(await queue.finish(fresh, { outcome: 'success', result: {} })).toBe(true);
      expect(await queue.finish(fresh, { outcome: 'success', result: {} })).toBe(false);
    });

    test('an avatar is there together with the end of its job, or not at all', async () => {
      const { row } = await queue.add(order());
      const stalled = (await claim())!;
      await queue.release(stalled);
      const fresh = (await claim())!;
      const avatarOf = (made: ReturnType<typeof asset>) => ({
        ...{ id: made.id, owner: 'ann', name: 'anna', model: 'wav2lip' as const, job_id: row.id },
        ...{ face_size: 96, frames: 75, width: 64, height: 48 },
      });
      const known = () => database.tables.selectFrom('avatars').select('id').where('job_id', '=', row.id).execute();
      const [late, made] = [asset(), asset()];
      const publish = (claimed: typeof fresh, file: typeof made, about = file) =>
        queue.finish(claimed, { outcome: 'success', result: {}, asset: file, avatar: avatarOf(about) });
      expect(await publish(stalled, late)).toBe(false);
      await expect(publish(fresh, made, late)).rejects.toThrow(/foreign key/); // an avatar without its file
      expect([await known(), (await queue.get('ann', row.id)).state]).toEqual([[], 'processing']);
      expect(await publish(fresh, made)).toBe(true);
      expect(await known()).toEqual([{ id: made.id }]);
      expect(await queue.get('ann', row.id)).toMatchObject({ state: 'completed', asset_id: made.id });
    });

    test('a cancelled job stops who works on it, is never claimed, and can be tried again', async () => {
      const { row } = await queue.add(order());
      const claimed = (await claim())!;
      expect((await queue.cancel('ann', row.id)).state).toBe('cancelled');
      expect(await queue.beat(claimed, null)).toBe(false);
      expect(await claim()).toBeNull();
      await expect(queue.cancel('ann', row.id)).rejects.toMatchObject({ code: 'job/not-possible' });
      await queue.retry('ann', row.id);
      expect((await claim())!.row.id).toBe(row.id);
      await queue.cancel('ann', row.id);
    });

    test('many workers share many jobs without one done twice', async () => {
      const ids = await Promise.all(Array.from({ length: 40 }, () => queue.add(order()).then(({ row }) => row.id)));
      const done: string[] = [];
      const worker = async () => {
        for (let job = await claim(100); job; job = await claim(100)) {
          if (await queue.finish(job, { outcome: 'success', result: {} })) done.push(job.row.id);
        }
      };
      await Promise.all([worker(), worker(), worker(), worker()]);
      expect(done.toSorted()).toEqual(ids.toSorted());
    });
  });

async function waitFor<T>(look: () => Promise<T | null>, seconds: number): Promise<T> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('It did not come in time.');
}
