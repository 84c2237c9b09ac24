import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ALLOW_NONE, parseAllowList } from './address-guard.ts';
import { download } from './download.ts';
import type { Guard } from './guarded-request.ts';
import { type Answer, openTestServer } from './test-server.ts';

const root = await mkdtemp(join(tmpdir(), 'orator-download-'));
const FILM = Buffer.alloc(200_000, 'film');
const LIMITS = { maxBytes: 1_000_000, totalSeconds: 20, idleSeconds: 10 };
/** This machine stands in for the public. */
const GUARD: Guard = { allow: parseAllowList(['127.0.0.0/8']) };

const redirect =
  (location: string, status = 302): Answer =>
  (response) =>
    response.writeHead(status, { location }).end('gone');
const xml =
  (status: number, code: string, message: string): Answer =>
  (response) =>
    response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`);

const server = await openTestServer({
  '/film.mp4': (response) => response.setHeader('content-type', 'Video/MP4; codecs="avc1"').end(FILM),
  '/headers': (response, { headers }) => response.end(JSON.stringify(headers)),
  '/endless': (response) => {
    const more = () => {
      while (!response.destroyed && response.write(FILM));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  },
  '/announced': (response) => response.writeHead(200, { 'content-length': '1000001' }).flushHeaders(),
  '/silent': () => {},
  '/stuck': (response) => response.write('one'),
  '/slow': (response) => {
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  },
  '/short': (response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('only this', () => response.destroy());
  },
  '/long': (response) => {
    response.writeHead(200, { 'content-length': '4' });
    response.flushHeaders();
    response.socket!.write('four and more');
  },
  '/packed': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('packed'),
  '/part': (response) => response.writeHead(206, { 'content-range': 'bytes 0-3/9' }).end('part'),
  '/busy': (response) => response.writeHead(503).end('<html>busy</html>'),
  '/once': redirect('/film.mp4', 307),
  '/twice': redirect('once'),
  '/thrice': redirect('/twice', 301),
  '/loop': redirect('/loop'),
  '/to-private': redirect('http://10.0.0.1/'),
  '/to-metadata': redirect('http://169.254.169.254/latest/meta-data/'),
  '/to-mapped': redirect('http://[::ffff:10.0.0.1]/'),
  '/to-octal': redirect('http://0300.0250.1.1/'),
  '/to-file': redirect('file:///etc/passwd'),
  '/to-user': redirect('http://user:word@127.0.0.1/'),
  '/to-nonsense': redirect('http://['),
  '/expired': xml(403, 'AccessDenied', 'Request has expired'),
  '/expired-token': xml(400, 'ExpiredToken', 'The provided token has expired.'),
  '/expired-ok': xml(200, 'AccessDenied', 'Request has expired'),
  '/no-key': xml(404, 'NoSuchKey', 'The specified key does not exist.'),
  '/slow-down': xml(503, 'SlowDown', 'Please reduce your request rate.'),
  '/drawing.svg': (response) => response.end('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
  '/%2e%2e%2f%00%0Aa': (response) => response.end(),
  '/a/..%5C..%5Cb': (response) => response.end(),
  '/%zz': (response) => response.end(),
  '/empty': (response) => response.end(),
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
  server.asked.length = 0;
});

const fetchPath = (path: string, limits = {}, guard = GUARD, signal?: AbortSignal) =>
  download(new URL(path, server.origin).href, join(folder, 'file'), { ...LIMITS, ...limits }, guard, signal);

/** What went wrong; nothing may be left of the attempt, here or on the way. */
async function failureOf(work: Promise<unknown>) {
  const failure = await work.then(
    () => 'nothing went wrong',
    (thrown: unknown) => thrown,
  );
  expect(await readdir(folder)).toEqual([]);
  await server.idle();
  return failure;
}

describe('a download', () => {
  test('brings the file, and says what is known of it', async () => {
    expect(await fetchPath('/film.mp4?X-Amz-Signature=abc')).toEqual({
      path: join(folder, 'file'),
      bytes: FILM.length,
      sha256: createHash('sha256').update(FILM).digest('hex'),
      type: 'video/mp4',
      name: 'film.mp4',
    });
    expect((await readFile(join(folder, 'file'))).equals(FILM)).toBe(true);
    expect(await readdir(folder)).toEqual(['file']);
    await server.idle();
  });

  test('takes exactly as many bytes as allowed', async () => {
    expect(await fetchPath('/film.mp4', { maxBytes: FILM.length })).toMatchObject({ bytes: FILM.length });
    await rm(join(folder, 'file'));
    const work = fetchPath('/film.mp4', { maxBytes: FILM.length - 1 });
    expect(await failureOf(work)).toMatchObject({ code: 'source/too-large' });
  });

  test('follows three redirects, not four, and no loop', async () => {
    expect(await fetchPath('/thrice')).toMatchObject({ name: 'film.mp4' });
    await rm(join(folder, 'file'));
    expect(server.asked).toEqual(['/thrice', '/twice', '/once', '/film.mp4']);
    server.asked.length = 0;
    expect(await failureOf(fetchPath('/loop'))).toMatchObject({ code: 'source/refused' });
    expect(server.asked).toHaveLength(4);
  });

  test('takes a picture that is XML, and an empty file, as they are', async () => {
    expect(await fetchPath('/drawing.svg')).toMatchObject({ name: 'drawing.svg' });
    expect(await fetchPath('/empty')).toMatchObject({ bytes: 0 });
  });

  test('ends where the other side said it would, whatever comes after', async () => {
    expect(await fetchPath('/long')).toMatchObject({ bytes: 4 });
    await server.idle();
  });

  test.each([
    ['/%2e%2e%2f%00%0Aa', '.._'],
    ['/a/..%5C..%5Cb', '.._.._b'],
    ['/%zz', '%zz'],
  ])('gives %s a name that is no path', async (path, name) => {
    expect((await fetchPath(path)).name).toContain(name);
  });

  test('asks for the file unpacked, by the name of the host', async () => {
    const resolve = async () => ['127.0.0.1'];
    const guard = { ...GUARD, resolve };
    await download(`http://files.example.com:${server.port}/headers`, join(folder, 'file'), LIMITS, guard);
    expect(JSON.parse(await readFile(join(folder, 'file'), 'utf8'))).toMatchObject({
      host: `files.example.com:${server.port}`,
      'accept-encoding': 'identity',
      connection: 'close',
    });
  });

  test('tells a server of many hosts which one it wants, and believes no certificate but its own', async () => {
    const asked: string[] = [];
    const tls = createTlsServer({
      SNICallback: (name, done) => {
        asked.push(name);
        done(new Error('no certificate'));
      },
    });
    await once(tls.listen(0, '127.0.0.1'), 'listening');
    const { port } = tls.address() as AddressInfo;
    const guard = { ...GUARD, resolve: async () => ['127.0.0.1'] };
    const work = download(`https://files.example.com:${port}/`, join(folder, 'file'), LIMITS, guard);
    expect(await failureOf(work)).toMatchObject({ code: 'source/unreachable' });
    expect(asked).toEqual(['files.example.com']);
    tls.close();
  });
});

