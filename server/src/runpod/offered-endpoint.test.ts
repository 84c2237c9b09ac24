import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { extractAvatar } from '../avatars/avatar-archive.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { freePort } from '../net/test-server.ts';
import { type Answer, TestService } from '../service/test-service.ts';
import { openTestS3 } from '../storage/test-s3.ts';

const PICTURE = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));
const WORKER_KEY = 'internal-key';
const INPUT = { avatar_id: 'test-avatar-001', model: 'wav2lip' };

let folder: string;
let video: Buffer;
/** Where the training video is. */
let source: string;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-offered-'));
  closing.defer(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'video.mp4');
  const { path: ffmpeg } = await findFfmpeg({ path: process.env.PATH ?? '' });
  const still = ['-loop', '1', '-framerate', '25', '-i', PICTURE, '-t', '3.2'];
  const options = ['-vf', 'scale=480:-2', '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  await promisify(execFile)(ffmpeg, ['-v', 'error', ...still, ...options, path]);
  video = await readFile(path);
  const videos = createServer((_, response) => response.writeHead(200, { 'content-type': 'video/mp4' }).end(video));
  await once(videos.listen(0, '127.0.0.1'), 'listening');
  closing.defer(() => void videos.close());
  source = `http://127.0.0.1:${(videos.address() as AddressInfo).port}/video.mp4?X-Amz-Signature=secret`;
}, 60_000);
afterAll(() => closing.disposeAsync());

/** Waits until something is so; vitest's own way knows one test at a time. */
const settled = (isSo: () => boolean | Promise<boolean>, seconds: number, what: string) =>
  vi.waitFor(
    async () => {
      if (!(await isSo())) throw new Error(`Waited ${seconds} s for ${what}.`);
    },
    { timeout: seconds * 1000, interval: 200 },
  );

/** An endpoint of `orator serve --runpod`, for its callers. */
class Offered implements AsyncDisposable {
  readonly #env: Readonly<Record<string, string>>;
  service: TestService;
  key = 'none';

  private constructor(env: Readonly<Record<string, string>>, service: TestService) {
    this.#env = env;
    this.service = service;
  }

  static async start(name: string, more: Readonly<Record<string, string>>): Promise<Offered> {
    const env = {
      ORATOR_DATA: join(folder, name),
      ORATOR_PORT: String(await freePort()),
      ORATOR_ALLOW_ADDRESSES: '127.0.0.1',
      ...more,
    };
    const offered = new Offered(env, await TestService.start(env, '--runpod'));
    offered.key = /key {12}(ora_\S+)/.exec(offered.service.said)?.[1] ?? 'none';
    return offered;
  }

  get url(): string {
    return `${this.service.url}/v2/orator`;
  }

  async ask(path: string, body?: unknown, key = this.key) {
    return this.service.ask(`/v2/orator${path}`, { body, headers: { authorization: `Bearer ${key}` } });
  }

  async until(id: string, status: string, seconds = 120): Promise<Answer> {
    const look = async () => (await this.ask(`/status/${id}`)).body;
    await settled(async () => (await look()).status === status, seconds, `job ${id} to be ${status}`);
    return look();
  }

