import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OratorClient } from '@orator/client/client';
import type { Asset, Job } from '@orator/client/schemas';
import { ServiceError } from '@orator/client/service-error';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestService } from './test-service.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const TEXT = 'Perhaps my mother brought a big basket of plums home.';

let data: string;
let service: TestService;
let client: OratorClient;
let picture: File;
let image: Asset;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-client-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_UPLOAD_MB: '1' });
  client = new OratorClient({ url: service.url });
  picture = new File([await readFile(join(FIXTURES, 'portrait.jpg'))], 'me.jpg', { type: 'image/jpeg' });
  image = await client.upload(picture);
}, 90_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

describe('the client makes a video', () => {
  test('by upload, order, events and download', async () => {
    const sent: number[] = [];
    const sound = await client.upload(new Blob([await readFile(join(FIXTURES, 'speech/hello.wav'))]), {
      name: 'hällo.wav',
      onProgress: ({ bytes, total }) => sent.push(bytes / total!),
    });
    expect(sound).toMatchObject({ type: 'audio/wav', name: 'hällo.wav' });
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(sent.at(-1)).toBe(1);
    const asked = await client.createVideo({ image: image.id, audio: sound.id });
    const states: Job[] = [];
    for await (const job of client.followJob(asked.id)) states.push(job);
    expect(states.some((job) => job.state === 'processing' && (job.progress?.frames ?? 0) > 0)).toBe(true);
    const done = states.at(-1)!;
    expect(done).toMatchObject({ state: 'completed', outcome: 'success', receipt: { engine: 'portrait' } });
    await expectWhole(client, assetOf(done));
    expect(await client.deleteAsset(assetOf(done))).toBeUndefined();
    await expect(client.download(assetOf(done))).rejects.toMatchObject({ code: 'asset/unknown', status: 404 });
  }, 120_000);

  test('over a connection that drops again and again: nothing twice, nothing missing', async () => {
    await using proxy = await openCuttingProxy(service.url);
    const cut = new OratorClient({ url: proxy.url });
    proxy.cuts = [0, 0]; // the service has done what was asked, and its answer is lost
    const asked = await cut.createVideo({ image: image.id, text: TEXT });
    expect(proxy.cuts).toEqual([]);
    const { jobs } = await client.listJobs({ limit: 200 });
    expect(jobs.filter((job) => job.createdAt >= asked.createdAt)).toHaveLength(1);

    proxy.cuts = [400, 600, 800];
    const states: string[] = [];
    const done = await cut.waitForJob(asked.id, { onState: (job) => states.push(JSON.stringify(job)) });
    expect(proxy.cuts).toEqual([]);
    expect(done.state).toBe('completed');
    expect(new Set(states).size).toBe(states.length);

    proxy.cuts = [9_000, 20_000];
    await expectWhole(cut, assetOf(done));
    expect(proxy.cuts).toEqual([]);
  }, 120_000);
});

test('the client sends a file in parts and asks how far it is', async () => {
  const bytes = await picture.bytes();
  const tusResumable = '1.0.0';
  let id = '';
  await client.beginUpload({
    tusResumable,
    uploadLength: String(bytes.length),
    onResponse: ({ headers }) => (id = headers.get('location')!.split('/').at(-1)!),
  });
  await client.continueUpload(id, new Blob([bytes.subarray(0, 1000)]), { tusResumable, uploadOffset: '0' });
  const { headers } = await client.getUploadOffset(id, { tusResumable });
  expect(headers.get('upload-offset')).toBe('1000');
  await client.continueUpload(id, new Blob([bytes.subarray(1000)]), { tusResumable, uploadOffset: '1000' });
  expect(await client.getAsset(id)).toMatchObject({ type: 'image/jpeg', bytes: bytes.length, sha256: image.sha256 });
  await expect(client.getUploadOffset('nobody', { tusResumable })).rejects.toMatchObject({ status: 404 });
});

