import { describe, expect, test } from 'vitest';
import { noFace } from '../avatars/refusals.ts';
import { avatarHandler, type BuildAvatar, type Handler } from './avatar-job.ts';
import { openTestEndpoint, startTestWorker } from './test-endpoint.ts';

const INPUT = { video_url: 'http://127.0.0.1:9/v.mp4?X-Amz-Signature=s', avatar_id: 'test-avatar-001' };
const built: BuildAvatar = async () => ({ numFrames: 150, uploadUrl: 'https://s3.test/a.tar?X-Amz-Signature=t' });
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );

describe('a worker at an endpoint', () => {
  test('makes an avatar and answers as the contract says', async () => {
    await using endpoint = await openTestEndpoint();
    await using worker = startTestWorker(endpoint, avatarHandler(built));
    const { status, body } = await endpoint.ask('/runsync', { input: INPUT });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^sync-[0-9a-f-]{36}-u1$/),
      status: 'COMPLETED',
      delayTime: 0,
      executionTime: 0,
      workerId: 'w1',
      output: {
        status: 'success',
        avatar_id: 'test-avatar-001',
        model: 'wav2lip',
        num_frames: 150,
        upload_url: 'https://s3.test/a.tar?X-Amz-Signature=t',
      },
    });
    await expect.poll(() => worker.said).toEqual(['started', 'ended: success']);
    const done = endpoint.asked.find(({ url }) => url.includes('/job-done/'))!;
    expect(done.url).toMatch(/\/job-done\/w1\/sync-[^?]+\?gpu=none&isStream=false$/);
    expect(done.headers).toMatchObject({
      authorization: 'worker-key',
      'x-request-id': body.id,
      'content-type': 'application/x-www-form-urlencoded',
      charset: 'utf-8',
    });
    expect(endpoint.asked[0]!.url).toMatch(
      /^\/v2\/ep1\/(?:ping\/w1\?runpod_version|job-take\/w1\?gpu=none&job_in_progress=0)/,
    );
  });

  test.each([
    [{ ...INPUT, model: 'musetalk' }, 'Unsupported model: musetalk'],
    [{ ...INPUT, avatar_id: '../x' }, /^Invalid input: avatar_id may have/],
    [{}, /^Invalid input: video_url/],
    [{ ...INPUT, model: 'noface' }, 'No face detected in video'],
  ])('answers what it cannot do inside the output: %#', async (input, error) => {
    await using endpoint = await openTestEndpoint();
    const refuse: BuildAvatar = async () => {
      throw noFace();
    };
    await using _worker = startTestWorker(endpoint, avatarHandler(refuse, ['wav2lip', 'noface']));
    const { body } = await endpoint.ask('/runsync', { input });
    expect(body).toMatchObject({ status: 'COMPLETED', output: { status: 'error' } });
    expect(body.output?.error).toMatch(error);
    expect(Object.keys(body)).not.toContain('error');
  });

  test('ERROR_MODE=failed fails the job with the same words', async () => {
    await using endpoint = await openTestEndpoint();
    const env = { ERROR_MODE: 'failed' };
    await using _worker = startTestWorker(endpoint, avatarHandler(built), { env });
    const { body } = await endpoint.ask('/runsync', { input: { ...INPUT, model: 'musetalk' } });
    expect(body).toMatchObject({ status: 'FAILED', error: 'Unsupported model: musetalk' });
    expect(Object.keys(body)).not.toContain('output');
    expect((await endpoint.ask('/runsync', { input: INPUT })).body.status).toBe('COMPLETED');
  });

  test.each([
    ['throws', () => Promise.reject(new Error('secret: https://s3.test/?X-Amz-Signature=s'))],
    ['answers no object', async () => 7 as unknown as Record<string, unknown>],
    ['answers what is no JSON', async () => ({ big: 1n })],
  ])('a handler that %s fails its job, tells nothing of why, and the next one is done', async (_, broken) => {
    await using endpoint = await openTestEndpoint();
    let first = true;
    const handler: Handler = async () => {
      if (!first) return { status: 'success' };
      first = false;
      return broken();
    };
    await using _worker = startTestWorker(endpoint, handler);
    const { body } = await endpoint.ask('/runsync', { input: INPUT });
    expect(body).toMatchObject({ status: 'FAILED', error: 'Worker crashed unexpectedly' });
    expect((await endpoint.ask('/runsync', { input: INPUT })).body.status).toBe('COMPLETED');
  });

  test('a cancelled job stops its handler, and nothing is reported of it', async () => {
    await using endpoint = await openTestEndpoint();
    let stopped = '';
    const handler: Handler = async (_input, _progress, signal) => {
      await untilAborted(signal).catch((reason: { code: string }) => (stopped = reason.code));
      return {};
    };
    await using worker = startTestWorker(endpoint, handler);
    const { body } = await endpoint.ask('/run', { input: INPUT });
    await endpoint.until(body.id!, 'IN_PROGRESS');
    expect((await endpoint.ask(`/cancel/${body.id}`, {})).body).toEqual({ id: body.id, status: 'CANCELLED' });
    await expect.poll(() => worker.said).toContain('ended: cancelled');
    expect(stopped).toBe('cancelled');
    expect(endpoint.asked.some(({ url }) => url.includes('/job-done/'))).toBe(false);
    expect((await endpoint.ask(`/status/${body.id}`)).body.status).toBe('CANCELLED');
  });

  test.each(['onRequest', 'onSend'] as const)('a result is not lost with its connection (%s)', async (when) => {
    let broken = 0;
    await using endpoint = await openTestEndpoint({}, (app) => {
      const cut = (request: { url: string; raw: { socket: { destroy(): unknown } } }) => {
        if (!request.url.includes('/job-done/') || broken >= 3) return;
        broken++;
        request.raw.socket.destroy();
      };
      if (when === 'onRequest') app.addHook('onRequest', async (request) => cut(request));
      else app.addHook('onSend', async (request) => cut(request));
    });
    await using worker = startTestWorker(endpoint, avatarHandler(built));
    const { body } = await endpoint.ask('/runsync', { input: INPUT });
    expect(body).toMatchObject({ status: 'COMPLETED', output: { num_frames: 150 } });
    await expect.poll(() => worker.said).toContain('ended: success');
    expect(broken).toBe(3);
    expect(worker.said.join()).not.toContain('lost');
    expect((await endpoint.ask('/health')).body.jobs).toMatchObject({ completed: 1, failed: 0, inProgress: 0 });
  });

  test('a result that the endpoint never takes is reported as lost, once all tries failed', async () => {
    await using endpoint = await openTestEndpoint({}, (app) => {
      app.addHook('onRequest', async (request, reply) => {
        if (request.url.includes('/job-done/')) await reply.code(503).send();
      });
    });
    await using worker = startTestWorker(endpoint, avatarHandler(built), { times: { resultTries: 4 } });
    await endpoint.ask('/run', { input: INPUT });
    await expect.poll(() => worker.said).toEqual(['started', 'lost: HTTP 503', 'ended: success']);
    expect(endpoint.asked.filter(({ url }) => url.includes('/job-done/'))).toHaveLength(4);
  });

  test('progress is shown and streamed, and never arrives after the result', async () => {
    await using endpoint = await openTestEndpoint();
    const { promise, resolve } = Promise.withResolvers<void>();
    const handler: Handler = async (_input, progress) => {
      progress({ percent: 20 });
      await promise;
      for (let percent = 21; percent <= 60; percent++) progress({ percent });
      return { status: 'success' };
    };
    await using _worker = startTestWorker(endpoint, handler, { streamProgress: true });
    const { body } = await endpoint.ask('/run', { input: INPUT });
    await expect.poll(async () => (await endpoint.ask(`/status/${body.id}`)).body.output).toEqual({ percent: 20 });
    await expect
      .poll(async () => (await endpoint.ask(`/stream/${body.id}`)).body.stream)
      .toEqual([{ output: { percent: 20 } }]);
    resolve();
    expect((await endpoint.until(body.id!, 'COMPLETED')).output).toEqual({ status: 'success' });
    const posts = endpoint.asked.filter(({ url }) => /\/job-(?:done|stream)\//.test(url));
    expect(posts.length).toBeLessThan(8); // only the newest of a burst
    await expect((await endpoint.ask(`/status/${body.id}`)).body.status).toBe('COMPLETED');
  });

  test('a slow progress post is waited for before the result', async () => {
    const order: string[] = [];
    await using endpoint = await openTestEndpoint({}, (app) => {
      app.addHook('preHandler', async ({ body }) => {
        const isProgress = (body as { status?: string } | undefined)?.status === 'IN_PROGRESS';
        if (isProgress) await new Promise((resolve) => setTimeout(resolve, 50));
        if (body) order.push(isProgress ? 'progress' : 'other');
      });
    });
    await using _worker = startTestWorker(endpoint, async (_input, progress) => {
      progress(1);
      progress(2);
      return { status: 'success' };
    });
    expect((await endpoint.ask('/runsync', { input: INPUT })).body.status).toBe('COMPLETED');
    expect(order).toEqual(['other', 'progress', 'other']);
  });

  test('a job whose connection breaks while it is given is given again', async () => {
    let broken = 0;
    await using endpoint = await openTestEndpoint({}, (app) => {
      app.addHook('onSend', async (request, reply) => {
        if (!request.url.includes('/job-take/') || reply.statusCode !== 200 || broken++ > 0) return;
        request.raw.socket.destroy();
      });
    });
    await using _worker = startTestWorker(endpoint, avatarHandler(built));
    expect((await endpoint.ask('/runsync', { input: INPUT })).body.status).toBe('COMPLETED');
    expect(broken).toBe(2);
  });

  test('a job that the endpoint ended for its time stops its handler', async () => {
    await using endpoint = await openTestEndpoint();
    const handler: Handler = (_input, _progress, signal) => untilAborted(signal);
    await using worker = startTestWorker(endpoint, handler);
    const { body } = await endpoint.ask('/run', { input: INPUT, policy: { executionTimeout: 5000 } });
    await endpoint.until(body.id, 'IN_PROGRESS');
    endpoint.clock.now += 5000;
    expect((await endpoint.ask(`/status/${body.id}`)).body.status).toBe('TIMED_OUT');
    await expect.poll(() => worker.said).toContain('ended: cancelled');
  });

  test('a job that takes too long answers with the contract’s message', async () => {
    await using endpoint = await openTestEndpoint();
    const handler: Handler = (_input, _progress, signal) => untilAborted(signal);
    await using _worker = startTestWorker(endpoint, handler, { times: { deadlineSeconds: 0.05 } });
    const { body } = await endpoint.ask('/runsync', { input: INPUT });
    expect(body.output).toEqual({ status: 'error', error: 'Processing timed out after 0.05 seconds' });
  });

  test('a handler that does not stop is left behind, and the pod recycled', async () => {
    await using endpoint = await openTestEndpoint();
    const handler: Handler = () => new Promise(() => {});
    await using worker = startTestWorker(endpoint, handler, { times: { deadlineSeconds: 0.02, graceMs: 20 } });
    const { body } = await endpoint.ask('/runsync', { input: INPUT });
    expect(body.output).toEqual({ status: 'error', error: 'Processing timed out after 0.02 seconds' });
    expect(await worker.end).toBe('refresh');
  });

  test('refresh_worker is no part of the result and ends the loop', async () => {
    await using endpoint = await openTestEndpoint();
    await using worker = startTestWorker(endpoint, async () => ({ status: 'success', refresh_worker: true }));
    const { body } = await endpoint.ask('/runsync', { input: INPUT });
    expect(body.output).toEqual({ status: 'success' });
    expect(await worker.end).toBe('refresh');
  });

  test('draining finishes the job at hand, and fails it when that takes too long', async () => {
    await using endpoint = await openTestEndpoint();
    const { promise, resolve } = Promise.withResolvers<void>();
    const patient = startTestWorker(endpoint, async () => {
      await promise;
      return { status: 'success' };
    });
    const first = (await endpoint.ask('/run', { input: INPUT })).body;
    await endpoint.until(first.id!, 'IN_PROGRESS');
    patient.drain();
    resolve();
    expect(await patient.end).toBe('drained');
    expect((await endpoint.ask(`/status/${first.id}`)).body.status).toBe('COMPLETED');

    const handler: Handler = (_input, _progress, signal) => untilAborted(signal);
    const hurried = startTestWorker(endpoint, handler, { times: { drainMs: 10 } });
    const second = (await endpoint.ask('/run', { input: INPUT })).body;
    await endpoint.until(second.id!, 'IN_PROGRESS');
    hurried.drain();
    expect(await hurried.end).toBe('drained');
    expect((await endpoint.ask(`/status/${second.id}`)).body).toMatchObject({
      status: 'FAILED',
      error: 'Worker was shut down before the job was done',
    });
    expect((await endpoint.ask(`/retry/${second.id}`, {})).body.status).toBe('IN_QUEUE');
  });

  test('several jobs run at a time, no more than allowed, and the heartbeat names them', async () => {
    await using endpoint = await openTestEndpoint();
    let most = 0;
    let now = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const handler: Handler = async () => {
      most = Math.max(most, ++now);
      if (now === 3) setTimeout(resolve, 80); // until a heartbeat has come
      await promise;
      now--;
      return { status: 'success' };
    };
    await using _worker = startTestWorker(endpoint, handler, { concurrency: 3 });
    const jobs = await Promise.all(Array.from({ length: 7 }, () => endpoint.ask('/runsync', { input: INPUT })));
    expect(jobs.map(({ body }) => body.status)).toEqual(Array(7).fill('COMPLETED'));
    expect(most).toBe(3);
    expect(
      endpoint.asked.some(({ url }) => /job-take-batch\/w1\?gpu=none&job_in_progress=0&batch_size=3/.test(url)),
    ).toBe(true);
    const ping = endpoint.asked.find(({ url }) => /\/ping\/w1\?job_id=[^&]*,[^&]*,[^&]*&runpod_version=/.test(url));
    expect(ping?.headers.authorization).toBe('worker-key');
  });

  test('an endpoint that is away or busy is asked again', async () => {
    let troubles = 0;
    await using endpoint = await openTestEndpoint({}, (app) => {
      app.addHook('onRequest', async (request, reply) => {
        if (!request.url.includes('/job-take/') || troubles >= 3) return;
        const status = [429, 500, 400][troubles++]!;
        await reply.code(status).send();
      });
    });
    await using _worker = startTestWorker(endpoint, avatarHandler(built));
    expect((await endpoint.ask('/runsync', { input: INPUT })).body.status).toBe('COMPLETED');
    expect(troubles).toBe(3);
  });
});
