import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { OratorError } from '@orator/core/base/errors';
import { describe, expect, test } from 'vitest';
import { avatarHandler, type Handler } from './avatar-job.ts';
import { type ClientTimes, type RunPodSettings, requestAvatar } from './client.ts';
import type { AvatarOrder } from './client-answer.ts';
import { CALLER_KEY, openTestEndpoint, startTestWorker, type TestEndpoint } from './test-endpoint.ts';

const NEVER = new AbortController().signal;
const VIDEO = 'http://127.0.0.1:9/v.mp4?X-Amz-Signature=secret';
const ORDER: AvatarOrder = {
  videoUrl: VIDEO,
  avatarId: 'a-1',
  s3Bucket: 'video-clone-avatars',
  s3Prefix: 'avatars/42',
};
const OUTPUT = { status: 'success', avatar_id: 'a-1', model: 'wav2lip', num_frames: 7, upload_url: 'https://s3/a?X=1' };
const FAST: Partial<ClientTimes> = { pollMs: 2, longestPollMs: 5, backoffMs: 2, longestBackoffMs: 10, cancelMs: 2000 };

const settingsOf = (origin: string, more: Partial<RunPodSettings> = {}): RunPodSettings => ({
  endpointId: 'ep1',
  apiKey: CALLER_KEY,
  baseUrl: `${origin}/v2`,
  times: FAST,
  ...more,
});
const ask = ({ origin }: TestEndpoint, more: Partial<RunPodSettings> = {}, signal = NEVER) =>
  requestAvatar(ORDER, settingsOf(origin, more), signal);

/** A RunPod that answers as it is told, the last answer for ever. */
async function openScript(
  ...answers: readonly (readonly [number, unknown, Record<string, string>?] | 'cut' | 'hang')[]
) {
  const asked: { readonly path: string; readonly key?: string; readonly body: string }[] = [];
  let next = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, url, headers } = request;
    asked.push({ path: `${method} ${url}`, key: headers.authorization, body: await text(request) });
    if (url!.includes('/cancel/')) return response.writeHead(200).end('{"id":"j","status":"CANCELLED"}');
    const one = answers[Math.min(next++, answers.length - 1)]!;
    if (one === 'cut') return request.socket.destroy();
    if (one === 'hang') return;
    const [status, body, more] = one;
    return response.writeHead(status, more).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const job = (status: string, more = {}) => [200, { id: 'j', status, ...more }] as const;

