import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { expect, test } from 'vitest';
import { startCli } from '../cli/test-cli.ts';
import { greetEndpoint } from './greeting.ts';
import { reportsTo } from './pod.ts';
import { openTestEndpoint, WORKER_KEY } from './test-endpoint.ts';
import { LINE_TIMES, WorkerLine } from './worker-line.ts';
import { readWorkerPlace } from './worker-protocol.ts';
import { workerEnvironment } from './worker-routes.ts';

const NEVER = new AbortController().signal;
const placeAt = (origin: string, key = WORKER_KEY, id = 'ep1') =>
  readWorkerPlace(workerEnvironment(origin, id, 'w1', key))!;

test('a worker is heard by an endpoint that knows its key', async () => {
  await using endpoint = await openTestEndpoint();
  const told: string[] = [];
  await greetEndpoint(placeAt(endpoint.origin), (why) => told.push(why), NEVER);
  expect(told).toEqual([]);
});

test('a wrong key and an endpoint that is not there stop the start', async () => {
  await using endpoint = await openTestEndpoint();
  const greet = (key: string, id?: string) => greetEndpoint(placeAt(endpoint.origin, key, id), () => {}, NEVER);
  await expect(greet('wrong')).rejects.toThrow(/HTTP 401.*ORATOR_INTERNAL_KEY/);
  await expect(greet(WORKER_KEY, 'other')).rejects.toThrow(/no such endpoint.*--runpod/);
});

test('a server that is away is named with the cause, once, and waited for', async () => {
  const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const told: string[] = [];
  const greeted = greetEndpoint(placeAt(`http://127.0.0.1:${port}`), (why) => told.push(why), NEVER);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  server.listen(port, '127.0.0.1');
  await greeted;
  server.close();
  expect(told).toEqual([`http://127.0.0.1:${port} cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}`]);
});

test('asking for jobs with a wrong key says why', async () => {
  await using endpoint = await openTestEndpoint();
  const line = new WorkerLine(placeAt(endpoint.origin, 'wrong'), LINE_TIMES);
  await expect(line.take(1, false, NEVER)).rejects.toThrow(/HTTP 401.*ORATOR_INTERNAL_KEY/);
});

test('the same trouble is told once in a minute', () => {
  const warned: unknown[] = [];
  let now = 0;
  const log = { warn: (fields: unknown) => warned.push(fields) } as unknown as Logger;
  const { troubled } = reportsTo(log, () => now);
  for (; now < 61_000; now += 1000) troubled('asking for jobs failed', new Error('HTTP 401'));
  troubled('asking for jobs failed', new Error('HTTP 500'));
  expect(warned).toHaveLength(3);
});

test('orator worker --endpoint ends with what to set', async () => {
  await using endpoint = await openTestEndpoint();
  const args = ['worker', '--runpod', '--endpoint', `${endpoint.origin}/v2/ep1`];
  const folder = await mkdtemp(join(tmpdir(), 'orator-greeting-'));
  const env = { ORATOR_DATA: folder, ORATOR_INTERNAL_KEY: 'wrong', ORATOR_LOG_FILES: 'false' };
  const { code, out, err } = await startCli(args, env).done;
  await rm(folder, { recursive: true });
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/^key\/invalid: .*HTTP 401.*ORATOR_INTERNAL_KEY/);
});
