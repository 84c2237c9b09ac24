import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { S3Options } from './s3-client.ts';
import { s3ReasonOf } from './s3-failure.ts';
import { S3Storage } from './s3-storage.ts';
import { keysOf, storageContract } from './storage-contract.ts';
import { openTestS3, TEST_S3_KEY } from './test-s3.ts';

const CREDENTIALS = { accessKeyId: TEST_S3_KEY, secretAccessKey: TEST_S3_KEY };
const TYPE = { type: 'video/mp4' };

const root = await mkdtemp(join(tmpdir(), 'orator-s3-'));
const spoolFolder = join(root, 'spool');
await mkdir(spoolFolder);
const s3 = await openTestS3(join(root, 'buckets'), 'clips');
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

const OPTIONS: S3Options = {
  bucket: 'clips',
  region: 'us-east-1',
  endpoint: s3.endpoint,
  credentials: CREDENTIALS,
  spoolFolder,
};

async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

let cases = 0;
storageContract({
  name: 'S3',
  isNaive: true,
  open: async () => new S3Storage({ ...OPTIONS, prefix: `/case-${++cases}/` }),
  unseen: () => readdir(spoolFolder),
  get: (link) => fetch(link),
});

describe('a bucket', () => {
  test('that others use as well shows only our files', async () => {
    await using whole = new S3Storage(OPTIONS);
    await using ours = new S3Storage({ ...OPTIONS, prefix: 'shared/ours' });
    await ours.put('a/b', chunks('a'), TYPE);
    await whole.put('shared/oursnot', chunks('a'), TYPE);
    expect(await keysOf(ours)).toEqual(['a/b']);
    expect(await keysOf(whole, 'shared/')).toEqual(['shared/ours/a/b', 'shared/oursnot']);
    const foreign = await whole.uploadLink('shared/ours/x', { seconds: 60, type: 'text/plain', maxBytes: 100 });
    const put = await fetch(foreign.replace('ours/x', 'ours/not%20a%20key'), { method: 'PUT', body: 'x' });
    expect(put.status).toBe(200); // s3rver checks no signature
    expect(await keysOf(ours)).toEqual(['a/b']);
  });

  test('that is not there is named by the code and message of S3', async () => {
    await using storage = new S3Storage({ ...OPTIONS, bucket: 'nowhere' });
    const failure = await storage.put('a', chunks('a'), TYPE).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: 'storage/failed', policy: { retry: true } });
    expect(s3ReasonOf(failure)).toBe('NoSuchBucket: The specified bucket does not exist');
    expect(s3ReasonOf(new Error('other'))).toBeNull();
    await expect(storage.check()).rejects.toMatchObject({ code: 'storage/failed' });
    expect(() => new S3Storage({ ...OPTIONS, bucket: '' })).toThrow('missing S3 bucket');
    expect(() => new S3Storage({ ...OPTIONS, endpoint: 'minio:9000' })).toThrow(/has to be a URL/);
  });
});

describe('links', () => {
  const storage = new S3Storage({ ...OPTIONS, publicEndpoint: 'https://files.example.com' });

  test('last seven days at most, and begin where the world reaches the bucket', async () => {
    const link = new URL(await storage.downloadLink('a/b.mp4', { seconds: 1e9, disposition: 'inline' }));
    expect(link.origin + link.pathname).toBe('https://files.example.com/clips/a/b.mp4');
    expect(link.searchParams.get('X-Amz-Expires')).toBe('604800');
    expect(link.searchParams.get('response-content-disposition')).toBe('inline; filename="b.mp4"');
    expect(link.search).not.toMatch(/checksum/i);
  });

  test('carry the token of borrowed credentials, never the secret', async () => {
    const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'very-secret', sessionToken: 'borrowed' };
    await using borrowed = new S3Storage({ ...OPTIONS, credentials });
    const link = new URL(await borrowed.downloadLink('a', { seconds: 60 }));
    expect(link.searchParams.get('X-Amz-Security-Token')).toBe('borrowed');
    expect(link.href).not.toContain('very-secret');
  });

  test('for uploading sign the type, and the length where it is known', async () => {
    const link = await storage.uploadLink('a', { seconds: 60, type: 'video/mp4', maxBytes: 100, bytes: 7 });
    expect(new URL(link).searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host');
    const open = await storage.uploadLink('a', { seconds: 60, type: 'video/mp4', maxBytes: 100 });
    expect(new URL(open).searchParams.get('X-Amz-SignedHeaders')).toBe('content-type;host');
    const refused = storage.uploadLink('a', { seconds: 60, type: 'video/mp4', maxBytes: 100, bytes: 101 });
    await expect(refused).rejects.toMatchObject({ code: 'source/too-large' });
  });

  test('for uploading take a file in, of which nobody knows the sha256', async () => {
    await using own = new S3Storage(OPTIONS);
    const link = await own.uploadLink('uploads/a', { seconds: 60, type: 'video/mp4', maxBytes: 100 });
    const answer = await fetch(link, { method: 'PUT', body: 'film', headers: { 'content-type': 'video/mp4' } });
    expect(answer.status).toBe(200);
    expect(await own.stat('uploads/a')).toMatchObject({ bytes: 4, type: 'video/mp4', sha256: '' });
    expect(await own.fetchFile('uploads/a', join(root, 'fetched'))).toMatchObject({ bytes: 4 });
  });
});
