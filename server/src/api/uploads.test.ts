import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, openTestServer } from '../net/test-server.ts';
import { TestService } from '../service/test-service.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const PICTURE = await readFile(join(FIXTURES, 'portrait.jpg'));
const SPEECH = await readFile(join(FIXTURES, 'speech/hello.wav'));
/** What no log and no answer may ever hold. */
const SECRET = 'X-Amz-Signature=5ec3e7';

const give =
  (bytes: Uint8Array | string): Answer =>
  (response) =>
    response.end(bytes);
const redirect =
  (location: string): Answer =>
  (response) =>
    response.writeHead(302, { location }).end();
let busy = 0;

const elsewhere = await openTestServer({
  '/me.jpg': give(PICTURE),
  '/hello.wav': give(SPEECH),
  '/page.jpg': give('<!doctype html><title>Sign in</title>'),
  '/large.wav': give(Buffer.concat([SPEECH, Buffer.alloc(1_000_000)])),
  '/endless.wav': (response) => {
    response.write(SPEECH);
    const more = () => {
      while (!response.destroyed && response.write(SPEECH));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  },
  '/silent': () => {},
  '/slow': (response) => {
    const timer = setInterval(() => response.write('.'), 50);
    response.on('close', () => clearInterval(timer));
  },
  '/expired': (response) =>
    response
      .writeHead(403)
      .end('<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'),
  '/gone': (response) => response.writeHead(404).end(),
  '/to-metadata': redirect('http://169.254.169.254/latest/meta-data/'),
  '/to-private': redirect('http://10.0.0.1/'),
  '/to-file': redirect('file:///etc/passwd'),
  '/busy-once.jpg': (response) => (busy++ === 0 ? response.writeHead(503).end() : response.end(PICTURE)),
});

let data: string;
let service: TestService;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-inputs-'));
  service = await TestService.start({
    ORATOR_DATA: data,
    ORATOR_UPLOAD_MB: '1',
    ORATOR_DOWNLOAD_SECONDS: '2',
    ORATOR_ALLOW_ADDRESSES: '127.0.0.1',
  });
}, 90_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await elsewhere[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

const at = (path: string) => `${elsewhere.origin}${path}?${SECRET}`;
const fetchUrl = (url: string) => service.ask('/api/v1/uploads/url', { body: { url } });
const video = (body: Record<string, unknown>) => service.ask('/api/v1/videos', { body: { text: 'Hello.', ...body } });

test('a form with two files is refused, and neither is kept', async () => {
  const kept = async () => (await service.ask('/api/v1/assets?limit=200')).body.assets;
  const before = await kept();
  const form = new FormData();
  for (const name of ['one.jpg', 'two.jpg']) form.append('file', new Blob([Uint8Array.from(PICTURE)]), name);
  const { status, body } = await service.ask('/api/v1/uploads', { body: form });
  expect([status, body.code]).toEqual([400, 'request/invalid']);
  expect(body.detail).toContain('more than one file');
  expect(await kept()).toEqual(before);
});

describe('a file from an address', () => {
  test('is kept like one that was sent', async () => {
    const { status, body } = await fetchUrl(at('/me.jpg'));
    const sent = (await service.upload(PICTURE, 'me.jpg')).body;
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'me.jpg', type: 'image/jpeg', sha256: sent.sha256, kind: 'upload' });
  });

  test.each([
    ['http://10.0.0.1/a.jpg', 422, 'source/blocked'],
    ['http://169.254.169.254/latest/meta-data/', 422, 'source/blocked'],
    ['http://[::1]:9/', 422, 'source/blocked'],
    ['http://[::ffff:169.254.169.254]/', 422, 'source/blocked'],
    ['http://0x7f000002/', 422, 'source/blocked'],
    ['http://127.0.0.2:1/', 422, 'source/blocked'],
    ['file:///etc/passwd', 422, 'source/blocked'],
    ['http://user:word@127.0.0.1/', 422, 'source/blocked'],
    ['not an address', 400, 'request/invalid'],
    [at('/to-metadata'), 422, 'source/blocked'],
    [at('/to-private'), 422, 'source/blocked'],
    [at('/to-file'), 422, 'source/blocked'],
    [at('/page.jpg'), 415, 'upload/unsupported'],
    [at('/large.wav'), 413, 'source/too-large'],
    [at('/endless.wav'), 413, 'source/too-large'],
    [at('/silent'), 502, 'source/unreachable'],
    [at('/slow'), 502, 'source/unreachable'],
    [at('/expired'), 422, 'source/expired'],
    [at('/gone'), 422, 'source/refused'],
    ['http://127.0.0.1:1/', 502, 'source/unreachable'],
  ])('%s is refused with %i %s, and a next step', async (url, status, code) => {
    const answer = await fetchUrl(url);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.body.detail).toMatch(/\. [A-Z].*\.$|: \w/);
    expect(JSON.stringify(answer.body)).not.toContain(SECRET);
  });

  test('leaves nothing behind when it is refused', async () => {
    await elsewhere.idle();
    const [own] = await readdir(join(data, 'scratch'));
    expect(await readdir(join(data, 'scratch', own!))).toEqual([]);
  });
});

