import { once } from 'node:events';
import { existsSync, openAsBlob } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Job } from '@orator/client/schemas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extractAvatar } from '../avatars/avatar-archive.ts';
import { signDelivery } from '../jobs/webhooks.ts';
import { cutVideo } from '../media/test-video.ts';
import { TestService } from './test-service.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const TEXT = 'Perhaps my mother brought a big basket of plums home.';

let data: string;
let service: TestService;
let picture: Uint8Array;
let image: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-service-'));
  service = await TestService.start({ ORATOR_DATA: data });
  picture = await readFile(join(FIXTURES, 'portrait.jpg'));
  image = (await service.upload(picture, 'me.jpg')).body.id!;
}, 90_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

const order = (more: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  service.ask('/api/v1/videos', { body: { image, text: TEXT, ...more }, headers });

describe('a video over HTTP', () => {
  test('is made from an upload, tells how far it is, and is fetched whole, in parts and by a link', async () => {
    const client = service.client();
    const sound = await client.upload(await openAsBlob(join(FIXTURES, 'speech/hello.wav')), { name: 'hello.wav' });
    expect(sound).toMatchObject({ type: 'audio/wav', name: 'hello.wav' });
    const statuses: number[] = [];
    const onResponse = ({ status }: Response) => statuses.push(status);
    const job = await client.createVideo({ image, audio: sound.id }, { onResponse });
    expect(statuses).toEqual([202]);
    const views: Job[] = [];
    for await (const view of client.streamJob(job.id)) views.push(view);
    const speeds = views.map((view) => (view.state === 'processing' && view.progress?.frames ? view.progress.fps : 0));
    expect(speeds.some((fps) => fps! > 0)).toBe(true);
    const done = completed(views.at(-1)!);
    expect(done).toMatchObject({ outcome: 'success', attempt: 1, receipt: { engine: 'portrait' } });
    const clip = new Uint8Array(await (await fetch(service.url + done.content)).arrayBuffer());
    expect(Buffer.from(clip.subarray(4, 8)).toString()).toBe('ftyp');
    const part = await client.getAssetContent(done.asset!, {}, { range: 'bytes=10-19' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${clip.length}`]);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(clip.slice(10, 20));
    const etag = part.headers.get('etag')!;
    const ask = async (headers: Record<string, string>) =>
      (await fetch(service.url + done.content, { headers })).status;
    expect(await ask({ 'if-none-match': `"other", W/${etag}` })).toBe(304);
    expect(await ask({ 'if-none-match': '"other"' })).toBe(200);
    expect(await ask({ range: 'bytes=0-9', 'if-range': etag })).toBe(206);
    expect(await ask({ range: 'bytes=0-9', 'if-range': '"other"' })).toBe(200);
    const beyond = client.getAssetContent(done.asset!, {}, { range: `bytes=${clip.length}-` });
    await expect(beyond).rejects.toMatchObject({ status: 416, code: 'request/range' });
    const linked = new URL((await client.linkAsset(done.asset!)).url);
    const fetched = await fetch(service.url + linked.pathname + linked.search);
    expect((await fetched.arrayBuffer()).byteLength).toBe(clip.length);
    linked.searchParams.set('expires', '99999999999');
    expect((await fetch(service.url + linked.pathname + linked.search)).status).toBe(403);
    await client.deleteAsset(done.asset!, { onResponse });
    expect(statuses.at(-1)).toBe(204);
    expect((await fetch(service.url + done.content)).status).toBe(404);
  }, 120_000);

  test('that is asked for twice with one idempotency key is made once, also when its upload is gone', async () => {
    const { id: photo } = (await service.upload(await readFile(join(FIXTURES, 'portrait.jpg')), 'me.jpg')).body;
    const first = await order({ image: photo, text: 'Twice.' }, { 'idempotency-key': 'once' });
    await service.until(first.body.id!, 'completed');
    await service.client().deleteAsset(String(photo));
    const again = await order({ image: photo, text: 'Twice.' }, { 'idempotency-key': 'once' });
    expect([first.status, again.status, again.body.id]).toEqual([202, 200, first.body.id]);
    const other = await order({ text: 'Thrice.' }, { 'idempotency-key': 'once' });
    expect(other).toMatchObject({ status: 409, body: { code: 'request/conflict' } });
  }, 90_000);

  test('that cannot be made fails with its cause, without another try', async () => {
    const stones = (await service.upload(await blankPicture(), 'wall.png')).body;
    const { body } = await order({ image: stones.id });
    expect(await service.until(body.id!, 'failed')).toMatchObject({ code: 'face/not-found', attempt: 1 });
  }, 60_000);

  test('that is cancelled stops, and leaves nothing behind', async () => {
    const { body } = await order({ text: `${TEXT} `.repeat(60) });
    await service.until(body.id!, 'processing');
    const cancelled = await service.ask(`/api/v1/jobs/${body.id}/cancel`, { body: {} });
    expect(cancelled.body.state).toBe('cancelled');
    await expect.poll(async () => (await scratchOf(data)).length, { timeout: 15_000 }).toBe(0);
    const again = await service.ask(`/api/v1/jobs/${body.id}/cancel`, { body: {} });
    expect(again).toMatchObject({ status: 409, body: { code: 'job/not-possible' } });
  }, 60_000);
});

const TRAINING = join(
  resolve(process.env.ORATOR_TESTDATA ?? fileURLToPath(new URL('../../../../shared/testdata', import.meta.url))),
  'video/talk_woman_seated_720x1280.mp4',
);
describe.skipIf(!existsSync(TRAINING))(
  `an avatar over HTTP${existsSync(TRAINING) ? '' : ' (no ORATOR_TESTDATA)'}`,
  () => {
    test('is built from a training video and is a TAR that can be read again', async () => {
      const client = service.client();
      const path = join(data, 'woman.mp4');
      await cutVideo(TRAINING, 4, path);
      const video = await client.upload(await openAsBlob(path), { name: 'woman.mp4' });
      const job = await client.createAvatar({ video: video.id, name: 'woman-1', faceSize: 256 });
      const done = completed(await client.waitForJob(job.id));
      expect(done.avatar).toMatchObject({ model: 'wav2lip', faceSize: 256, width: 720, height: 1280 });
      const tar = await client.getAssetContent(done.asset!);
      expect(tar.headers.get('content-disposition')).toContain('woman-1.tar');
      const folder = join(data, 'read-again');
      const facts = await extractAvatar(tar.body!, folder, new AbortController().signal);
      expect(facts).toMatchObject({ model: 'wav2lip', frames: done.avatar!.frames });
    }, 200_000);

    test('of a name with folders is refused', async () => {
      const answer = await service.ask('/api/v1/avatars', { body: { video: image, name: '../x' } });
      expect(answer).toMatchObject({ status: 400, body: { code: 'request/invalid' } });
    });
  },
);

describe('a wrong request', () => {
  test.each([
    ['an option out of range', { fps: 900 }, 400, 'request/invalid'],
    ['an unknown option', { colour: 'red' }, 400, 'request/invalid'],
    ['a picture that is not there', { image: 'nobody' }, 404, 'asset/unknown'],
    ['nothing to say', { text: ' ' }, 400, 'request/invalid'],
    ['an engine that is not here yet', { engine: 'sadtalker' }, 501, 'engine/unavailable'],
    ['an engine whose weights are not here', { engine: 'wav2lip' }, 503, 'model/missing'],
    ['an emotion nobody has', { emotion: 'sleepy' }, 400, 'request/invalid'],
  ])('%s is refused', async (_, more, status, code) => {
    const answer = await order(more);
    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body.instance).toBe(answer.headers.get('x-request-id'));
  });

  test.each([
    ['a text', Buffer.from('#EXTM3U\nfile:///etc/passwd\n')],
    ['a script for ffmpeg', Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\n")],
    ['a web page', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
    ['nothing', Buffer.alloc(0)],
  ])('%s instead of media is refused', async (_, bytes) => {
    expect(await service.upload(bytes, '../../me.mp4')).toMatchObject({
      status: 415,
      body: { code: 'upload/unsupported' },
    });
  });

  test('a name with folders is only a name', async () => {
    expect((await service.upload(picture, '../..\\etc/pass\u0000wd.jpg')).body.name).toBe('passwd.jpg');
  });

  test('no form, no JSON, no route', async () => {
    expect((await service.ask('/api/v1/uploads', { body: { a: 1 } })).status).toBe(400);
    const garbled = await fetch(`${service.url}/api/v1/videos`, {
      method: 'POST',
      body: '{"image":',
      headers: { 'content-type': 'application/json' },
    });
    const { code } = (await garbled.json()) as { code: string };
    expect([garbled.status, code]).toEqual([400, 'request/invalid']);
    expect(await service.ask('/api/v1/nowhere')).toMatchObject({ status: 404, body: { code: 'request/unknown' } });
    expect(await service.ask('/api/v1/jobs?after=x')).toMatchObject({ status: 400 });
  });
});

test('lists go page by page, newest first', async () => {
  const client = service.client();
  const first = await client.listJobs({ limit: 2 });
  expect(first.jobs).toHaveLength(2);
  const second = await client.listJobs({ limit: 2, after: first.next! });
  expect(second.jobs.map(({ id }) => id)).not.toContain(first.jobs[1]!.id);
  const failed = (await service.ask('/api/v1/jobs?state=failed')).body as unknown as { jobs: { state: string }[] };
  expect(failed.jobs.map(({ state }) => state)).toEqual(['failed']);
});

test('health, documents and figures are there without anything from outside', async () => {
  await expect.poll(async () => (await service.ask('/api/v1/ready')).status, { timeout: 30_000 }).toBe(200);
  expect((await service.ask('/api/v1/ready')).body.checks).toMatchObject({ database: 'ok', engine: 'ok' });
  expect((await service.ask('/api/v1/health')).body).toMatchObject({ status: 'healthy', engines: ['portrait'] });
  expect((await service.ask('/api/v1/live')).status).toBe(200);
  expect((await service.ask('/api/v1/gpu-info')).body).toHaveProperty('available');
  const openapi = (await service.ask('/openapi.json')).body as unknown as { openapi: string; paths: object };
  expect(openapi.openapi).toBe('3.1.0');
  expect(Object.keys(openapi.paths)).toEqual(expect.arrayContaining(['/api/v1/videos', '/api/v1/jobs/{id}/events']));
  for (const page of ['/docs/', '/redoc', '/redoc/redoc.js', '/metrics']) {
    const response = await fetch(service.url + page);
    expect(response.status, page).toBe(200);
    if (page !== '/redoc/redoc.js') expect(await response.text()).not.toMatch(/(?:src|href)="https?:/);
  }
});

test('weights are listed, with what is here of them', async () => {
  const look = async () => (await service.client().listModels()).models.find(({ name }) => name === 'wav2lip')!;
  expect(await look()).toMatchObject({ engine: 'wav2lip', installed: false, size_bytes: null, path_ok: false });
  expect((await look()).licence).toMatch(/non-commercial/);
  const folder = join(data, 'models', 'wav2lip');
  await mkdir(folder, { recursive: true });
  const facts = { file: 'wav2lip.pth', bytes: 5, sha256: 'x', source: 'file', pinned: false };
  await writeFile(join(folder, 'record.json'), JSON.stringify({ ...facts, pulledAt: new Date().toISOString() }));
  await writeFile(join(folder, 'wav2lip.pth'), '1234');
  expect(await look()).toMatchObject({ installed: true, size_bytes: 5, path_ok: false });
  await writeFile(join(folder, 'wav2lip.pth'), '12345');
  expect(await look()).toMatchObject({ installed: true, path_ok: true });
});

test('a second opener of the data folder is refused', async () => {
  await expect(TestService.start({ ORATOR_DATA: data })).rejects.toThrow('data/locked');
});

test('a job survives a crash of the service and is published once', async () => {
  const { body } = await order({ text: `${TEXT} `.repeat(4) });
  await service.until(body.id!, 'processing');
  service = await service.crash();
  const done = await service.until(body.id!, 'completed', 90);
  expect(done.attempt).toBe(2);
  const { assets } = await service.client().listAssets({ kind: 'clip' });
  expect(assets.filter(({ name }) => name.startsWith(body.id!))).toHaveLength(1);
}, 150_000);

test('told to stop, it hands its work back and leaves; the next one finishes it', async () => {
  const { body } = await order({ text: `${TEXT} `.repeat(8) });
  await service.until(body.id!, 'processing');
  expect(await service.end('SIGTERM')).toBe(0);
  expect(existsSync(join(data, 'lock'))).toBe(false);
  service = await TestService.start({ ORATOR_DATA: data });
  expect((await service.until(body.id!, 'completed', 90)).attempt).toBe(2);
}, 150_000);

test('where keys are needed, nobody comes in without one, and nobody sees what another has', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orator-keys-'));
  await using guarded = await TestService.start({ ORATOR_DATA: folder, ORATOR_AUTH: 'keys', ORATOR_WORKERS: '0' });
  const admin = /key {12}(ora_\S+)/.exec(guarded.said)![1]!;
  const as = (key: string) => ({ authorization: `Bearer ${key}` });
  expect(await guarded.ask('/api/v1/jobs')).toMatchObject({ status: 401, body: { code: 'key/missing' } });
  expect((await guarded.ask('/api/v1/jobs', { headers: as('ora_wrong') })).status).toBe(401);
  const { paths } = (await guarded.ask('/openapi.json')).body as unknown as { paths: Paths };
  const open: string[] = [];
  for (const [path, methods] of [...Object.entries(paths), ['/metrics', { get: {} }] as const]) {
    for (const [method, { security }] of Object.entries(methods)) {
      const { status } = await guarded.ask(path.replaceAll(/\{\w+\}/g, 'x'), { method: method.toUpperCase() });
      if (status === 401 && !security) continue;
      expect([path, security]).toEqual([path, []]);
      if (status === 200) open.push(path);
      else expect(path).toMatch(/sign-(in|out)$/); // with a key in the body, and without anything to forget
    }
  }
  expect(open.toSorted()).toEqual(['/api/v1/health', '/api/v1/live', '/api/v1/ready', '/api/v1/sign-in']);
  const make = async (scopes: string[]) =>
    (await guarded.ask('/api/v1/keys', { body: { name: 'k', scopes }, headers: as(admin) })).body;
  const [ann, bob] = [await make(['read', 'create']), await make(['read'])];
  expect(await guarded.ask('/api/v1/keys', { headers: as(ann.key!) })).toMatchObject({ status: 403 });
  const upload = (await guarded.upload(picture, 'a.jpg', as(ann.key!))).body;
  expect((await guarded.upload(picture, 'a.jpg', as(bob.key!))).status).toBe(403);
  expect((await guarded.ask(`/api/v1/assets/${upload.id}`, { headers: as(bob.key!) })).status).toBe(404);
  expect((await guarded.ask(`/api/v1/assets/${upload.id}`, { headers: { 'x-api-key': ann.key! } })).status).toBe(200);
  const narrow = await guarded.ask('/api/v1/keys', {
    body: { name: 'narrow', limits: { requestsPerMinute: 4, storedBytes: 1.5 * picture.length, secondsPerDay: 60 } },
    headers: as(admin),
  });
  const { id: own } = (await guarded.upload(picture, 'a.jpg', as(narrow.body.key!))).body;
  const more = await guarded.upload(picture, 'b.jpg', as(narrow.body.key!));
  expect(more).toMatchObject({
    status: 429,
    body: { code: 'limit/reached', detail: expect.stringContaining('Delete some first') },
  });
  expect((await guarded.ask(`/api/v1/assets/${own}`, { method: 'DELETE', headers: as(narrow.body.key!) })).status).toBe(
    204,
  );
  expect((await guarded.upload(picture, 'b.jpg', as(narrow.body.key!))).status).toBe(201);
  const fifth = await guarded.ask('/api/v1/jobs', { headers: as(narrow.body.key!) });
  expect(fifth).toMatchObject({ status: 429, body: { code: 'limit/reached' } });
  const seconds = /again in (\d+) seconds/.exec(fifth.body.detail!)?.[1] ?? '60'; // or "1 minute"
  expect(fifth.headers.get('retry-after')).toBe(seconds);
  expect((await guarded.ask('/api/v1/jobs', { headers: as(ann.key!) })).status).toBe(200);
  expect((await guarded.ask(`/api/v1/keys/${ann.id}`, { method: 'DELETE', headers: as(admin) })).status).toBe(204);
  expect((await guarded.ask(`/api/v1/assets/${upload.id}`, { headers: as(ann.key!) })).status).toBe(401);
  const log = await readFile(join(folder, 'logs', 'latest.json'), 'utf8');
  expect(log).not.toContain(admin);
}, 90_000);

test('who asks is told when a job is over, signed, again until it is taken, and never at a private address', async () => {
  const heard: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  await using listener = await listen(async (request, response) => {
    const body = await text(request);
    heard.push({ headers: request.headers, body });
    response.writeHead(heard.length === 1 ? 500 : 204).end();
  });
  for (const webhook of ['http://169.254.169.254/', 'http://[::1]:9/', 'http://0x7f.1/', `${listener.url}/blocked`]) {
    const refused = await order({ text: 'One.', webhook });
    expect(refused).toMatchObject({ status: 422, body: { code: 'source/blocked' } });
  }
  const webhook = `${listener.url.replace('127.0.0.1', 'localhost')}/blocked`; // a name is looked up when it is told
  const blocked = await order({ text: 'One.', webhook });
  await service.until(blocked.body.id!, 'completed');
  const told = (from: TestService) => from.client().listDeliveries();
  await expect
    .poll(async () => (await told(service)).deliveries[0]?.lastError, { timeout: 15_000 })
    .toMatch('source/blocked');
  expect(heard).toEqual([]);

  await using open = await TestService.start({
    ORATOR_DATA: await mkdtemp(join(tmpdir(), 'orator-hooks-')),
    ORATOR_ALLOW_ADDRESSES: '127.0.0.1',
    ORATOR_WORKERS: '0',
  });
  const { id } = (await open.upload(picture, 'me.jpg')).body;
  const job = (await open.ask('/api/v1/videos', { body: { image: id, text: 'Two.', webhook: `${listener.url}/open` } }))
    .body;
  await open.ask(`/api/v1/jobs/${job.id}/cancel`, { body: {} });
  await expect.poll(async () => (await told(open)).deliveries[0]?.deliveredAt, { timeout: 40_000 }).toBeTruthy();
  const [first, second] = heard;
  expect(heard).toHaveLength(2);
  expect(second!.body).toBe(first!.body);
  expect(JSON.parse(second!.body)).toMatchObject({ type: 'job.cancelled', data: { id: job.id, state: 'cancelled' } });
  const { secret } = (await open.ask('/api/v1/webhooks/secret')).body;
  const { 'webhook-id': message, 'webhook-timestamp': seconds, 'webhook-signature': signature } = second!.headers;
  expect(signDelivery(secret!, String(message), second!.body, Number(seconds))['webhook-signature']).toBe(signature);
  expect((await open.ask(`/api/v1/webhooks/${message}/replay`, { body: {} })).status).toBe(202);
  await expect.poll(() => heard.length, { timeout: 15_000 }).toBe(3);
}, 120_000);

test('the log has the fields that were asked for, one id from the request to the job, and no words of the text', async () => {
  const { headers, body } = await order({ text: 'Rhubarb.' }, { 'x-request-id': 'my-own-id' });
  expect(headers.get('x-request-id')).toBe('my-own-id');
  await service.until(body.id!, 'completed');
  const lines = (await readFile(join(data, 'logs', 'latest.json'), 'utf8')).trim().split('\n');
  const all = lines.map((line) => JSON.parse(line)).filter(({ correlation_id }) => correlation_id === 'my-own-id');
  const mine = all.filter(({ component }) => component === 'jobs');
  expect(mine.map(({ message }) => message)).toEqual([
    'job started',
    'job ended',
    expect.stringContaining('ACTUAL PORTRAIT SUCCESS: '),
  ]);
  const { seconds, stages } = mine[1].metadata;
  expect(seconds).toBeGreaterThan(0);
  expect(Object.keys(stages)).toEqual(expect.arrayContaining(['motion', 'frames', 'total']));
  expect(Object.keys(mine[0])).toEqual(
    expect.arrayContaining(['timestamp', 'level', 'component', 'message', 'correlation_id', 'thread_id', 'metadata']),
  );
  expect(lines.join()).not.toContain('Rhubarb');
}, 60_000);

/** What a contract says of its operations: whether they need a key. */
type Paths = Readonly<Record<string, Readonly<Record<string, { readonly security?: readonly unknown[] }>>>>;

/** A job that is known to have become one with a result. */
function completed(job: Job): Extract<Job, { readonly state: 'completed' }> {
  if (job.state !== 'completed') throw new Error(`The job is not completed: ${JSON.stringify(job)}`);
  return job;
}

/** A server that hears webhooks. */
async function listen(answer: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What running jobs have written and not yet removed. */
async function scratchOf(folder: string): Promise<string[]> {
  const owners = await readdir(join(folder, 'scratch'));
  return (await Promise.all(owners.map((owner) => readdir(join(folder, 'scratch', owner))))).flat();
}

/** A picture of a plain wall. */
async function blankPicture(): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  return sharp({ create: { width: 320, height: 240, channels: 3, background: '#88a' } })
    .png()
    .toBuffer();
}
