import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { TestService } from '../service/test-service.ts';

let data: string;
let service: TestService;
let key: string;
/** As a browser sends it. */
let cookie: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-sign-in-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_AUTH: 'keys', ORATOR_WORKERS: '0' });
  key = /key {12}(\S+)/.exec(service.said)![1]!;
  const signedIn = await signIn({ origin: service.url });
  cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!;
}, 90_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

const signIn = (headers: Record<string, string>, given = key) =>
  service.ask('/api/v1/sign-in', { body: { key: given }, headers });
const own = () => ({ cookie, origin: service.url });

/** What becomes of a WebSocket with some headers: "open", or the status that it was refused with. */
const socket = (headers: Record<string, string>) =>
  new Promise<string | number>((resolve) => {
    const live = new WebSocket(`${service.url.replace('http', 'ws')}/api/v1/stream/ws`, ['orator'], { headers });
    live.on('open', () => resolve('open'));
    live.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode!));
    live.on('error', () => undefined); // told above
  });

describe('the sign-in of a browser', () => {
  test('is a cookie that no script reads and no other site sends, and holds no key', async () => {
    const { status, body, headers } = await signIn({ origin: service.url });
    expect(status).toBe(200);
    expect(body).toEqual({ keyNeeded: true, scopes: ['admin'] });
    const [set] = headers.getSetCookie();
    expect(set).toMatch(/^orator_sign_in=in_[\w-]+\.[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
    expect(Buffer.from(set!.slice(18).split('.')[0]!, 'base64url').toString()).not.toContain(key);
  });

  test('lets in: what reads, what changes something, and a WebSocket', async () => {
    expect((await service.ask('/api/v1/jobs', { headers: { cookie } })).status).toBe(200);
    const ticket = await service.ask('/api/v1/tickets', { body: {}, headers: own() });
    expect(ticket.status).toBe(201);
    expect(await socket(own())).toBe('open');
    const seen = await service.ask('/api/v1/sign-in', { headers: { cookie } });
    expect(seen.body).toEqual({ keyNeeded: true, scopes: ['admin'] });
  });

  test('is of no use to pages of others', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
      const { status, body } = await service.ask('/api/v1/tickets', { body: {}, headers: { cookie, origin } });
      expect([origin, status, body.code]).toEqual([origin, 403, 'key/forbidden']);
      expect([origin, await socket({ cookie, origin })]).toEqual([origin, 403]);
      expect([origin, (await signIn({ origin })).status]).toEqual([origin, 403]);
    }
    expect((await service.ask('/api/v1/tickets', { body: {}, headers: { cookie } })).status).toBe(403);
    expect((await service.ask('/api/v1/sign-out', { method: 'POST', headers: { cookie } })).status).toBe(403);
  });

  test('is refused for a wrong key, when it was changed, and without one', async () => {
    const wrong = await signIn({ origin: service.url }, 'ora_wrong');
    expect([wrong.status, wrong.body.code, wrong.headers.getSetCookie()]).toEqual([401, 'key/invalid', []]);
    const [said, signature] = cookie.split('.') as [string, string];
    const forged = Buffer.from(JSON.stringify({ owner: 'local', until: Date.now() + 1e6 })).toString('base64url');
    for (const bad of [
      `${said}.${signature.slice(2)}`,
      `orator_sign_in=in_${forged}.${signature}`,
      'orator_sign_in=x',
    ]) {
      expect((await service.ask('/api/v1/jobs', { headers: { cookie: bad } })).status).toBe(401);
    }
    const nobody = await service.ask('/api/v1/sign-in');
    expect(nobody.body).toEqual({ keyNeeded: true, scopes: null });
  });

  test('ends when its key is revoked, and with the sign-out', async () => {
    const made = await service.ask('/api/v1/keys', { body: { name: 'guest', scopes: ['read'] }, headers: own() });
    const guest = await signIn({ origin: service.url }, made.body.key);
    const theirs = guest.headers.getSetCookie()[0]!.split(';')[0]!;
    expect((await service.ask('/api/v1/jobs', { headers: { cookie: theirs } })).status).toBe(200);
    await service.ask(`/api/v1/keys/${made.body.id}`, { method: 'DELETE', headers: own() });
    expect((await service.ask('/api/v1/jobs', { headers: { cookie: theirs } })).status).toBe(401);
    const out = await service.ask('/api/v1/sign-out', { method: 'POST', headers: own() });
    expect([out.status, out.headers.getSetCookie()[0]]).toEqual([204, expect.stringContaining('Max-Age=0')]);
  });
});
