import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOf } from '../store/process-start.ts';
import { announceServer, findServer } from './running-server.ts';
import { TestService } from './test-service.ts';

const KEY = 'k'.repeat(40);
const URL = 'http://127.0.0.1:4711';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-running-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = (more: object) =>
  writeFile(join(folder, 'server.json'), JSON.stringify({ machine: hostname(), url: URL, key: KEY, ...more }));

describe('the record of a running server', () => {
  test('is found while it is there, can be read by its owner alone, and leaves nothing', async () => {
    expect(await findServer(folder)).toBeNull();
    {
      await using _ = await announceServer(folder, URL, KEY);
      expect(await findServer(folder)).toMatchObject({ pid: process.pid, url: URL, key: KEY });
      expect((await stat(join(folder, 'server.json'))).mode & 0o777).toBe(0o600);
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test('of a process that is gone leads nowhere, also when its number is used again', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    const started = await startOf(child.pid!);
    await write({ pid: child.pid, started });
    expect(await findServer(folder)).toMatchObject({ pid: child.pid });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await findServer(folder)).toBeNull();
    await write({ pid: process.pid, started });
    expect(await findServer(folder)).toBeNull();
  });

  test.each([
    ['of another machine', { machine: 'elsewhere' }],
    ['without a key', { key: '' }],
    ['with an address of another kind', { url: 'file:///etc/passwd' }],
  ])('%s leads nowhere', async (_, more) => {
    const own = { pid: process.pid, started: await startOf(process.pid) };
    await write(own);
    expect(await findServer(folder)).not.toBeNull();
    await write({ ...own, ...more });
    expect(await findServer(folder)).toBeNull();
  });

  test('that another server has replaced is left to that one', async () => {
    const first = await announceServer(folder, URL, KEY);
    await using _second = await announceServer(folder, 'http://127.0.0.1:4712', 'o'.repeat(40));
    await first[Symbol.asyncDispose]();
    expect(await findServer(folder)).toMatchObject({ url: 'http://127.0.0.1:4712' });
  });
});

test('a served data folder leads to its server and a key that may do all, until the server leaves', async () => {
  const data = await mkdtemp(join(tmpdir(), 'orator-running-'));
  const env = { ORATOR_DATA: data, ORATOR_AUTH: 'keys', ORATOR_WORKERS: '0' };
  let service = await TestService.start(env);
  const killed = (await findServer(data))!;
  expect(killed.url).toBe(service.url);
  service = await service.crash();
  await using _ = service;
  const { key } = (await findServer(data))!;
  expect(key).not.toBe(killed.key);
  const as = (value: string, more = {}) => ({ headers: { authorization: `Bearer ${value}`, ...more } });
  expect((await service.ask('/api/v1/keys', as(key))).status).toBe(200);
  expect(await service.ask('/api/v1/keys', as(killed.key))).toMatchObject({ status: 401 });
  const owner = await service.ask('/api/v1/jobs', as(key, { 'x-orator-owner': '../x' }));
  expect(owner).toMatchObject({ status: 400, body: { code: 'request/invalid' } });
  expect(await readFile(join(data, 'logs', 'latest.json'), 'utf8')).not.toContain(key);
  await service.end('SIGTERM');
  expect(await readdir(data)).not.toContain('server.json');
}, 120_000);

test('a server whose data folder another machine took while it slept ends at once', async () => {
  const data = await mkdtemp(join(tmpdir(), 'orator-running-'));
  await using service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '0' });
  const other = { id: 'x', machine: 'elsewhere', host: 'elsewhere', pid: 1 };
  await writeFile(join(data, 'lock'), JSON.stringify(other));
  expect(await once(service.child, 'exit')).toEqual([1, null]);
  expect(service.said).toContain(`Another machine took the data folder ${data}`);
}, 60_000);
