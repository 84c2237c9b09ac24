import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { ALLOW_NONE, parseAllowList } from './address-guard.ts';
import type { Guard } from './guarded-request.ts';
import { postJson } from './post-json.ts';
import { openTestServer } from './test-server.ts';

const GUARD: Guard = { allow: parseAllowList(['127.0.0.1']) };
let received: unknown;

const server = await openTestServer({
  '/hook': (response, request) => {
    text(request).then(
      (body) => {
        const { 'content-type': type, 'x-orator-signature': signature } = request.headers;
        received = { method: request.method, body, type, signature };
        response.writeHead(202).end('thanks');
      },
      () => {},
    );
  },
  '/moved': (response) => response.writeHead(307, { location: 'http://10.0.0.1/' }).end(),
  '/failing': (response) => response.writeHead(500).end('no'),
  '/chatty': (response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(10_000)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  },
  '/silent': () => {},
  '/stuck': (response) => response.write('a'),
});
afterAll(() => server[Symbol.asyncDispose]());

const post = (path: string, options = {}, guard = GUARD) =>
  postJson(server.origin + path, '{"a":"ü"}', { timeoutSeconds: 10, ...options }, guard);

describe('a message', () => {
  test('arrives as it was signed', async () => {
    expect(await post('/hook', { headers: { 'X-Orator-Signature': 'abc' } })).toBe(202);
    expect(received).toEqual({ method: 'POST', body: '{"a":"ü"}', type: 'application/json', signature: 'abc' });
  });

  test.each([
    ['/moved', 307],
    ['/failing', 500],
    ['/none', 404],
    ['/chatty', 200],
  ])('to %s is answered with %i, and that is all', async (path, status) => {
    expect(await post(path)).toBe(status);
    await server.idle();
  });

  test.each(['/silent', '/stuck'])('to %s is given up in time', async (path) => {
    const work = post(path, { timeoutSeconds: 0.1 });
    await expect(work).rejects.toMatchObject({ code: 'source/unreachable' });
    await server.idle();
  });

  test('is stopped on request', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await expect(post('/silent', { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('does not go to what is not public', async () => {
    await expect(post('/hook', {}, { allow: ALLOW_NONE })).rejects.toMatchObject({ code: 'source/blocked' });
  });
});
