import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { OratorError } from '@orator/core/base/errors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packAvatar } from '../avatars/avatar-archive.ts';
import { writeCoords } from '../avatars/pickle-writer.ts';
import { encodePng } from '../avatars/png.ts';
import { freePort, openTestServer, type TestServer } from '../net/test-server.ts';
import { TestService } from '../service/test-service.ts';
import { type AvatarInput, avatarHandler } from './avatar-job.ts';
import { CALLER_KEY, openTestEndpoint, startTestWorker, type TestEndpoint, type TestWorker } from './test-endpoint.ts';

const PICTURE = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));
const KEY = 'internal-key';
const FRAMES = 3;

/** One order at the worker of the endpoint: it waits there until the test says how it ends. */
interface Order {
  readonly input: AvatarInput;
  readonly signal: AbortSignal;
  tell(value: unknown): void;
  succeed(path?: string): void;
  fail(error: unknown): void;
}

/** A service that has its avatars built by an endpoint, and that endpoint with a worker that does as it is told. */
class Scene implements AsyncDisposable {
  readonly orders: Order[] = [];
  readonly endpoint: TestEndpoint;
  readonly results: TestServer;
  readonly folder: string;
  readonly port: number;
  worker!: TestWorker;
  service!: TestService;
  video = '';
  /** The most orders that were there at once. */
  most = 0;
  picture!: Uint8Array;

  private constructor(folder: string, port: number, endpoint: TestEndpoint, results: TestServer) {
    this.folder = folder;
    this.port = port;
    this.endpoint = endpoint;
    this.results = results;
  }