describe('a video from addresses', () => {
  test('is made, and nobody is told the addresses', async () => {
    const made = await video({ image: at('/me.jpg'), audio: at('/hello.wav'), text: undefined });
    expect(made.status).toBe(202);
    const done = await service.until(made.body.id!, 'completed', 90);
    expect(done).toMatchObject({ outcome: 'success', attempt: 1 });
    const list = await (await fetch(`${service.url}/api/v1/jobs`)).text();
    expect(list).toContain(done.id);
    expect(list).not.toContain('X-Amz');
  }, 120_000);

  test.each([
    ['image', '/page.jpg', 'upload/unsupported'],
    ['image', '/hello.wav', 'upload/unsupported'],
    ['audio', '/me.jpg', 'upload/unsupported'],
    ['image', '/expired', 'source/expired'],
    ['image', '/to-metadata', 'source/blocked'],
    ['image', '/endless.wav', 'source/too-large'],
  ])(
    'whose %s is %s fails with %s, without another try',
    async (field, path, code) => {
      const { body } = await video({ image: at('/me.jpg'), [field]: at(path) });
      expect(await service.until(body.id!, 'failed', 30)).toMatchObject({ code, attempt: 1 });
    },
    60_000,
  );

  test('is tried again when the other side is busy', async () => {
    const { body } = await video({ image: at('/busy-once.jpg') });
    expect(await service.until(body.id!, 'completed', 90)).toMatchObject({ attempt: 2 });
  }, 120_000);

  test.each([
    ['a file of this machine', 'file:///etc/passwd', 422, 'source/blocked'],
    ['a list for ffmpeg', 'concat:a|b', 422, 'source/blocked'],
    ['the address of a private machine', 'http://169.254.169.254/me.jpg', 422, 'source/blocked'],
    ['half an address', 'http://', 400, 'request/invalid'],
    ['an endless address', `http://a.example/${'a'.repeat(9000)}`, 400, 'request/invalid'],
  ])('%s is refused at once', async (_, image, status, code) => {
    expect(await video({ image })).toMatchObject({ status, body: { code } });
  });

  test('leaves no address in any log', async () => {
    for (const name of await readdir(join(data, 'logs'))) {
      const log = await readFile(join(data, 'logs', name), 'utf8');
      expect(log, name).not.toContain('X-Amz');
    }
  });
});

/** A PNG whose header tells of so many pixels. */
function png(width: number, height: number): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1 << 16))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** An empty archive, as the end of a file. */
const ZIP = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);
const id3 = (then: string) =>
  Buffer.concat([Buffer.from('ID3\x03\x00\x00\x00\x00\x00\x0a', 'latin1'), Buffer.alloc(10), Buffer.from(then)]);
const box = (name: string, bytes: number) => {
  const made = Buffer.alloc(bytes);
  made.writeUInt32BE(bytes);
  made.write(name, 4, 'latin1');
  return made;
};
const mp4 = (...boxes: Buffer[]) => Buffer.concat([box('ftyp', 16).fill('isom', 8, 12, 'latin1'), ...boxes]);

