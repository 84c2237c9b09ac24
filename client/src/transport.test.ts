import { describe, expect, test } from 'vitest';
import { OratorClient } from './client.ts';
import type { TransportOptions } from './transport.ts';

/** An answer, or undefined for a connection that breaks. */
type Step = Response | undefined;

/** A client whose requests get the given answers, one after the other; what it asks and how long it waits is kept. */
function scripted(steps: readonly Step[], options: TransportOptions = {}) {
  const asked: Request[] = [];
  const waits: number[] = [];
  const left = [...steps];
  const client = new OratorClient({
    url: 'http://orator.test/',
    wait: async (seconds, signal) => {
      signal?.throwIfAborted();
      waits.push(seconds);
    },
    fetch: async (input, init) => {
      asked.push(new Request(input, init));
      const step = left.shift();
      if (step) return step;
      throw new TypeError('fetch failed');
    },
    ...options,
  });
  return { client, asked, waits, left };
}

const job = (state = 'pending') => Response.json({ id: 'j', state });
const away = (headers?: Record<string, string>) =>
  new Response('Bad gateway', { status: 503, ...(headers && { headers }) });
const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  Response.json(
    { type: 'about:blank', title: 'T', status, code, detail: 'Do this.', instance: 'i' },
    { status, headers },
  );

describe('a call', () => {
  test('has its parts in the right places', async () => {
    const { client, asked } = scripted([Response.json({ jobs: [], next: null }), job(), Response.json({})], {
      key: async () => 'ora_1',
    });
    await client.listJobs({ limit: 2, after: 'a&b', kind: undefined });
    await client.cancelJob('a/b');
    await client.linkAsset('x', { seconds: 60 }, { headers: { 'x-request-id': 'mine' } });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET http://orator.test/api/v1/jobs?limit=2&after=a%26b',
      'POST http://orator.test/api/v1/jobs/a%2Fb/cancel',
      'POST http://orator.test/api/v1/assets/x/link',
    ]);
    expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual(Array(3).fill('Bearer ora_1'));
    const [, cancel, link] = asked;
    expect([cancel!.headers.has('content-type'), await cancel!.text()]).toEqual([false, '']);
    expect(link!.headers.get('content-type')).toBe('application/json');
    expect(link!.headers.get('x-request-id')).toBe('mine');
    expect(await link!.json()).toEqual({ seconds: 60 });
  });

  test('tells its status and headers to whoever wants to know', async () => {
    const { client } = scripted([new Response('{}', { status: 202, headers: { location: '/x' } })]);
    const seen: unknown[] = [];
    await client.createVideo(
      { image: 'i', text: 't' },
      { onResponse: ({ status, headers }) => seen.push(status, headers.get('location')) },
    );
    expect(seen).toEqual([202, '/x']);
  });

  test('that was answered with something else than JSON is an error', async () => {
    const { client } = scripted([new Response('<html>')]);
    await expect(client.getLive()).rejects.toMatchObject({ code: 'unknown', status: 200 });
  });
});