  static async open(): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), 'orator-remote-'));
    const tar = await avatarTar(join(folder, 'avatar'));
    const results = await openTestServer({
      '/avatar.tar': (response) => response.end(tar),
      '/broken.tar': (response) => response.end(tar.subarray(0, 2000)),
    });
    const scene = new Scene(folder, await freePort(), await openTestEndpoint(), results);
    let running = 0;
    const handler = avatarHandler(async (input, tell, signal) => {
      scene.most = Math.max(scene.most, ++running);
      const { promise, resolve, reject } = Promise.withResolvers<{ numFrames: number; uploadUrl: string }>();
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      const succeed = (path = '/avatar.tar') =>
        resolve({ numFrames: FRAMES, uploadUrl: `${results.origin}${path}?X=1` });
      scene.orders.push({ input, signal, tell, succeed, fail: reject });
      return promise.finally(() => running--);
    });
    scene.worker = startTestWorker(scene.endpoint, handler, { concurrency: 10 });
    scene.service = await TestService.start(scene.env);
    scene.picture = await readFile(PICTURE);
    scene.video = (await scene.service.upload(scene.picture, 'video.jpg')).body.id!;
    return scene;
  }

  get env(): Record<string, string> {
    return {
      ORATOR_DATA: join(this.folder, 'data'),
      ORATOR_PORT: String(this.port), // links lead there, after a crash too
      ORATOR_WORKERS: '0',
      ORATOR_JOBS_PER_KEY: '100',
      ORATOR_ALLOW_ADDRESSES: '127.0.0.1',
      ORATOR_INTERNAL_KEY: KEY,
      RUNPOD_ENDPOINT_ID: 'ep1',
      RUNPOD_API_KEY: CALLER_KEY,
      ORATOR_RUNPOD_URL: `${this.endpoint.origin}/v2`,
    };
  }

  /** Asks for an avatar; the job's id. */
  async ask(name: string): Promise<string> {
    const { status, body } = await this.service.ask('/api/v1/avatars', { body: { video: this.video, name } });
    expect(status).toBe(202);
    return body.id!;
  }

  /** What the internal endpoint says. */
  async look(path: string, init: { body?: unknown; headers?: Record<string, string> } = {}) {
    const headers = { authorization: `Bearer ${KEY}`, ...init.headers };
    return this.service.ask(`/api/v1/internal/avatar/jobs/${path}`, { ...init, headers });
  }

  /** The n-th order of an avatar that came to the worker, from 0. */
  async order(job: string, n = 0): Promise<Order> {
    const found = () => this.orders.filter(({ input }) => input.avatar_id === job)[n];
    await expect.poll(found, { timeout: 60_000 }).toBeDefined();
    return found()!;
  }

  /** How often the endpoint was asked to build. */
  get submissions(): number {
    return this.endpoint.asked.filter(({ url }) => url.includes('/runsync')).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service?.[Symbol.asyncDispose]();
    for (const { fail } of this.orders) fail(new OratorError('cancelled', 'The test is over.'));
    await this.worker?.[Symbol.asyncDispose]();
    await this.endpoint[Symbol.asyncDispose]();
    await this.results[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}

describe('avatars built by an endpoint', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open();
  }, 120_000);
  afterAll(() => scene?.[Symbol.asyncDispose]());

  test('are asked for as the requirement has it, followed, fetched and stored', async () => {
    const job = await scene.ask('woman-1');
    const { input, tell, succeed } = await scene.order(job);
    expect(input).toMatchObject({ avatar_id: job, model: 'wav2lip' });
    const link = new URL(input.video_url);
    const left = Number(link.searchParams.get('expires')) - Date.now() / 1000;
    expect(left).toBeGreaterThan(7100);
    expect(left).toBeLessThan(7201);
    const source = await fetch(link);
    expect(Buffer.from(await source.arrayBuffer()).equals(Buffer.from(scene.picture))).toBe(true);
    tell({ stage: 'faces', percent: 40 });
    await expect.poll(async () => (await scene.look(job)).body.progress, { timeout: 20_000 }).toBe(40);
    const { body: running } = await scene.look(job);
    expect(running).toEqual({
      job_id: job,
      avatar_id: job,
      model: 'wav2lip',
      status: 'processing',
      attempts: 1,
      max_retries: 3,
      progress: 40,
      runpod_job_id: expect.stringMatching(/^sync-.*-u1$/),
      upload_url: null,
      num_frames: null,
      error: null,
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    expect((await scene.look('status')).body).toEqual({
      running: 1,
      pending: 0,
      completed: 0,
      failed: 0,
      max_concurrent: 3,
    });
    succeed();
    const done = await scene.service.until(job, 'completed');
    expect(done.avatar).toMatchObject({ model: 'wav2lip', faceSize: 96, frames: FRAMES, width: 64, height: 48 });
    const { body } = await scene.look(job);
    expect(body).toMatchObject({ status: 'completed', progress: 100, num_frames: FRAMES, error: null });
    const tar = Buffer.from(await (await fetch(String(body.upload_url))).arrayBuffer());
    expect(tar.equals(await avatarTar(join(scene.folder, 'again')))).toBe(true);
    const stored = await fetch(scene.service.url + done.content);
    expect(stored.headers.get('content-disposition')).toContain('woman-1.tar');
  }, 90_000);

  test('are three at a time at most', async () => {
    const jobs = await Promise.all([1, 2, 3, 4, 5].map((n) => scene.ask(`many-${n}`)));
    const mine = () => scene.orders.filter(({ input }) => jobs.includes(input.avatar_id));
    await expect.poll(() => mine().length, { timeout: 60_000 }).toBe(3);
    await expect.poll(async () => (await scene.look('status')).body).toMatchObject({ running: 3, pending: 2 });
    mine()[0]!.succeed();
    await expect.poll(() => mine().length, { timeout: 60_000 }).toBe(4);
    for (const { succeed } of mine()) succeed();
    await expect.poll(() => mine().length, { timeout: 60_000 }).toBe(5);
    mine()[4]!.succeed();
    for (const job of jobs) await scene.service.until(job, 'completed');
    expect(scene.most).toBe(3);
  }, 180_000);

  test('that fail in passing are tried three times more, each time with a new link, and again when the internal endpoint says so', async () => {
    const job = await scene.ask('unlucky');
    const links: string[] = [];
    for (let n = 0; n < 4; n++) {
      const { input, fail } = await scene.order(job, n);
      links.push(input.video_url);
      if (n === 1) expect((await scene.look(job)).body.error).toBe('Worker crashed unexpectedly');
      fail(new Error('boom'));
    }
    const failed = await scene.service.until(job, 'failed');
    expect(failed).toMatchObject({ code: 'runpod/failed', message: 'Worker crashed unexpectedly', attempt: 4 });
    expect(new Set(links).size).toBe(4);
    const { body } = await scene.look(job);
    expect(body).toMatchObject({ status: 'failed', attempts: 4, error: 'Worker crashed unexpectedly' });
    const again = await scene.look(`${job}/retry`, { body: {} });
    expect(again).toMatchObject({ status: 202, body: { job_id: job, status: 'pending', attempts: 4, error: null } });
    expect(await scene.look(`${job}/retry`, { body: {} })).toMatchObject({
      status: 409,
      body: { code: 'job/not-possible' },
    });
    (await scene.order(job, 4)).succeed();
    await scene.service.until(job, 'completed');
    expect(await scene.look(`${job}/retry`, { body: {} })).toMatchObject({ status: 409 });
  }, 180_000);

  test.each([
    ['video/too-short', 'Video too short, minimum 3 seconds required'],
    ['video/too-long', 'Video too long, maximum 120 seconds allowed'],
    ['video/unsupported', 'Unsupported video format: gif'],
    ['face/not-found', 'No face detected in video'],
    ['face/several', 'Multiple faces detected, single face required'],
  ] as const)(
    'a training video that is refused (%s) is not tried again',
    async (code, message) => {
      const job = await scene.ask('refused');
      (await scene.order(job)).fail(new OratorError(code, message));
      expect(await scene.service.until(job, 'failed')).toMatchObject({ code, message, attempt: 1 });
      expect((await scene.look(job)).body.error).toBe(message);
    },
    60_000,
  );

  test('what is no avatar is made again', async () => {
    const job = await scene.ask('broken');
    (await scene.order(job)).succeed('/broken.tar');
    (await scene.order(job, 1)).succeed('/nowhere.tar');
    (await scene.order(job, 2)).succeed();
    expect((await scene.service.until(job, 'completed', 90)).attempt).toBe(3);
  }, 150_000);

  test('that are cancelled are cancelled there too', async () => {
    const job = await scene.ask('unwanted');
    const { signal } = await scene.order(job);
    await expect.poll(async () => (await scene.look(job)).body.runpod_job_id, { timeout: 20_000 }).not.toBeNull();
    await scene.service.ask(`/api/v1/jobs/${job}/cancel`, { body: {} });
    await expect.poll(() => signal.aborted, { timeout: 20_000 }).toBe(true);
    expect((await scene.look(job)).body.status).toBe('cancelled');
  }, 60_000);

  test('survive a kill and a restart of the service: the endpoint’s job is followed, and none is paid for twice', async () => {
    for (const end of ['SIGKILL', 'SIGTERM'] as const) {
      const before = scene.submissions;
      const job = await scene.ask(`survivor-${end.toLowerCase()}`);
      const { succeed, signal } = await scene.order(job);
      const remote = async () => (await scene.look(job)).body.runpod_job_id;
      await expect.poll(remote, { timeout: 20_000 }).not.toBeNull();
      const id = await remote();
      await scene.service.end(end);
      succeed(); // while nobody looks
      scene.service = await TestService.start(scene.env);
      const done = await scene.service.until(job, 'completed', 90);
      expect(done.attempt).toBe(2);
      expect([await remote(), signal.aborted, scene.submissions - before]).toEqual([id, false, 1]);
    }
  }, 240_000);

  test('are nobody’s business without the internal key', async () => {
    const job = await scene.ask('secret');
    const { succeed } = await scene.order(job);
    for (const authorization of ['', 'Bearer ', 'Bearer internal-kez', 'Bearer internal-key-and-more', KEY]) {
      for (const path of ['status', job, `${job}/retry`]) {
        const init = { headers: { authorization }, ...(path.endsWith('retry') ? { body: {} } : {}) };
        expect((await scene.look(path, init)).status, `${authorization} ${path}`).toBe(401);
      }
    }
    const byHeader = { headers: { authorization: '', 'x-api-key': KEY } };
    expect((await scene.look(job, byHeader)).status).toBe(200);
    for (const id of ['00000000-0000-0000-0000-000000000000', 'x%00y', '%27']) {
      expect(await scene.look(id), id).toMatchObject({ status: 404, body: { code: 'job/unknown' } });
      expect((await scene.look(`${id}/retry`, { body: {} })).status).toBe(404);
    }
    succeed();
    await scene.service.until(job, 'completed');
  }, 60_000);
});