describe('a hostile file is refused when it comes:', () => {
  test.each<[string, Uint8Array, number, string]>([
    ['a picture of 50,000 × 50,000 pixels', png(50_000, 50_000), 413, 'image/too-large'],
    ['a picture that is one long line', png(500_000, 1000), 413, 'image/too-large'],
    ['a picture without any width', png(0, 10), 422, 'image/unreadable'],
    ['a picture that breaks off in its header', PICTURE.subarray(0, 100), 422, 'image/unreadable'],
    [
      'a PNG that is a GIF further on',
      Buffer.concat([png(8, 8).subarray(0, 8), Buffer.alloc(64, 'GIF89a')]),
      422,
      'image/unreadable',
    ],
    [
      'a HEIC photo',
      Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'.padEnd(80, '\0'), 'latin1'),
      415,
      'upload/unsupported',
    ],
    ['a picture that is an archive', Buffer.concat([PICTURE, ZIP]), 415, 'upload/unsupported'],
    ['a sound that is an archive', Buffer.concat([SPEECH, ZIP]), 415, 'upload/unsupported'],
    [
      'a GIF that is a script',
      Buffer.from(`GIF89a/*${' '.repeat(60)}*/=1;<script>alert(1)</script>`),
      415,
      'upload/unsupported',
    ],
    [
      'a picture that is a PDF',
      Buffer.concat([PICTURE.subarray(0, 20), Buffer.from('%PDF-1.7 '), PICTURE.subarray(29)]),
      415,
      'upload/unsupported',
    ],
    [
      'a song that is a playlist',
      id3('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'.padEnd(400)),
      415,
      'upload/unsupported',
    ],
    [
      'a song that is a script for ffmpeg',
      id3("ffconcat version 1.0\nfile '/etc/passwd'\n".padEnd(400)),
      415,
      'upload/unsupported',
    ],
    ['a song without sound', id3('nothing'.repeat(100)), 422, 'audio/unreadable'],
    ['a recording that breaks off in its header', SPEECH.subarray(0, 30), 422, 'audio/unreadable'],
    ['a film without an index', mp4(box('mdat', 4000)), 422, 'video/unsupported'],
    ['a film whose index breaks off', mp4(box('moov', 4000).subarray(0, 500)), 422, 'video/unsupported'],
    [
      'a Matroska file that is none',
      Buffer.concat([Buffer.from('\x1aE\xdf\xa3', 'latin1'), Buffer.alloc(500, 7)]),
      422,
      'video/unsupported',
    ],
  ])('%s', async (_, bytes, status, code) => {
    expect(await service.upload(bytes, 'me.jpg')).toMatchObject({ status, body: { code } });
  });

  test('a file that is too large, and one that is just small enough is not', async () => {
    const filled = (bytes: number) => Buffer.concat([SPEECH, Buffer.alloc(bytes - SPEECH.length)]);
    expect(await service.upload(filled(1_000_001), 'a.wav')).toMatchObject({
      status: 413,
      body: { code: 'request/too-large' },
    });
    expect((await service.upload(filled(1_000_000), 'a.wav')).status).toBe(201);
  });

  test('and a picture with a film behind it, as telephones make them, is not', async () => {
    const motion = Buffer.concat([PICTURE, mp4(box('mdat', 4000))]);
    expect(await service.upload(motion, 'MVIMG.jpg')).toMatchObject({ status: 201, body: { type: 'image/jpeg' } });
  });
});

describe('a hostile JSON body is refused:', () => {
  const send = async (body: string, type = 'application/json') => {
    const answer = await fetch(`${service.url}/api/v1/videos`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    return [answer.status, ((await answer.json()) as { code: string }).code];
  };
  const nested = (levels: number) => `{"a":`.repeat(levels - 1) + '{}' + '}'.repeat(levels - 1);

  test.each([
    ['nested without end', '['.repeat(500_000), 400, 'request/invalid'],
    ['nested a little too deep', nested(33), 400, 'request/invalid'],
    ['too large', JSON.stringify({ text: 'a'.repeat(1 << 20) }), 413, 'request/too-large'],
    ['that changes what all objects have', '{"__proto__":{"isAdmin":true},"image":"x"}', 400, 'request/invalid'],
    ['the same by its constructor', '{"constructor":{"prototype":{"isAdmin":true}}}', 400, 'request/invalid'],
    ['that breaks off', '{"image":', 400, 'request/invalid'],
    ['that is empty', '', 400, 'request/invalid'],
  ])('one %s', async (_, body, status, code) => {
    expect(await send(body)).toEqual([status, code]);
  });

  test('but brackets in a text are only text', async () => {
    const { status, body } = await video({ image: 'nobody', text: `\\"${'['.repeat(100)}` });
    expect([status, body.code]).toEqual([404, 'asset/unknown']);
  });

  test('and so is what is no JSON', async () => {
    expect(await send('image=me', 'application/x-www-form-urlencoded')).toEqual([415, 'request/wrong-type']);
  });
});
