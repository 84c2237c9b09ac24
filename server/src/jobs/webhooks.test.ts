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
import { deliverWebhooks, signDelivery } from './webhooks.ts';

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