  /** Ends the service and starts it again on the same data, at the same address. */
  async again(signal: NodeJS.Signals): Promise<void> {
    await this.service.end(signal);
    this.service = await TestService.start(this.#env, '--runpod');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]();
  }
}

/** Each has services of its own, and most of its time waits for one that was killed to be missed. */
describe.concurrent('orator serve --runpod', () => {
  test('builds by itself, hands its work back when told to stop, and goes on after a crash', async () => {
    await using offered = await Offered.start('alone', {});
    for (const path of ['health', 'purge-queue', 'job-take/w1']) {
      const method = path === 'purge-queue' ? 'POST' : 'GET';
      const fromPage = await fetch(`${offered.url}/${path}`, { method, headers: { origin: 'https://elsewhere.test' } });
      expect(fromPage.status).toBe(403);
    }
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const { id } = (await offered.ask('/run', { input: { ...INPUT, video_url: source, s3_prefix: 'avatars/42' } }))
        .body;
      await offered.until(id!, 'IN_PROGRESS');
      await offered.again(signal);
      // A killed worker is missed for 30 s.
      const done = (await offered.until(id!, 'COMPLETED')) as unknown as { output: Record<string, string> };
      expect(done.output).toMatchObject({ status: 'success', ...INPUT, num_frames: 80 });
      const link = new URL(done.output.upload_url!);
      expect(link.pathname).toBe('/files/endpoint/avatars/42/test-avatar-001.tar');
      const tar = await fetch(link);
      const facts = await extractAvatar(tar.body!, join(folder, `alone-${signal}`), new AbortController().signal);
      expect(facts).toMatchObject({ model: 'wav2lip', frames: 80, faceSize: 96 });
    }
  }, 300_000);

  test('lets in who has a key, shows nobody another’s jobs, and gives jobs to none but workers', async () => {
    await using offered = await Offered.start('guarded', {
      ORATOR_AUTH: 'keys',
      ORATOR_WORKERS: '0',
      ORATOR_INTERNAL_KEY: WORKER_KEY,
      ORATOR_RUNPOD_SERVED_ID: 'orator',
    });
    const make = async (scopes: string[]) =>
      String(
        (
          await offered.service.ask('/api/v1/keys', {
            body: { name: 'k', scopes },
            headers: { 'x-api-key': offered.key },
          })
        ).body.key,
      );
    const [ann, bob, reader, pod] = [
      await make(['create']),
      await make(['create']),
      await make(['read']),
      await make(['internal']),
    ];
    const order = { input: { ...INPUT, video_url: source } };
    expect((await offered.ask('/run', order, 'ora_wrong')).status).toBe(401);
    expect((await offered.ask('/run', order, reader)).status).toBe(403);
    const { id } = (await offered.ask('/run', order, ann)).body;
    for (const [path, body] of [['status'], ['stream'], ['cancel', {}], ['retry', {}]] as const) {
      expect((await offered.ask(`/${path}/${id}`, body, bob)).status).toBe(404);
    }
    expect((await offered.ask('/purge-queue', {}, bob)).body).toEqual({ removed: 0, status: 'completed' });
    const take = (authorization: string) =>
      fetch(`${offered.url}/job-take/w1?gpu=none`, { headers: { authorization } });
    for (const key of ['', ann, 'internal-kez']) expect((await take(key)).status).toBeGreaterThan(400);
    const taken = (await (await take(pod)).json()) as { id: string };
    expect(taken.id).toBe(id);
    expect((await offered.ask(`/cancel/${id}`, {}, ann)).body.status).toBe('CANCELLED');
    const log = await readFile(join(folder, 'guarded', 'logs', 'latest.json'), 'utf8');
    expect(log).not.toMatch(/secret|internal-key/);
  }, 120_000);

  test('a webhook that nobody told before a crash is told after it', async () => {
    const heard: string[] = [];
    let answer = false;
    const hook = createServer(async (request, response) => {
      heard.push(await text(request));
      if (answer) response.end(); // before that, whoever tells waits
    });
    await once(hook.listen(0, '127.0.0.1'), 'listening');
    try {
      await using offered = await Offered.start('telling', { ORATOR_WORKERS: '0' });
      const webhook = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
      const { id } = (await offered.ask('/run', { input: INPUT, webhook })).body;
      await offered.ask(`/cancel/${id}`, {});
      await settled(() => heard.length === 1, 30, 'the first delivery');
      answer = true;
      await offered.again('SIGKILL');
      await settled(() => heard.length === 2, 90, 'the second delivery');
      expect(JSON.parse(heard[1]!)).toMatchObject({ id, status: 'CANCELLED' });
    } finally {
      hook.closeAllConnections();
      hook.close();
    }
  }, 180_000);

  test('a backend, an endpoint and a pod’s worker make an avatar together, whoever of them is killed on the way', async () => {
    await using s3 = await openTestS3(join(folder, 'buckets'), 'avatars');
    await using offered = await Offered.start('endpoint', {
      ORATOR_AUTH: 'keys',
      ORATOR_WORKERS: '0',
      ORATOR_INTERNAL_KEY: WORKER_KEY,
    });
    const startPod = () =>
      TestService.startWorker(
        {
          ORATOR_DATA: join(folder, 'pod'),
          ORATOR_ALLOW_ADDRESSES: '127.0.0.1',
          ORATOR_INTERNAL_KEY: WORKER_KEY,
          ...s3.settings,
        },
        '--runpod',
        '--endpoint',
        offered.url,
      );
    const env = {
      ORATOR_DATA: join(folder, 'backend'),
      ORATOR_PORT: String(await freePort()),
      ORATOR_ALLOW_ADDRESSES: '127.0.0.1',
      ORATOR_RUNPOD_URL: `${offered.service.url}/v2`,
      ORATOR_RUNPOD_ENDPOINT_ID: 'orator',
      ORATOR_RUNPOD_API_KEY: offered.key,
    };
    await using first = await TestService.start(env);
    const upload = (await first.upload(video, 'woman.mp4')).body;
    const body = { video: upload.id, name: 'woman-1', faceSize: 256 };
    const { id } = (await first.ask('/api/v1/avatars', { body })).body;
    const look = async (at: TestService) => (await at.ask(`/api/v1/internal/avatar/jobs/${id}`)).body;
    await settled(async () => (await look(first)).runpod_job_id !== null, 60, 'the job to be sent');
    const remote = String((await look(first)).runpod_job_id);

    await using lost = await startPod();
    await offered.until(remote, 'IN_PROGRESS');
    await lost.end('SIGKILL');
    await first.end('SIGKILL');
    await offered.again('SIGKILL');
    await using backend = await TestService.start(env);
    await using _pod = await startPod();

    const done = (await backend.until(id!, 'completed', 180)) as unknown as { avatar: object; content: string };
    expect(done.avatar).toEqual({
      model: 'wav2lip',
      faceSize: 256,
      frames: 80,
      width: 480,
      height: expect.any(Number),
    });
    const tar = await fetch(backend.url + done.content);
    const facts = await extractAvatar(tar.body!, join(folder, 'made'), new AbortController().signal);
    expect(facts).toEqual(done.avatar);
    expect(await look(backend)).toMatchObject({ status: 'completed', runpod_job_id: remote, num_frames: 80 });
    expect((await offered.ask('/health')).body.jobs).toMatchObject({ completed: 1, inQueue: 0, inProgress: 0 });
  }, 400_000);
});
