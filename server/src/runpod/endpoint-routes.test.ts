import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { openTestServer } from '../net/test-server.ts';
import { openTestEndpoint, startTestWorker, WORKER_KEY } from './test-endpoint.ts';

const INPUT = { avatar_id: 'a' };
const echo = async (input: unknown) => ({ status: 'success', input });

describe('an endpoint', () => {
  test('answers /runsync early when the job takes longer than it waits', async () => {
    await using endpoint = await openTestEndpoint({ waitMs: 20 });
    const { status, body } = await endpoint.ask('/runsync', { input: INPUT });
    expect(status).toBe(200);
    expect(body).toEqual({ id: expect.stringMatching(/^sync-/), status: 'IN_QUEUE' });
    const taken = await endpoint.jobs.take('w1');
    expect(taken?.id).toBe(body.id);
    expect((await endpoint.ask(`/status/${body.id}`)).body).toMatchObject({ status: 'IN_PROGRESS', delayTime: 0 });
  });

  test.each(['/runsync?wait=999', '/runsync?wait=300001', '/runsync?wait=soon'])('refuses %s', async (path) => {
    await using endpoint = await openTestEndpoint();
    expect((await endpoint.ask(path, { input: INPUT })).status).toBe(400);
    expect((await endpoint.jobs.counts()).inQueue).toBe(0);
  });

  test.each([
    ['no JSON', '{"input":'],
    ['no input', {}],
    ['an input that is a list', { input: [1] }],
    ['an input that is text', { input: 'x' }],
    ['a list', []],
    ['a short execution time', { input: INPUT, policy: { executionTimeout: 4999 } }],
    ['a long execution time', { input: INPUT, policy: { executionTimeout: 604_800_001 } }],
    ['a short life', { input: INPUT, policy: { ttl: 9999 } }],
    ['a webhook that is no URL', { input: INPUT, webhook: 'here' }],
    ['a webhook with a number', { input: INPUT, webhook: 7 }],
  ])('refuses a body with %s', async (_, body) => {
    await using endpoint = await openTestEndpoint();
    const answers = await Promise.all(['/run', '/runsync'].map((path) => endpoint.ask(path, body)));
    for (const { status } of answers) expect(status).toBe(400);
  });

  test.each([
    ['/status/x', undefined],
    ['/stream/x', undefined],
    ['/cancel/x', {}],
    ['/retry/x', {}],
  ])('knows no job at %s', async (path, body) => {
    await using endpoint = await openTestEndpoint();
    expect((await endpoint.ask(path, body)).status).toBe(404);
  });

  test.each([
    undefined,
    'Bearer ',
    'Bearer caller-kex',
    'Bearer caller-key-and-more',
    'caller-key',
    `Bearer ${WORKER_KEY}`,
  ])('lets nobody in with %s', async (authorization) => {
    await using endpoint = await openTestEndpoint();
    const paths = ['/run', '/runsync', '/status/x', '/stream/x', '/cancel/x', '/retry/x', '/health', '/purge-queue'];
    for (const path of paths) {
      const method = /status|stream|health/.test(path) ? 'GET' : 'POST';
      const url = `${endpoint.origin}/v2/ep1${path}`;
      const response = await fetch(url, { method, headers: authorization === undefined ? {} : { authorization } });
      expect([path, response.status]).toEqual([path, 401]);
    }
    const take = await endpoint.ask('/job-take/w1', undefined, { headers: { authorization: 'Bearer caller-key' } });
    expect(take.status).toBe(401);
  });

  test('a job is gone after its time to live, even while it runs', async () => {
    await using endpoint = await openTestEndpoint();
    const { body } = await endpoint.ask('/run', { input: INPUT, policy: { ttl: 10_000 } });
    const taken = await endpoint.jobs.take('w1');
    endpoint.clock.now += 9999;
    expect((await endpoint.ask(`/status/${body.id}`)).body.status).toBe('IN_PROGRESS');
    endpoint.clock.now += 1;
    expect((await endpoint.ask(`/status/${body.id}`)).status).toBe(404);
    expect((await endpoint.ask(`/cancel/${body.id}`, {})).status).toBe(404);
    expect(await endpoint.jobs.done(taken!.id, 'w1', { output: 1 })).toBeNull();
    const done = await fetch(`${endpoint.origin}/v2/ep1/job-done/w1/${body.id}`, {
      method: 'POST',
      headers: { authorization: WORKER_KEY, 'content-type': 'application/x-www-form-urlencoded' },
      body: '{"output":{}}',
    });
    expect(done.status).toBe(404);
  });

  test('a result that is nested without end is refused, and the job goes on', async () => {
    await using endpoint = await openTestEndpoint();
    const { body } = await endpoint.ask('/run', { input: INPUT });
    await endpoint.jobs.take('w1');
    const deep = `{"output":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    for (const path of ['job-done', 'job-stream']) {
      const sent = await fetch(`${endpoint.origin}/v2/ep1/${path}/w1/${body.id}`, {
        method: 'POST',
        headers: { authorization: WORKER_KEY, 'content-type': 'application/x-www-form-urlencoded' },
        body: deep,
      });
      expect(sent.status).toBe(400);
    }
    expect((await endpoint.ask(`/status/${body.id}`)).body.status).toBe('IN_PROGRESS');
  });

  test('an expired job is given to no worker', async () => {
    await using endpoint = await openTestEndpoint();
    await endpoint.ask('/run', { input: INPUT, policy: { ttl: 10_000 } });
    endpoint.clock.now += 10_000;
    expect(await endpoint.jobs.take('w1')).toBeNull();
  });

  test('a job that runs too long has timed out, and can be tried again', async () => {
    await using endpoint = await openTestEndpoint();
    const { body } = await endpoint.ask('/run', { input: INPUT, policy: { executionTimeout: 5000 } });
    endpoint.clock.now += 3000;
    await endpoint.jobs.take('w1');
    endpoint.clock.now += 5000;
    expect((await endpoint.ask(`/status/${body.id}`)).body).toMatchObject({
      status: 'TIMED_OUT',
      delayTime: 3000,
      executionTime: 5000,
      error: 'Execution timed out after 5 seconds',
    });
    expect((await endpoint.ask(`/retry/${body.id}`, {})).body).toEqual({ id: body.id, status: 'IN_QUEUE' });
    expect((await endpoint.ask('/health')).body.jobs).toMatchObject({ inQueue: 1, failed: 1, retried: 1 });
    await using _worker = startTestWorker(endpoint, echo);
    expect((await endpoint.until(body.id!, 'COMPLETED')).output).toEqual({ status: 'success', input: INPUT });
    expect((await endpoint.ask(`/retry/${body.id}`, {})).status).toBe(400);
  });

  test.each([
    ['/runsync', 60_000],
    ['/run', 1_800_000],
  ])('keeps results of %s for %i ms', async (path, kept) => {
    await using endpoint = await openTestEndpoint();
    await using _worker = startTestWorker(endpoint, echo);
    const { body } = await endpoint.ask(path, { input: INPUT });
    await endpoint.until(body.id!, 'COMPLETED');
    endpoint.clock.now += kept - 1;
    expect((await endpoint.ask(`/status/${body.id}`)).status).toBe(200);
    endpoint.clock.now += 1;
    expect((await endpoint.ask(`/status/${body.id}`)).status).toBe(404);
  });

  test('purging cancels what is queued and leaves what runs', async () => {
    await using endpoint = await openTestEndpoint();
    const first = (await endpoint.ask('/run', { input: INPUT })).body;
    await endpoint.ask('/run', { input: INPUT });
    await endpoint.ask('/run', { input: INPUT });
    await endpoint.jobs.take('w1');
    expect((await endpoint.ask('/purge-queue', {})).body).toEqual({ removed: 2, status: 'completed' });
    expect((await endpoint.ask(`/status/${first.id}`)).body.status).toBe('IN_PROGRESS');
    expect((await endpoint.ask('/health')).body.jobs).toMatchObject({ inQueue: 0, inProgress: 1 });
  });

  test('status may be asked for with POST, and waited for', async () => {
    await using endpoint = await openTestEndpoint();
    const { body } = await endpoint.ask('/run', { input: INPUT });
    expect((await endpoint.ask(`/status/${body.id}`, {})).body.status).toBe('IN_QUEUE');
    const waiting = endpoint.ask(`/status-sync/${body.id}`);
    await using _worker = startTestWorker(endpoint, echo);
    expect((await waiting).body.status).toBe('COMPLETED');
    expect((await endpoint.ask('/health')).body.workers).toEqual({
      idle: expect.any(Number),
      running: expect.any(Number),
    });
  });

  test('a webhook hears of the end, again after a failure, and only at allowed addresses', async () => {
    const heard: unknown[] = [];
    await using server = await openTestServer({
      '/hook': (response, request) => {
        text(request).then(
          (body) => {
            heard.push(JSON.parse(body));
            response.writeHead(heard.length < 3 ? 500 : 200).end();
          },
          () => {},
        );
      },
    });
    await using endpoint = await openTestEndpoint();
    await using _worker = startTestWorker(endpoint, echo);
    const { body } = await endpoint.ask('/runsync', { input: INPUT, webhook: `${server.origin}/hook` });
    await expect.poll(() => heard.length).toBe(3);
    expect(heard[2]).toEqual(body);
    const refused = await endpoint.ask('/runsync', { input: INPUT, webhook: 'http://127.0.0.2:9/hook' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'source/blocked' } });
    const blocked = await endpoint.ask('/runsync', { input: INPUT, webhook: 'http://private.test:9/hook' });
    await expect.poll(() => endpoint.lostWebhooks).toEqual([blocked.body.id]);
  });

  test('a job that a worker left before it was sent goes back to the queue', async () => {
    await using endpoint = await openTestEndpoint();
    const leave = new AbortController();
    const asking = fetch(`${endpoint.origin}/v2/ep1/job-take/w1`, {
      headers: { authorization: WORKER_KEY },
      signal: leave.signal,
    });
    await expect.poll(() => endpoint.asked.length).toBe(1);
    leave.abort();
    await expect(asking).rejects.toThrow();
    const { body } = await endpoint.ask('/run', { input: INPUT });
    await using _worker = startTestWorker(endpoint, echo);
    expect((await endpoint.until(body.id!, 'COMPLETED')).workerId).toBe('w1');
  });
});