describe('the client tells what is wrong', () => {
  test('with the code, the status, what to do and the id of the log', async () => {
    const thrown = await client
      .createVideo({ image: image.id, text: TEXT, fps: 900 }, { headers: { 'x-request-id': 'mine' } })
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(ServiceError);
    expect(thrown).toMatchObject({ code: 'request/invalid', status: 400, title: 'Bad Request', requestId: 'mine' });
    expect((thrown as ServiceError).message).toContain('fps');
  });

  test.each([
    ['a job that is not there', () => client.getJob('nobody/../x'), 'job/unknown', 404],
    ['events of a job that is not there', () => client.followJob('nobody').next(), 'job/unknown', 404],
    ['no media', () => client.upload(new Blob(['#EXTM3U\nfile:///etc/passwd\n'])), 'upload/unsupported', 415],
    ['too much', () => client.upload(endless('RIFF....WAVE', 2e6)), 'request/too-large', 413],
    [
      'an engine of later',
      () => client.createVideo({ image: image.id, text: 'A.', engine: 'sadtalker' }),
      'engine/unavailable',
      501,
    ],
    ['nobody at home', () => new OratorClient({ url: 'http://127.0.0.1:9', retries: 0 }).getLive(), 'network', 0],
  ])('%s', async (_, call, code, status) => {
    await expect(call()).rejects.toMatchObject({ name: 'ServiceError', code, status });
  });

  test('a job that failed, in its last state', async () => {
    const { default: sharp } = await import('sharp');
    const wall = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#88a' } })
      .png()
      .toBuffer();
    const { id } = await client.upload(new Blob([Uint8Array.from(wall)]), { name: 'wall.png' });
    const job = await client.createVideo({ image: id, text: TEXT });
    expect(await client.waitForJob(job.id)).toMatchObject({ state: 'failed', code: 'face/not-found' });
    expect(await client.retryJob(job.id)).toMatchObject({ state: 'pending' });
  }, 60_000);

  test('and stops when it is told to, with the reason it was given', async () => {
    const { id } = await client.createVideo({ image: image.id, text: `${TEXT} `.repeat(60) });
    const stop = new AbortController();
    const reason = new Error('enough');
    const waiting = client.waitForJob(id, { signal: stop.signal, onState: () => stop.abort(reason) });
    await expect(waiting).rejects.toBe(reason);
    expect(await client.cancelJob(id)).toMatchObject({ state: 'cancelled' });
    await expect(client.cancelJob(id)).rejects.toMatchObject({ code: 'job/not-possible', status: 409 });
  }, 60_000);
});

test('the client reads a page, a part of a file and a probe', async () => {
  const page = await client.listAssets({ limit: 1, kind: 'upload' });
  expect(page.assets).toHaveLength(1);
  const next = await client.listAssets({ limit: 1, kind: 'upload', after: page.next! });
  expect(next.assets[0]!.id).not.toBe(page.assets[0]!.id);
  const part = await client.getAssetContent(image.id, { download: '1' }, { range: 'bytes=0-2' });
  expect([part.status, part.headers.get('content-disposition')]).toEqual([206, 'attachment; filename="me.jpg"']);
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(Uint8Array.of(0xff, 0xd8, 0xff));
  const ready = () => client.getReady().catch(() => null); // 503 until the engine was loaded
  await expect.poll(ready, { timeout: 30_000 }).toMatchObject({ status: 'ready', checks: { database: 'ok' } });
});

/** The clip of a completed job. */
function assetOf(job: Job): string {
  if (job.state !== 'completed' || job.asset === null) throw new Error(`There is no clip: ${JSON.stringify(job)}`);
  return job.asset;
}

/** Fetches a file and compares it with what the service says of it. */
async function expectWhole(from: OratorClient, asset: string): Promise<void> {
  const progress: number[] = [];
  const file = await from.download(asset, { onProgress: ({ bytes }) => progress.push(bytes) });
  const { bytes, name, type, sha256 } = await client.getAsset(asset);
  expect([file.name, file.type, file.size, progress.at(-1)]).toEqual([name, type, bytes, bytes]);
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  expect(Buffer.from(digest).toString('hex')).toBe(sha256);
}

/** A stream of so many bytes that begins like a known file. */
function endless(start: string, bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    start: (controller) => controller.enqueue(Buffer.from(start)),
    pull(controller) {
      controller.enqueue(new Uint8Array(65_536));
      left -= 65_536;
      if (left <= 0) controller.close();
    },
  });
}

/** Passes everything on, but drops a connection once it has answered as many bytes as the next of `cuts` says. */
interface CuttingProxy extends AsyncDisposable {
  readonly url: string;
  cuts: number[];
}

async function openCuttingProxy(to: string): Promise<CuttingProxy> {
  const server = createServer((near) => {
    const far = connect(Number(new URL(to).port), '127.0.0.1');
    let answered = 0;
    far.on('data', (bytes: Buffer) => {
      const [most = Number.POSITIVE_INFINITY] = proxy.cuts;
      if (answered + bytes.length <= most) {
        answered += bytes.length;
        near.write(bytes);
        return;
      }
      proxy.cuts.shift();
      near.end(bytes.subarray(0, most - answered), () => near.destroy());
      far.destroy();
    });
    near.pipe(far);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const proxy: CuttingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: [],
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
  return proxy;
}
