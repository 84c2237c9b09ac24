import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Upload, type UploadOptions } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestService } from '../service/test-service.ts';

const PATH = '/api/v1/uploads/resumable';
const PART = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' };
const PICTURE = await readFile(fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url)));
const MEGABYTE = 1 << 20;
/** A recording that takes several pieces. */
const SOUND = wav(10 * MEGABYTE);

let data: string;
let service: TestService;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-resumable-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '0', ORATOR_UPLOAD_MB: '20' });
}, 90_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

const tus = (method: string, path: string, headers: Record<string, string> = {}, body?: Uint8Array | ReadableStream) =>
  fetch(path.startsWith('http') ? path : service.url + path, {
    method,
    headers: { 'tus-resumable': '1.0.0', ...headers },
    ...(body ? { body: body as Uint8Array<ArrayBuffer> | ReadableStream, duplex: 'half' } : {}),
  } as RequestInit);

async function begin(bytes: number, more: Record<string, string> = {}): Promise<string> {
  const answer = await tus('POST', PATH, { 'upload-length': String(bytes), ...more });
  expect(answer.status).toBe(201);
  return answer.headers.get('location')!;
}

const part = (path: string, at: number, bytes: Uint8Array, more: Record<string, string> = {}) =>
  tus('PATCH', path, { ...PART, 'upload-offset': String(at), ...more }, bytes);

async function offsetOf(path: string): Promise<number> {
  const { headers } = await tus('HEAD', path);
  return Number(headers.get('upload-offset') ?? Number.NaN);
}

const idOf = (path: string) => path.split('/').at(-1)!;
const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Sends the beginning of a part and says no more; the rest never comes. */
async function stall(path: string, at: number, bytes: Uint8Array, announced: number) {
  const sent = request(service.url + path, {
    method: 'PATCH',
    headers: { ...PART, 'upload-offset': at, 'content-length': announced },
  });
  sent.on('error', () => {});
  await new Promise<void>((resolve) => sent.write(bytes, () => resolve()));
  return sent;
}

describe('an upload in parts', () => {
  test('becomes the very file that a form would have made, under the id that its path ends with', async () => {
    const name = Buffer.from('../my face.jpg').toString('base64');
    const path = await begin(PICTURE.length, { 'upload-metadata': `filename ${name},filetype aW1hZ2UvanBlZw==` });
    const half = PICTURE.length >> 1;
    const first = await part(path, 0, PICTURE.subarray(0, half));
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, String(half)]);
    expect(Date.parse(first.headers.get('upload-expires')!)).toBeGreaterThan(Date.now());
    expect((await service.ask(`/api/v1/assets/${idOf(path)}`)).status).toBe(404);
    const look = await tus('HEAD', path);
    expect(Object.fromEntries(look.headers)).toMatchObject({
      'upload-offset': String(half),
      'upload-length': String(PICTURE.length),
      'upload-metadata': `filename ${name},filetype aW1hZ2UvanBlZw==`,
      'cache-control': 'no-store',
    });
    expect((await part(path, half, PICTURE.subarray(half))).status).toBe(204);
    const sent = (await service.upload(PICTURE, 'my face.jpg')).body;
    expect((await service.ask(`/api/v1/assets/${idOf(path)}`)).body).toMatchObject({
      kind: 'upload',
      name: sent.name,
      type: sent.type,
      bytes: sent.bytes,
      sha256: sent.sha256,
    });
    const video = await service.ask('/api/v1/videos', { body: { image: idOf(path), text: 'Hello.' } });
    expect(video.status).toBe(202);
    expect(await offsetOf(path)).toBe(PICTURE.length); // who missed the last answer can still ask
    expect(await partials(idOf(path))).toEqual([]);
  });

  test('survives a crash of the service in the middle of a part', async () => {
    const path = await begin(SOUND.length);
    await stall(path, 0, SOUND.subarray(0, 9 * MEGABYTE), SOUND.length);
    await expect.poll(() => offsetOf(path), { timeout: 20_000 }).toBe(8 * MEGABYTE);
    service = await service.crash();
    expect(await offsetOf(path)).toBe(8 * MEGABYTE);
    expect((await part(path, 8 * MEGABYTE, SOUND.subarray(8 * MEGABYTE))).status).toBe(204);
    expect((await service.ask(`/api/v1/assets/${idOf(path)}`)).body).toMatchObject({
      type: 'audio/wav',
      sha256: sha256(SOUND),
    });
  }, 60_000);

  test('keeps what came of a part whose sender is gone', async () => {
    const path = await begin(SOUND.length);
    const sent = await stall(path, 0, SOUND.subarray(0, 1000), SOUND.length);
    sent.destroy();
    await expect.poll(() => offsetOf(path), { timeout: 10_000 }).toBe(1000);
  });

  test('belongs to who began to add last', async () => {
    const path = await begin(SOUND.length);
    const early = await stall(path, 0, SOUND.subarray(0, 5 * MEGABYTE), SOUND.length);
    const answered = once(early, 'response');
    await expect.poll(() => offsetOf(path), { timeout: 20_000 }).toBe(4 * MEGABYTE);
    const late = await part(path, 4 * MEGABYTE, Buffer.alloc(1000, 'late'));
    expect(late.headers.get('upload-offset')).toBe(String(4 * MEGABYTE + 1000));
    early.end(SOUND.subarray(5 * MEGABYTE));
    const [{ statusCode }] = await answered;
    expect(statusCode).toBe(409);
    expect(await offsetOf(path)).toBe(4 * MEGABYTE + 1000);
    expect(await partials(idOf(path))).toHaveLength(2);
  }, 60_000);

  test('by the standard client, which is stopped on the way and goes on, is whole', async () => {
    const client = new TestClient(SOUND, { chunkSize: 3 * MEGABYTE, metadata: { filename: 'long.wav' } });
    const path = new URL(await client.send(5 * MEGABYTE)).pathname;
    expect((await service.ask(`/api/v1/assets/${idOf(path)}`)).body).toMatchObject({
      name: 'long.wav',
      sha256: sha256(SOUND),
    });
    expect(client.interruptions).toBe(1);
  }, 60_000);
});

