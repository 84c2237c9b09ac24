import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { S3Options } from './s3-client.ts';
import { S3Storage } from './s3-storage.ts';
import { keysOf } from './storage-contract.ts';

const TYPE = { type: 'video/mp4' };
const BEGUN = '<InitiateMultipartUploadResult><UploadId>4711</UploadId></InitiateMultipartUploadResult>';

const spoolFolder = await mkdtemp(join(tmpdir(), 'orator-s3-spool-'));

/** What the S3 that each case acts out was asked, in short. */
const requests: string[] = [];
/** How it answers. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const fake: Server = createServer((request, response) => {
  const { searchParams } = new URL(request.url!, 'http://127.0.0.1');
  const part = searchParams.get('partNumber');
  requests.push(`${request.method}${searchParams.has('uploads') ? ' begin' : ''}${part ? ` part ${part}` : ''}`);
  buffer(request).then(
    () => answer(request, response),
    () => {},
  );
});
beforeAll(async () => {
  await once(fake.listen(0, '127.0.0.1'), 'listening');
});
beforeEach(() => {
  requests.length = 0;
});
afterAll(async () => {
  fake.closeAllConnections();
  fake.close();
  await rm(spoolFolder, { recursive: true });
});

const openFake = (options: Partial<S3Options> = {}) =>
  new S3Storage({
    bucket: 'clips',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${(fake.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'very-secret', sessionToken: 'borrowed' },
    spoolFolder,
    ...options,
  });

async function* chunks(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

const fail = (response: ServerResponse, status: number, code: string, message: string) =>
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message><AWSAccessKeyId>AKIATEST</AWSAccessKeyId></Error>`,
    );

describe('an upload that fails', () => {
  test('half-way is given up on the other side as well', async () => {
    await using storage = openFake();
    answer = (request, response) => {
      if (request.url!.includes('uploads')) response.end(BEGUN);
      else if (request.url!.includes('partNumber=3')) fail(response, 403, 'AccessDenied', 'Access Denied');
      else if (request.method === 'DELETE') response.writeHead(204).end();
      else response.setHeader('etag', '"part"').end();
    };
    const failure = await storage.put('a', chunks(Buffer.alloc(60 << 20)), TYPE).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({
      code: 'storage/failed',
      message: 'S3 failed to store "a": AccessDenied: Access Denied.',
    });
    expect(requests[0]).toBe('POST begin');
    expect(requests.at(-1)).toBe('DELETE');
    expect(requests.length).toBeLessThanOrEqual(1 + 7 + 1);
    expect(await readdir(spoolFolder)).toEqual([]);
  });

  test('keeps its own reason when giving up fails too', async () => {
    await using storage = openFake();
    answer = (request, response) => {
      if (request.url!.includes('uploads')) response.end(BEGUN);
      else if (request.method === 'DELETE') fail(response, 405, 'MethodNotAllowed', 'No.');
      else fail(response, 400, 'EntityTooSmall', 'Too small.');
    };
    await expect(storage.put('a', chunks(Buffer.alloc(9 << 20)), TYPE)).rejects.toThrow(/EntityTooSmall: Too small\.$/);
  });

  test('because it is stopped sends no more parts, and gives up', async () => {
    await using storage = openFake();
    const stop = new AbortController();
    answer = (request, response) => {
      if (request.url!.includes('uploads')) response.end(BEGUN);
      else if (request.method === 'DELETE') response.writeHead(204).end();
      else stop.abort(); // and no answer
    };
    const put = storage.put('a', chunks(Buffer.alloc(60 << 20)), { ...TYPE, signal: stop.signal });
    await expect(put).rejects.toMatchObject({ code: 'cancelled' });
    expect(requests).toContain('DELETE');
    expect(requests).not.toContain('PUT part 5'); // up to four were on their way, and may arrive after it
  });

  test.each([
    [403, 'InvalidAccessKeyId', 'The AWS Access Key Id AKIATEST does not exist.'],
    [403, 'SignatureDoesNotMatch', 'very-secret did not sign http://127.0.0.1/a?X-Amz-Signature=abcd with borrowed'],
  ])('%i %s says nothing that must stay secret', async (status, code, message) => {
    await using storage = openFake();
    answer = (_, response) => fail(response, status, code, message);
    const failure = await storage.put('a', chunks('a'), TYPE).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: 'storage/failed' });
    const said = `${failure} ${JSON.stringify(failure)} ${(failure as Error).stack} ${JSON.stringify((failure as Error).cause)}`;
    expect(said).toContain(code);
    expect(said).not.toMatch(/AKIATEST|very-secret|borrowed|abcd/);
  });

  test('where nobody listens says so', async () => {
    await using storage = openFake({ endpoint: 'http://127.0.0.1:1' });
    await expect(storage.check()).rejects.toThrow(/ECONNREFUSED/);
  });

  test('asks again when S3 is only busy', async () => {
    await using storage = openFake();
    let isBusy = true;
    answer = (_, response) => {
      if (isBusy) fail(response, 503, 'SlowDown', 'Please reduce your request rate.');
      else response.setHeader('etag', '"a"').end();
      isBusy = false;
    };
    expect(await storage.put('a', chunks('a'), TYPE)).toMatchObject({ etag: '"a"' });
  });
});

test('checksums travel along where the service knows them', async () => {
  const seen: unknown[] = [];
  answer = (request, response) => {
    seen.push(request.headers['x-amz-checksum-crc32']);
    response.setHeader('etag', '"a"').end();
  };
  for (const checksums of ['supported', 'required'] as const) {
    await using storage = openFake({ checksums });
    await storage.put('a', chunks('a'), TYPE);
  }
  expect(seen).toEqual(['6Le+Qw==', undefined]);
});

test('a listing of many pages is read to its end', async () => {
  await using storage = openFake({ prefix: 'ours' });
  answer = (request, response) => {
    const { searchParams } = new URL(request.url!, 'http://127.0.0.1');
    if (request.method === 'HEAD') return response.setHeader('content-length', '5').end();
    const page = Number(searchParams.get('continuation-token') ?? 0);
    const contents = Array.from({ length: 20 }, (_, i) => `<Contents><Key>ours/${page}-${i}</Key></Contents>`).join('');
    const next = page < 2 ? `<NextContinuationToken>${page + 1}</NextContinuationToken>` : '';
    return response.end(`<ListBucketResult>${contents}${next}</ListBucketResult>`);
  };
  const keys = await keysOf(storage);
  expect(keys).toHaveLength(60);
  expect(keys).toContain('2-19');
});

test('the signature of every request covers the session token', async () => {
  await using storage = openFake();
  answer = (request, response) => {
    expect(request.headers['x-amz-security-token']).toBe('borrowed');
    expect(request.headers.authorization).toContain('x-amz-security-token');
    response.setHeader('etag', '"a"').end();
  };
  await storage.put('a', chunks('a'), TYPE);
  expect(requests).toEqual(['PUT']);
});

test.each(['short', 'other'])('a file that comes %s than it was stored never appears', async (how) => {
  await using storage = openFake();
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': '10', 'x-amz-meta-sha256': 'a'.repeat(64) });
    if (how === 'short') response.write('0123', () => response.destroy());
    else response.end('0123456789');
  };
  const fetching = storage.fetchFile('a', join(spoolFolder, 'a'));
  await expect(fetching).rejects.toMatchObject({ code: 'storage/failed', policy: { retry: true } });
  expect(await readdir(spoolFolder)).toEqual([]);
});