describe('another try', () => {
  test.each<[string, Step[], number]>([
    ['a connection that breaks', [undefined, undefined, undefined, job()], 4],
    ['an answer that says when to come back', [problem(503, 'runtime/exhausted', { 'retry-after': '5' }), job()], 2],
    ['a limit', [problem(429, 'limit/reached', { 'retry-after': '1' }), job()], 2],
    ['a proxy that finds nobody', [away(), job()], 2],
  ])('is made after %s', async (_, steps, tries) => {
    const { client, asked } = scripted(steps);
    expect(await client.getJob('j')).toEqual({ id: 'j', state: 'pending' });
    expect(asked).toHaveLength(tries);
  });

  test('waits as long as it is told to, else twice as long each time', async () => {
    const told = scripted([problem(503, 'storage/failed', { 'retry-after': '5' }), job()]);
    await told.client.getJob('j');
    expect(told.waits).toEqual([5]);
    const date = scripted([away({ 'retry-after': new Date(Date.now() + 20_000).toUTCString() }), job()]);
    await date.client.getJob('j');
    expect(date.waits[0]).toBeGreaterThan(15);
    expect(date.waits[0]).toBeLessThan(21);
    const alone = scripted([undefined, undefined, undefined, job()]);
    await alone.client.getJob('j');
    for (const [k, most] of [0.5, 1, 2].entries()) {
      expect(alone.waits[k]).toBeGreaterThanOrEqual(most / 2);
      expect(alone.waits[k]).toBeLessThanOrEqual(most);
    }
  });

  test.each<[string, (client: OratorClient) => Promise<unknown>, Step[], string]>([
    ['a refusal', (client) => client.getJob('j'), [problem(404, 'job/unknown')], 'job/unknown'],
    ['a lack that stays', (client) => client.getJob('j'), [problem(503, 'model/missing')], 'model/missing'],
    ['a failure of the service', (client) => client.getJob('j'), [problem(500, 'internal')], 'internal'],
    ['what may have happened', (client) => client.retryJob('j'), [undefined], 'network'],
    ['too long a wait', (client) => client.getJob('j'), [away({ 'retry-after': '3600' })], 'unknown'],
    ['the fourth', (client) => client.getJob('j'), [undefined, undefined, undefined, undefined], 'network'],
  ])('is not made after %s', async (_, call, steps, code) => {
    const { client, left } = scripted([...steps, job()]);
    await expect(call(client)).rejects.toMatchObject({ name: 'ServiceError', code });
    expect(left).toHaveLength(1);
  });

  test('of a creation has the same key, its own or the one that it was given', async () => {
    const { client, asked } = scripted([undefined, job(), undefined, job(), job()]);
    const order = { image: 'i', text: 't' };
    await client.createVideo(order);
    await client.createVideo(order, { idempotencyKey: 'mine' });
    await client.createVideo(order);
    const keys = asked.map(({ headers }) => headers.get('idempotency-key'));
    expect(keys[0]).toMatch(/^[\w-]{36}$/);
    expect(keys).toEqual([keys[0], keys[0], 'mine', 'mine', keys[4]]);
    expect(keys[4]).not.toBe(keys[0]);
  });

  test('is not made once somebody stopped it', async () => {
    const stop = new AbortController();
    const { client, asked } = scripted([away(), job()], {
      wait: async (_, signal) => {
        stop.abort(new Error('enough'));
        signal?.throwIfAborted();
      },
    });
    await expect(client.getJob('j', { signal: stop.signal })).rejects.toThrow('enough');
    expect(asked).toHaveLength(1);
  });
});

describe('following a job', () => {
  const events = (...states: string[]) =>
    new Response(states.map((state) => `event: job\ndata: ${JSON.stringify({ id: 'j', state })}\n\n`).join(''));

  test('goes on where the connection ended, and ends with the job', async () => {
    const { client, waits } = scripted([
      events('pending'),
      events('pending', 'processing'),
      undefined,
      events('processing', 'cancelled', 'pending'),
    ]);
    const states: string[] = [];
    for await (const { state } of client.followJob('j')) states.push(state);
    expect(states).toEqual(['pending', 'processing', 'cancelled']);
    expect(waits.length).toBeGreaterThan(0);
  });

  test('ends when the service stays away, and at once when it refuses', async () => {
    const gone = scripted([events('pending')]);
    await expect(gone.client.waitForJob('j')).rejects.toMatchObject({ code: 'network' });
    expect(gone.waits.reduce((sum, seconds) => sum + seconds)).toBeGreaterThan(60);
    const refused = scripted([events('pending'), problem(404, 'job/unknown')]);
    await expect(refused.client.waitForJob('j')).rejects.toMatchObject({ code: 'job/unknown' });
    expect(refused.waits).toHaveLength(1);
  });

  test('counts a connection that says nothing at all as lost', async () => {
    let cancelled = false;
    const silent = (signal: AbortSignal) =>
      new Response(
        new ReadableStream({
          start: (controller) =>
            signal.addEventListener('abort', () => {
              cancelled = true;
              controller.error(signal.reason);
            }),
        }),
      );
    let calls = 0;
    const { client } = scripted([], {
      silenceSeconds: 0.05,
      fetch: async (_, init) => (calls++ === 0 ? silent(init!.signal!) : events('completed')),
    });
    expect(await client.waitForJob('j')).toMatchObject({ state: 'completed' });
    expect([calls, cancelled]).toEqual([2, true]);
  });
});

test('a download starts anew where the service does not know parts, and fails where nothing more comes', async () => {
  const half = () => new Response('abc', { headers: { 'content-length': '6', 'content-type': 'text/plain' } });
  const whole = new Response('abcdef', { headers: { 'content-length': '6', 'content-type': 'text/plain' } });
  const { client, asked } = scripted([half(), whole]);
  const file = await client.download('x');
  expect([file.name, file.type, await file.text()]).toEqual(['x', 'text/plain', 'abcdef']);
  expect(asked.map(({ headers }) => headers.get('range'))).toEqual([null, 'bytes=3-']);
  const rest = () =>
    new Response(null, { status: 206, headers: { 'content-range': 'bytes 3-5/6', 'content-length': '3' } });
  const stuck = scripted([half(), ...Array.from({ length: 9 }, rest)]);
  await expect(stuck.client.download('x')).rejects.toMatchObject({ code: 'network' });
});