describe('an address is refused', () => {
  test.each([
    ['not a url', 'request/invalid'],
    ['', 'request/invalid'],
    ['file:///etc/passwd', 'source/blocked'],
    ['ftp://example.com/a', 'source/blocked'],
    ['data:,a', 'source/blocked'],
    ['https://user@example.com/', 'source/blocked'],
    ['https://user:word@example.com/', 'source/blocked'],
    ['http://10.0.0.1/', 'source/blocked'],
    ['http://2130706433/', 'source/blocked'],
    ['http://0x7f.1/', 'source/blocked'],
    ['http://127.0.0.1/', 'source/blocked'],
    ['http://[::1]/', 'source/blocked'],
    ['http://[::ffff:127.0.0.1]/', 'source/blocked'],
    ['http://[64:ff9b::127.0.0.1]/', 'source/blocked'],
  ])('%j: %s', async (address, code) => {
    const work = download(address, join(folder, 'file'), LIMITS, { allow: ALLOW_NONE });
    expect(await failureOf(work)).toMatchObject({ code });
  });

  test.each(['/to-private', '/to-metadata', '/to-mapped', '/to-octal', '/to-file', '/to-user'])(
    'when a redirect leads there: %s',
    async (path) => {
      expect(await failureOf(fetchPath(path))).toMatchObject({ code: 'source/blocked' });
      expect(server.asked).toEqual([path]);
    },
  );

  test('when a redirect leads nowhere', async () => {
    expect(await failureOf(fetchPath('/to-nonsense'))).toMatchObject({ code: 'request/invalid' });
  });

  test.each([[['10.0.0.1']], [['127.0.0.1', '10.0.0.1']], [['::ffff:10.0.0.1']], [['nonsense']]])(
    'when its host is at %j',
    async (found) => {
      const guard = { ...GUARD, resolve: async () => found };
      const work = download(`http://files.example.com:${server.port}/`, join(folder, 'file'), LIMITS, guard);
      const failure = await failureOf(work);
      expect(failure).toMatchObject({ code: 'source/blocked' });
      expect(String(failure)).not.toContain('10.0.0.1');
      expect(server.asked).toEqual([]);
    },
  );
});

