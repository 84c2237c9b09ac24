import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { TestService } from '../service/test-service.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { TestSocket } from '../stream/test-socket.ts';
import { Keys } from './keys.ts';
import { Tickets } from './tickets.ts';

const PORTRAIT = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));

let data: string;
let service: TestService;
let owner: Record<string, string>;
let stranger: Record<string, string>;
/** The id of a file of the owner's. */
let asset: string;
const issued: string[] = [];

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-tickets-'));
  service = await TestService.start({
    ORATOR_DATA: data,
    ORATOR_WORKERS: '1',
    ORATOR_AUTH: 'keys',
    ORATOR_LOG_CONSOLE: 'true',
    ORATOR_LOG_LEVEL: 'trace',
  });
  const make = await keyMaker();
  owner = (await make(['create', 'read'])).headers;
  stranger = (await make(['read'])).headers;
  asset = (await service.upload(await readFile(PORTRAIT), 'face.jpg', owner)).body.id!;
}, 120_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});
afterEach(() => void vi.useRealTimers());

async function keyMaker() {
  const admin = { authorization: `Bearer ${/key {12}(\S+)/.exec(service.said)![1]!}` };
  return async (scopes: readonly string[]) => {
    const { body } = await service.ask('/api/v1/keys', { body: { name: 'one', scopes }, headers: admin });
    return { id: String(body.id), headers: { authorization: `Bearer ${body.key}` }, admin };
  };
}

async function ticket(order: Record<string, unknown> = {}, headers = owner): Promise<string> {
  const { status, body } = await service.ask('/api/v1/tickets', { body: order, headers });
  expect(status).toBe(201);
  const given = String(body.ticket);
  issued.push(given);
  return given;
}
const ask = (path: string, given: string, init: { method?: string; body?: unknown } = {}) =>
  service.ask(`${path}${path.includes('?') ? '&' : '?'}ticket=${given}`, init);

test('a file, its parts and an event stream come with a ticket and no key', async () => {
  const path = `/api/v1/assets/${asset}`;
  const given = await ticket({ path });
  for (const headers of [{}, { range: 'bytes=10-19' }]) {
    const response = await fetch(`${service.url}${path}/content?ticket=${given}`, { headers });
    expect([200, 206]).toContain(response.status);
    const whole = await readFile(PORTRAIT);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes).toEqual('range' in headers ? whole.subarray(10, 20) : whole);
  }
  const order = { model: 'portrait', image: asset };
  const { body: job } = await service.ask('/api/v1/avatars', { body: order, headers: owner });
  const events = await fetch(`${service.url}/api/v1/jobs/${job.id}/events?ticket=${await ticket()}`);
  expect(events.headers.get('content-type')).toBe('text/event-stream');
  expect(await events.text()).toContain('"state":"completed"');
}, 90_000);

test('it is for its own place, for reading, and for what its key may do', async () => {
  const given = await ticket({ path: '/api/v1/jobs' });
  expect((await ask('/api/v1/jobs', given)).status).toBe(200);
  expect((await ask('/api/v1/jobs/nobody', given)).body.code).toBe('job/unknown');
  for (const [path, method] of [
    ['/api/v1/assets', 'GET'],
    ['/api/v1/jobsx', 'GET'],
    ['/api/v1/jobs/x/cancel', 'POST'],
    [`/api/v1/assets/${asset}`, 'DELETE'],
    ['/api/v1/tickets', 'POST'],
  ] as const) {
    const { status, body } = await ask(path, given, { method, ...(method === 'POST' ? { body: {} } : {}) });
    expect([path, [403, 404].includes(status), body.code]).toEqual([
      path,
      true,
      path === '/api/v1/jobsx' ? 'request/unknown' : 'key/forbidden',
    ]);
  }
  expect((await ask(`/api/v1/assets/${asset}`, await ticket({}, stranger))).body.code).toBe('asset/unknown');
  const refused = await service.ask('/api/v1/tickets', { body: { scopes: ['create'] }, headers: stranger });
  expect(refused.body.code).toBe('key/forbidden');
  for (const body of [
    { seconds: 61 },
    { scopes: ['admin'] },
    { path: '/api/v1/../x?y' },
    { path: '/api/v1/jobs', session: 'x' },
  ]) {
    expect((await service.ask('/api/v1/tickets', { body, headers: owner })).body.code).toBe('request/invalid');
  }
  expect((await service.ask('/api/v1/tickets', { body: {} })).status).toBe(401);
});

