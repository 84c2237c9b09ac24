import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllowList } from '../net/address-guard.ts';
import { openTestServer } from '../net/test-server.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { Bell } from './bell.ts';
import { JobQueue } from './queue.ts';
import { deliverWebhooks, replay, signDelivery } from './webhooks.ts';

test('a delivery is signed as Standard Webhooks does it', () => {
  const headers = signDelivery(
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    '{"test": 2432232314}',
    1614265330,
  );
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('an address that does not answer holds up the news of its own owner, and of nobody else', async () => {
  const held: ServerResponse[] = [];
  let isOver = false;
  await using listener = await openTestServer({
    '/silent': (response) => (isOver ? response.end() : held.push(response)),
    '/quick': (response) => response.writeHead(204).end(),
  });
  const data = await mkdtemp(join(tmpdir(), 'orator-webhooks-'));
  await using database = await openTestDatabase(data);
  const queue = new JobQueue(database, new Bell());
  await queue.open(['test.hook']);
  const over = async (owner: string, path: string) => {
    const order = { owner, kind: 'test.hook', request: {}, correlationId: 'c', webhook: `${listener.origin}${path}` };
    await queue.cancel(owner, (await queue.add(order)).row.id);
  };
  for (let n = 0; n < 3; n++) await over('ann', '/silent');
  await over('bob', '/quick');
  await using _working = await deliverWebhooks(database, { allow: parseAllowList(['127.0.0.1']) });
  await expect.poll(() => listener.asked, { timeout: 60_000 }).toContain('/quick');
  expect(listener.asked.filter((path) => path === '/silent').length).toBeLessThanOrEqual(1);
  isOver = true;
  for (const response of held) response.end();
  await rm(data, { recursive: true, force: true });
}, 90_000);

test('leaving waits for no address, and a replay of what waits is its next try, not one more', async () => {
  await using listener = await openTestServer({
    '/silent': () => {},
    '/full': (response) => response.writeHead(503).end(),
  });
  const data = await mkdtemp(join(tmpdir(), 'orator-webhooks-'));
  await using database = await openTestDatabase(data);
  const queue = new JobQueue(database, new Bell());
  await queue.open(['test.hook']);
  const over = async (owner: string, path: string) => {
    const order = { owner, kind: 'test.hook', request: {}, correlationId: 'c', webhook: `${listener.origin}${path}` };
    await queue.cancel(owner, (await queue.add(order)).row.id);
  };
  await over('ann', '/silent');
  await over('bob', '/full');
  const working = await deliverWebhooks(database, { allow: parseAllowList(['127.0.0.1']) });
  const deliveryOf = (owner: string) =>
    database.tables.selectFrom('deliveries').selectAll().where('owner', '=', owner).executeTakeFirstOrThrow();
  await expect.poll(() => listener.asked, { timeout: 60_000 }).toContain('/silent');
  await expect.poll(async () => (await deliveryOf('bob')).attempts, { timeout: 60_000 }).toBeGreaterThan(0);
  const start = Date.now();
  await working[Symbol.asyncDispose]();
  expect(Date.now() - start).toBeLessThan(10_000); // an address may take 15 s
  expect(await deliveryOf('ann')).toMatchObject({ attempts: 0, delivered_at: null });
  const { id } = await deliveryOf('bob');
  const waiting = async () =>
    (await database.boss.findJobs('webhook', { data: { delivery: id } })).filter(({ state }) =>
      ['created', 'retry', 'active'].includes(state),
    );
  expect(await waiting()).toHaveLength(1);
  for (let n = 0; n < 2; n++) expect(await replay(database, 'bob', id)).toMatchObject({ id, delivered_at: null });
  expect(await waiting()).toMatchObject([{ state: 'created' }]);
  await rm(data, { recursive: true, force: true });
}, 150_000);