/** The standard client, which is stopped once on the way and goes on. */
class TestClient {
  readonly #bytes: Buffer;
  readonly #options: UploadOptions;
  interruptions = 0;

  constructor(bytes: Buffer, options: UploadOptions) {
    this.#bytes = bytes;
    this.#options = options;
  }

  /** Sends all of it, with a stop once so many bytes are sent; gives its address. */
  send(stopAt: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const upload: Upload = new Upload(this.#bytes, {
        endpoint: service.url + PATH,
        retryDelays: [0, 100, 500],
        ...this.#options,
        onError: reject,
        onSuccess: () => resolve(upload.url!),
        onProgress: (sent) => {
          if (sent < stopAt || this.interruptions > 0) return;
          this.interruptions++;
          void upload.abort().then(() => upload.start());
        },
      });
      upload.start();
    });
  }
}

/** The pieces of an upload in the data folder. */
async function partials(id: string): Promise<string[]> {
  const names = await readdir(join(data, 'files', 'partials', id)).catch(() => []);
  return names.filter((name) => name.endsWith('.json'));
}

describe('the protocol', () => {
  test('says what it can, to browsers too, and speaks one version', async () => {
    const bare = await fetch(service.url + PATH, { method: 'OPTIONS' });
    expect(bare.status).toBe(204);
    expect(Object.fromEntries(bare.headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-max-size': '20000000',
      'tus-checksum-algorithm': 'sha256,sha1,md5',
    });
    expect(bare.headers.get('tus-extension')!.split(',')).toContain('creation-with-upload');
    const old = await tus('POST', PATH, { 'tus-resumable': '0.2.2', 'upload-length': '9' });
    expect([old.status, old.headers.get('tus-version'), await codeOf(old)]).toEqual([412, '1.0.0', 'upload/version']);
  });

  test('takes the first part along with the beginning', async () => {
    const more = { ...PART, 'upload-length': String(PICTURE.length) };
    const answer = await tus('POST', PATH, more, PICTURE);
    expect([answer.status, answer.headers.get('upload-offset')]).toEqual([201, String(PICTURE.length)]);
    expect((await service.ask(`/api/v1/assets/${idOf(answer.headers.get('location')!)}`)).status).toBe(200);
  });

  test('counts nothing of a part that came differently from how it was sent', async () => {
    const path = await begin(SOUND.length);
    const some = SOUND.subarray(0, 5 * MEGABYTE);
    const hash = createHash('sha1').update(some).digest('base64');
    const wrong = await part(path, 0, SOUND.subarray(1, 1 + some.length), { 'upload-checksum': `sha1 ${hash}` });
    expect([wrong.status, await codeOf(wrong)]).toEqual([460, 'upload/checksum']);
    expect([await offsetOf(path), await partials(idOf(path))]).toEqual([0, []]);
    const right = await part(path, 0, some, { 'upload-checksum': `sha1 ${hash}` });
    expect([right.status, right.headers.get('upload-offset')]).toEqual([204, String(some.length)]);
    const unknown = await part(path, some.length, some, { 'upload-checksum': 'crc32 AAAA' });
    expect([unknown.status, await codeOf(unknown)]).toEqual([400, 'request/invalid']);
  });

  test('forgets an upload that is given up, where only POST comes through as well', async () => {
    const path = await begin(SOUND.length);
    const post = { ...PART, 'x-http-method-override': 'PATCH', 'upload-offset': '0' };
    expect((await tus('POST', path, post, SOUND.subarray(0, 1000))).headers.get('upload-offset')).toBe('1000');
    expect((await tus('DELETE', path)).status).toBe(204);
    expect((await tus('HEAD', path)).status).toBe(404);
    expect(await partials(idOf(path))).toEqual([]);
  });

  test.each([
    ['a part that begins elsewhere', 7, PICTURE.subarray(7), {}, 409, 'upload/conflict'],
    ['a part that is too long', 0, Buffer.concat([PICTURE, PICTURE]), {}, 413, 'request/too-large'],
    ['a part of another type', 0, PICTURE, { 'content-type': 'image/jpeg' }, 415, 'request/wrong-type'],
    ['a part that says not where', 0, PICTURE, { 'upload-offset': 'x' }, 400, 'request/invalid'],
    ['what is no media', 0, Buffer.alloc(PICTURE.length, '#EXTM3U\n'), {}, 415, 'upload/unsupported'],
  ])('refuses %s', async (_, at, bytes, headers, status, code) => {
    const answer = await part(await begin(PICTURE.length), at, bytes, headers);
    expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
  });

  test.each([
    ['a file that is too large', { 'upload-length': '20000001' }, 413, 'request/too-large'],
    ['a file without a length', {}, 400, 'request/invalid'],
    ['an empty file', { 'upload-length': '0' }, 400, 'request/invalid'],
    ['endless metadata', { 'upload-length': '9', 'upload-metadata': `a ${'A'.repeat(4500)}` }, 400, 'request/invalid'],
  ])('refuses %s before any of it comes', async (_, headers, status, code) => {
    const answer = await tus('POST', PATH, headers as Record<string, string>);
    expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
  });

  test('refuses a file that only begins like a picture once it is whole, and keeps nothing of it', async () => {
    const broken = Buffer.concat([PICTURE.subarray(0, 20), Buffer.alloc(80)]);
    const path = await begin(broken.length);
    expect((await part(path, 0, broken.subarray(0, 50))).status).toBe(204);
    const last = await part(path, 50, broken.subarray(50));
    expect([last.status, await codeOf(last)]).toEqual([422, 'image/unreadable']);
    expect((await tus('HEAD', path)).status).toBe(404);
    expect(await partials(idOf(path))).toEqual([]);
  });
});