test('one that was altered, made up, or whose key was revoked opens nothing', async () => {
  const given = await ticket();
  const [said, signature] = given.slice(4).split('.') as [string, string];
  const content = JSON.parse(Buffer.from(said, 'base64url').toString());
  const more = Buffer.from(JSON.stringify({ ...content, until: content.until + 1e6 })).toString('base64url');
  for (const wrong of [
    `tkt_${more}.${signature}`,
    `tkt_${said}.`,
    `tkt_${said}`,
    `${given}.x`.slice(0, -3),
    'tkt_',
    '',
    said,
  ]) {
    expect((await ask('/api/v1/jobs', wrong)).body).toMatchObject({ status: 401, code: 'key/invalid' });
  }
  const { id, headers, admin } = await (await keyMaker())(['read']);
  const lost = await ticket({}, headers);
  expect((await ask('/api/v1/jobs', lost)).status).toBe(200);
  await service.ask(`/api/v1/keys/${id}`, { method: 'DELETE', headers: admin });
  expect((await ask('/api/v1/jobs', lost)).body.code).toBe('key/invalid');
});

test('a WebSocket is opened with one; that of a session watches no other and begins none', async () => {
  const source = (await readFile(PORTRAIT)).toString('base64');
  const open = async (given: string) => TestSocket.open(service.url, {}, `?ticket=${given}`);
  await using first = await open(await ticket({ path: '/api/v1/stream/ws' }));
  first.say({ type: 'init', source, config: { idle: true, max_size: 256, mode: 'motion', binary: true } });
  const { session_id: session } = await first.message('status', 1);
  const given = await ticket({ session });
  await using guest = await open(given);
  guest.say({ type: 'watch', session_id: session, config: { idle: true, mode: 'motion', binary: true } });
  await guest.until(() => guest.packets.length > 3);
  expect((await ask(`/api/v1/stream/sessions/${session}/recording`, given)).body.code).toBe('job/not-possible');
  expect((await ask('/api/v1/stream/sessions', given)).body.code).toBe('key/forbidden');
  for (const message of [
    { type: 'init', source },
    { type: 'watch', session_id: 'another' },
  ]) {
    await using wrong = await open(given);
    wrong.say(message);
    expect(await wrong.message('error')).toMatchObject({ code: 'key/forbidden' });
    await wrong.end();
  }
  await expect(open(await ticket({ path: '/api/v1/jobs' }))).rejects.toThrow('403');
  await expect(open('tkt_x.y')).rejects.toThrow('401');
}, 60_000);

test('no ticket is in a log', async () => {
  const logs = await Promise.all(
    (await readdir(join(data, 'logs'))).map((name) => readFile(join(data, 'logs', name), 'utf8')),
  );
  expect(issued.length).toBeGreaterThan(5);
  for (const said of [service.said, ...logs]) {
    for (const given of issued) expect(said).not.toContain(given.slice(0, 40));
  }
});

test('it is good for its seconds, in any process of the same database', async () => {
  await using database = await openTestDatabase(await mkdtemp(join(data, 'database-')));
  const keys = new Keys(database);
  const { id } = await keys.create('one', ['read']);
  const { ticket: given } = await new Tickets(database, keys).issue(id, { scopes: ['read'], seconds: 60 });
  const other = new Tickets(database, keys);
  const request = { method: 'GET', url: `/api/v1/jobs?ticket=${given}` };
  expect(await other.callerOf(given, request)).toMatchObject({ owner: id, scopes: ['read'] });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 59_000 });
  expect(await other.callerOf(given, request)).toMatchObject({ owner: id });
  vi.setSystemTime(Date.now() + 1001);
  await expect(other.callerOf(given, request)).rejects.toMatchObject({ code: 'key/invalid' });
}, 60_000);