describe('an avatar from an endpoint', () => {
  test('is asked for with the body of the requirement, and its facts come back', async () => {
    await using script = await openScript(job('COMPLETED', { output: OUTPUT }));
    expect(await requestAvatar(ORDER, settingsOf(script.origin), NEVER)).toEqual({
      status: 'success',
      jobId: 'j',
      avatarId: 'a-1',
      model: 'wav2lip',
      numFrames: 7,
      uploadUrl: 'https://s3/a?X=1',
    });
    expect(script.asked).toHaveLength(1);
    expect(script.asked[0]).toMatchObject({ path: 'POST /v2/ep1/runsync', key: `Bearer ${CALLER_KEY}` });
    expect(JSON.parse(script.asked[0]!.body)).toEqual({
      input: {
        video_url: VIDEO,
        avatar_id: 'a-1',
        model: 'wav2lip',
        s3_bucket: 'video-clone-avatars',
        s3_prefix: 'avatars/42',
      },
    });
  });

  test('is waited for when /runsync answers early', async () => {
    await using endpoint = await openTestEndpoint({ waitMs: 20 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const handler: Handler = avatarHandler(async (_input, progress) => {
      progress({ stage: 'faces' });
      await promise;
      return { numFrames: 150, uploadUrl: 'https://s3.test/a.tar?X=1' };
    });
    await using _worker = startTestWorker(endpoint, handler);
    const progress: unknown[] = [];
    const jobs: string[] = [];
    const onProgress = (value: unknown) => {
      progress.push(value);
      resolve();
    };
    expect(await ask(endpoint, { onProgress, onJob: (id) => jobs.push(id) })).toMatchObject({
      status: 'success',
      numFrames: 150,
    });
    expect(progress[0]).toEqual({ stage: 'faces' });
    expect(jobs).toEqual([expect.stringMatching(/^sync-/)]);
  });

  test('an error of the worker is a result, word for word', async () => {
    await using endpoint = await openTestEndpoint();
    const handler: Handler = avatarHandler(async () => {
      throw new OratorError('video/too-short', 'Video too short, minimum 3 seconds required');
    });
    await using _worker = startTestWorker(endpoint, handler);
    expect(await ask(endpoint)).toEqual({
      status: 'error',
      jobId: expect.any(String),
      error: 'Video too short, minimum 3 seconds required',
    });
  });

  test.each([
    [job('FAILED', { error: 'Worker crashed unexpectedly' }), 'runpod/failed', 'Worker crashed unexpectedly'],
    [job('FAILED', { error: '{"error_type":"X","error_message":"Out of memory"}' }), 'runpod/failed', 'Out of memory'],
    [
      job('FAILED', { error: `GET ${VIDEO} with ${CALLER_KEY}` }),
      'runpod/failed',
      'GET http://127.0.0.1:9/v.mp4?… with …',
    ],
    [job('FAILED', { error: { a: 1 } }), 'runpod/failed', 'The worker failed and did not say why.'],
    [job('TIMED_OUT', { executionTime: 600_000 }), 'runpod/timed-out', 'Processing timed out after 600 seconds'],
    [job('TIMED_OUT'), 'runpod/timed-out', 'Processing timed out on RunPod'],
    [job('CANCELLED'), 'cancelled', 'The job was cancelled on RunPod.'],
    [job('COMPLETED'), 'runpod/failed', /without output/],
    [job('COMPLETED', { output: 'done' }), 'runpod/failed', /"output"/],
    [job('COMPLETED', { output: { ...OUTPUT, num_frames: '7' } }), 'runpod/failed', /"num_frames"/],
    [job('COMPLETED', { output: { ...OUTPUT, num_frames: 1.5 } }), 'runpod/failed', /"num_frames"/],
    [job('COMPLETED', { output: { ...OUTPUT, upload_url: 'file:///x' } }), 'runpod/failed', /"upload_url"/],
    [job('COMPLETED', { output: { ...OUTPUT, avatar_id: 'b' } }), 'runpod/failed', /another avatar/],
    [job('COMPLETED', { output: { status: 'error', error: 7 } }), 'runpod/failed', /"error"/],
    [[200, 'no json'], 'runpod/failed', /no job/],
    [[200, { status: 'COMPLETED' }], 'runpod/failed', /no job/],
    [[200, { id: '../../x', status: 'IN_QUEUE' }], 'runpod/failed', /no job/],
    [[401, {}], 'runpod/refused', /API key/],
    [[404, {}], 'runpod/refused', /no such endpoint/],
    [[400, {}], 'runpod/refused', /HTTP 400/],
    [[307, '', { location: 'http://127.0.0.2/' }], 'runpod/refused', /HTTP 307/],
    ['cut', 'runpod/unreachable', /connection to RunPod failed/],
  ] as const)('%j is %s', async (answer, code, message) => {
    await using script = await openScript(answer);
    const work = requestAvatar(ORDER, settingsOf(script.origin), NEVER);
    const error = await work.then(
      () => null,
      (thrown: unknown) => thrown as OratorError,
    );
    expect(error).toBeInstanceOf(OratorError);
    expect(error?.code).toBe(code);
    if (typeof message === 'string') expect(error?.message).toBe(message);
    else expect(error?.message).toMatch(message);
    expect(`${error?.stack}${JSON.stringify(error)}`).not.toMatch(/secret|caller-key/);
    expect(script.asked).toHaveLength(1);
  });

  test('survives limits, troubles and broken looks', async () => {
    await using script = await openScript(
      [429, {}, { 'retry-after': '0' }],
      [503, 'away'],
      job('IN_QUEUE'),
      [429, {}],
      'cut',
      [502, ''],
      job('IN_PROGRESS', { output: { percent: 5 } }),
      job('COMPLETED', { output: OUTPUT }),
    );
    expect(await requestAvatar(ORDER, settingsOf(script.origin), NEVER)).toMatchObject({ numFrames: 7 });
    expect(script.asked.map(({ path }) => path)).toEqual([
      ...Array<string>(3).fill('POST /v2/ep1/runsync'),
      ...Array<string>(5).fill('GET /v2/ep1/status/j'),
    ]);
  });

  test('a job that RunPod forgot has failed', async () => {
    await using script = await openScript(job('IN_PROGRESS'), [404, {}]);
    const work = requestAvatar(ORDER, settingsOf(script.origin), NEVER);
    await expect(work).rejects.toMatchObject({ code: 'runpod/failed', message: /any more/ });
  });

  test('is cancelled when its caller stops', async () => {
    await using endpoint = await openTestEndpoint({ waitMs: 20 });
    let stopped = false;
    const handler: Handler = (_input, _progress, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          stopped = true;
          reject(signal.reason as Error);
        });
      });
    await using worker = startTestWorker(endpoint, handler);
    const leave = new AbortController();
    const work = ask(endpoint, { onJob: () => leave.abort() }, leave.signal);
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => stopped).toBe(true);
    await expect.poll(() => worker.said).toContain('ended: cancelled');
  });

  test('is cancelled as soon as its id is known when its caller stops before', async () => {
    await using endpoint = await openTestEndpoint({ waitMs: 60 });
    const leave = new AbortController();
    const work = ask(endpoint, {}, leave.signal);
    await expect.poll(async () => (await endpoint.jobs.counts()).inQueue).toBe(1);
    leave.abort();
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    expect(await endpoint.jobs.counts()).toMatchObject({ inQueue: 0, inProgress: 0 });
  });

  test('is given up when the whole time is over', async () => {
    await using script = await openScript(job('IN_PROGRESS'));
    const work = requestAvatar(ORDER, settingsOf(script.origin, { timeoutSeconds: 0.1 }), NEVER);
    const message = 'Processing timed out after 0.1 seconds';
    await expect(work).rejects.toMatchObject({ code: 'runpod/timed-out', message });
    expect(script.asked.at(-1)!.path).toBe('POST /v2/ep1/cancel/j');
  });

  test('is given up when nothing answers', async () => {
    await using script = await openScript('hang');
    const settings = settingsOf(script.origin, { timeoutSeconds: 0.05, times: { ...FAST, cancelMs: 20 } });
    await expect(requestAvatar(ORDER, settings, NEVER)).rejects.toMatchObject({ code: 'runpod/timed-out' });
  });

  test.each([
    { ...ORDER, videoUrl: 'file:///etc/passwd' },
    { ...ORDER, avatarId: '../a' },
    { ...ORDER, s3Bucket: 'UPPER' },
    { ...ORDER, s3Prefix: 'a/../b' },
  ])('a bad order is not sent: %#', async (order) => {
    await using script = await openScript(job('COMPLETED'));
    const work = requestAvatar(order, settingsOf(script.origin), NEVER);
    await expect(work).rejects.toMatchObject({ code: 'request/invalid' });
    expect(script.asked).toHaveLength(0);
  });
});