test('where keys are needed, an upload does not exist for others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orator-resumable-keys-'));
  const env = {
    ORATOR_DATA: folder,
    ORATOR_AUTH: 'keys',
    ORATOR_WORKERS: '0',
    ORATOR_CORS_ORIGINS: 'https://a.example',
  };
  await using guarded = await TestService.start(env);
  const admin = { authorization: `Bearer ${/key {12}(ora_\S+)/.exec(guarded.said)![1]!}` };
  const key = async (scopes: string[]) => {
    const made = await guarded.ask('/api/v1/keys', { body: { name: 'k', scopes }, headers: admin });
    return { authorization: `Bearer ${made.body.key}` };
  };
  const [ann, bob, reader] = [await key(['create']), await key(['create', 'read']), await key(['read'])];
  const at = { 'upload-length': '100' };
  expect((await tus('POST', guarded.url + PATH, at)).status).toBe(401);
  expect((await tus('POST', guarded.url + PATH, { ...at, ...reader })).status).toBe(403);
  const path = guarded.url + (await tus('POST', guarded.url + PATH, { ...at, ...ann })).headers.get('location');
  for (const [method, headers] of [
    ['HEAD', {}],
    ['PATCH', { ...PART, 'upload-offset': '0' }],
    ['DELETE', {}],
  ] as const) {
    const body = method === 'PATCH' ? PICTURE.subarray(0, 100) : undefined;
    expect((await tus(method, path, { ...headers, ...bob }, body)).status, method).toBe(404);
  }
  expect((await tus('HEAD', path, ann)).headers.get('upload-offset')).toBe('0');
  const preflight = await fetch(guarded.url + PATH, {
    method: 'OPTIONS',
    headers: { origin: 'https://a.example', 'access-control-request-method': 'PATCH' },
  });
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
  expect(preflight.status).toBe(204);
  await rm(folder, { recursive: true, force: true });
}, 90_000);

/** A recording of so many bytes of low noise. */
function wav(bytes: number): Buffer {
  const file = Buffer.alloc(bytes);
  for (let at = 44; at + 1 < bytes; at += 2) file.writeInt16LE(((at * 7919) % 2001) - 1000, at);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(bytes - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(48_000, 24);
  file.writeUInt32LE(96_000, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(bytes - 44, 40);
  return file;
}