test('a key with the scope "internal" opens the internal endpoints, others do not', async () => {
  const data = await mkdtemp(join(tmpdir(), 'orator-internal-'));
  await using service = await TestService.start({ ORATOR_DATA: data, ORATOR_AUTH: 'keys', ORATOR_WORKERS: '0' });
  const admin = /key {12}(ora_\S+)/.exec(service.said)![1]!;
  const as = (key: string) => ({ headers: { 'x-api-key': key } });
  const make = async (scope: string) =>
    String((await service.ask('/api/v1/keys', { body: { name: 'k', scopes: [scope] }, ...as(admin) })).body.key);
  const path = '/api/v1/internal/avatar/jobs/status';
  expect((await service.ask(path)).status).toBe(401);
  expect((await service.ask(path, as(await make('create')))).status).toBe(403);
  expect(await service.ask(path, as(await make('internal')))).toMatchObject({
    status: 200,
    body: { max_concurrent: 0 },
  });
}, 90_000);

test('an endpoint without its key stops the start with the name of the setting', async () => {
  const data = await mkdtemp(join(tmpdir(), 'orator-keyless-'));
  const env = { ORATOR_DATA: data, ORATOR_RUNPOD_ENDPOINT_ID: 'ep1' };
  await expect(TestService.start(env)).rejects.toThrow('ORATOR_RUNPOD_API_KEY');
}, 60_000);

/** A good avatar of a few frames. */
async function avatarTar(folder: string): Promise<Buffer> {
  const png = (width: number, height: number) =>
    encodePng({ width, height, pixels: new Uint8Array(width * height * 3).fill(90) });
  for (const [name, bytes] of [
    ['full_imgs', await png(64, 48)],
    ['face_imgs', await png(96, 96)],
  ] as const) {
    await mkdir(join(folder, name), { recursive: true });
    for (let n = 0; n < FRAMES; n++) await writeFile(join(folder, name, `0000000${n}.png`), bytes);
  }
  await writeFile(join(folder, 'coords.pkl'), writeCoords(Array.from({ length: FRAMES }, () => [4, 40, 8, 56])));
  return buffer(await packAvatar(folder));
}