describe('a name that changes what it means', () => {
  test('is looked up once for a request, and the answer to that counts', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    let looks = 0;
    const guard = { ...GUARD, resolve: async () => answers[looks++]! };
    await download(`http://files.example.com:${server.port}/film.mp4`, join(folder, 'file'), LIMITS, guard);
    expect(looks).toBe(1);
  });

  test('is checked again when a redirect leads to it', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const guard = { ...GUARD, resolve: async () => answers.shift()! };
    const work = download(`http://files.example.com:${server.port}/once`, join(folder, 'file'), LIMITS, guard);
    expect(await failureOf(work)).toMatchObject({ code: 'source/blocked' });
    expect(server.asked).toEqual(['/once']);
  });

  test('or that nobody knows, or that is never answered, is unreachable', async () => {
    const unknown = async () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
    for (const resolve of [unknown, async () => [], () => new Promise<never>(() => {})]) {
      const guard = { ...GUARD, resolve };
      const work = download('http://files.example.com/', join(folder, 'file'), { ...LIMITS, idleSeconds: 0.1 }, guard);
      expect(await failureOf(work)).toMatchObject({ code: 'source/unreachable' });
    }
  });
});

describe('a download ends', () => {
  test.each([
    ['/endless', {}, 'source/too-large', /1000000 bytes/],
    ['/announced', {}, 'source/too-large', /1000000 bytes/],
    ['/silent', { idleSeconds: 0.1 }, 'source/unreachable', /silent for 0.1 s/],
    ['/stuck', { idleSeconds: 0.1 }, 'source/unreachable', /silent for 0.1 s/],
    ['/slow', { totalSeconds: 0.3 }, 'source/unreachable', /did not come within 0.3 s/],
    ['/short', {}, 'source/unreachable', /ECONNRESET/],
    ['/packed', {}, 'source/refused', /packed/],
    ['/part', {}, 'source/refused', /HTTP 206/],
    ['/none', {}, 'source/refused', /HTTP 404/],
    ['/busy', {}, 'source/unreachable', /HTTP 503/],
    ['/expired', {}, 'source/expired', /AccessDenied/],
    ['/expired-token', {}, 'source/expired', /ExpiredToken/],
    ['/expired-ok', {}, 'source/expired', /AccessDenied/],
    ['/no-key', {}, 'source/refused', /NoSuchKey: The specified key does not exist\./],
    ['/slow-down', {}, 'source/unreachable', /SlowDown/],
  ])('at %s (%j) with %s', async (path, limits, code, message) => {
    const failure = await failureOf(fetchPath(`${path}?X-Amz-Signature=secret`, limits));
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(String(failure)).not.toContain('secret');
  });

  test('where nobody listens', async () => {
    const work = download('http://127.0.0.1:1/', join(folder, 'file'), LIMITS, GUARD);
    expect(await failureOf(work)).toMatchObject({ code: 'source/unreachable' });
  });

  test.each(['/silent', '/stuck', '/slow', '/endless'])('at an abort in the middle of %s', async (path) => {
    const stop = new AbortController();
    const work = fetchPath(path, { maxBytes: 1e12 }, GUARD, stop.signal);
    setTimeout(() => stop.abort(), 100);
    expect(await failureOf(work)).toMatchObject({ code: 'cancelled' });
  });

  test('before it begins when it was aborted before', async () => {
    const work = fetchPath('/film.mp4', {}, GUARD, AbortSignal.abort());
    expect(await failureOf(work)).toMatchObject({ code: 'cancelled' });
    expect(server.asked).toEqual([]);
  });

  test('at once where it cannot be written', async () => {
    const work = download(`${server.origin}/film.mp4`, join(folder, 'none', 'file'), LIMITS, GUARD);
    expect(await failureOf(work)).toMatchObject({ code: 'output/unwritable' });
    expect(server.asked).toEqual([]);
  });
});
