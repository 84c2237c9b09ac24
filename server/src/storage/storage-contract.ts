import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Storage } from './storage.ts';

/** What the cases need besides the storage. */
export interface StorageBench {
  readonly name: string;
  /** An empty storage; the case disposes it. */
  open(): Promise<Storage>;
  /** Names of all that the storage has set aside and nobody can see: files half taken in, parts of uploads. */
  unseen(): Promise<readonly string[]>;
  /** Whether it is a stand-in that mixes up files put under one key at once, which the real thing does not. */
  readonly isNaive?: boolean;
  /** GETs a link the way a browser would; where links lead nowhere, `undefined`. */
  get?(link: string): Promise<Response>;
}

const TYPE = { type: 'video/mp4' };
/** Larger than one part of an S3 upload. */
const LARGE_BYTES = (20 << 20) + 7;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

/** The keys of all files whose keys begin with `prefix`. */
export async function keysOf(storage: Storage, prefix = ''): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list(prefix)) keys.push(key);
  return keys.sort();
}

const textOf = async (body: Readable) => (await buffer(body)).toString();

/** The cases that every storage must pass. */
export const storageContract = (bench: StorageBench) =>
  describe(`${bench.name} storage`, () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'orator-storage-'));
      return () => rm(folder, { recursive: true, force: true });
    });
    afterAll(async () => expect(await bench.unseen()).toEqual([]));

    test('gives back what it was given, and what is known of it', async () => {
      await using storage = await bench.open();
      const before = Date.now();
      const put = await storage.put('clips/4711/clip.mp4', chunks('Good ', 'morning'), TYPE);
      expect(put).toMatchObject({ key: 'clips/4711/clip.mp4', bytes: 12, type: 'video/mp4' });
      expect(put.sha256).toBe(sha256(Buffer.from('Good morning')));
      const { modifiedAt, ...known } = put;
      expect(await storage.stat('clips/4711/clip.mp4')).toMatchObject(known);
      // S3 knows whole seconds only.
      expect(Math.abs(modifiedAt.getTime() - before)).toBeLessThan(5000);
      const { file, body } = await storage.read('clips/4711/clip.mp4');
      expect(file).toMatchObject(known);
      expect(await textOf(body)).toBe('Good morning');
      expect(await keysOf(storage)).toEqual(['clips/4711/clip.mp4']);
    });

    test('takes an empty file', async () => {
      await using storage = await bench.open();
      expect(await storage.put('empty', chunks(), TYPE)).toMatchObject({ bytes: 0, sha256: sha256(Buffer.alloc(0)) });
      expect(await textOf((await storage.read('empty')).body)).toBe('');
    });

    test('takes a large file, streamed or local, and brings it back', async () => {
      await using storage = await bench.open();
      const content = randomBytes(LARGE_BYTES);
      const path = join(folder, 'large.tar');
      await writeFile(path, content);
      const pieces = Array.from({ length: Math.ceil(content.length / 100_000) }, (_, i) =>
        content.subarray(i * 100_000, (i + 1) * 100_000),
      );
      const streamed = await storage.put('large/streamed.tar', chunks(...pieces), { type: 'application/x-tar' });
      const local = await storage.putFile('large/local.tar', path, { type: 'application/x-tar' });
      await rm(path);
      for (const file of [streamed, local]) {
        expect(file).toMatchObject({ bytes: LARGE_BYTES, sha256: sha256(content), type: 'application/x-tar' });
        const back = join(folder, 'back.tar');
        expect(await storage.fetchFile(file.key, back)).toMatchObject({ key: file.key, bytes: LARGE_BYTES });
        expect(sha256(await readFile(back))).toBe(sha256(content));
      }
      expect(await readdir(folder)).toEqual(['back.tar']);
    });

    test('gives any part of a file', async () => {
      await using storage = await bench.open();
      await storage.put('digits', chunks('0123456789'), TYPE);
      const part = async (start: number, end?: number) => {
        const { file, body } = await storage.read('digits', { start, end });
        expect(file.bytes).toBe(10);
        return textOf(body);
      };
      expect(await part(0)).toBe('0123456789');
      expect(await part(3, 5)).toBe('345');
      expect(await part(9)).toBe('9');
      expect(await part(7, 99)).toBe('789');
      for (const [start, end] of [[10], [5, 4], [-1, 3], [0.5, 3]] as const) {
        await expect(storage.read('digits', { start, end })).rejects.toMatchObject({ code: 'request/invalid' });
      }
    });

    test('replaces a file, with all that is known of it', async () => {
      await using storage = await bench.open();
      await storage.put('a', chunks('older and longer'), TYPE);
      await storage.put('a', chunks('new'), { type: 'text/plain' });
      expect(await storage.stat('a')).toMatchObject({
        bytes: 3,
        type: 'text/plain',
        sha256: sha256(Buffer.from('new')),
      });
      expect(await textOf((await storage.read('a')).body)).toBe('new');
      expect(await keysOf(storage)).toEqual(['a']);
    });

    test.skipIf(bench.isNaive)('lets a reader of a file that is replaced read on', async () => {
      await using storage = await bench.open();
      const old = Buffer.alloc(300_000, 'old');
      await storage.put('a', chunks(old), TYPE);
      const { body } = await storage.read('a');
      await once(body, 'readable');
      await storage.put('a', chunks('new'), TYPE);
      expect((await buffer(body)).equals(old)).toBe(true);
    });

    test.skipIf(bench.isNaive)('keeps one of many that come for one key at once', async () => {
      await using storage = await bench.open();
      await Promise.all(Array.from('abcdefgh', (letter) => storage.put('same', chunks(letter, letter), TYPE)));
      const { file, body } = await storage.read('same');
      expect(sha256(await buffer(body))).toBe(file.sha256);
      expect(await keysOf(storage)).toEqual(['same']);
    });

    test('misses what is not there', async () => {
      await using storage = await bench.open();
      expect(await storage.stat('none')).toBeNull();
      expect(await storage.remove('none')).toBe(false);
      expect(await keysOf(storage, 'none/')).toEqual([]);
      await expect(storage.read('none')).rejects.toMatchObject({ code: 'storage/missing' });
      await expect(storage.fetchFile('none', join(folder, 'none'))).rejects.toMatchObject({ code: 'storage/missing' });
      expect(await readdir(folder)).toEqual([]);
    });

    test('removes a file', async () => {
      await using storage = await bench.open();
      await storage.put('clips/a', chunks('a'), TYPE);
      await storage.put('clips/b', chunks('b'), TYPE);
      expect(await storage.remove('clips/a')).toBe(true);
      expect(await storage.remove('clips/a')).toBe(false);
      expect(await storage.stat('clips/a')).toBeNull();
      expect(await keysOf(storage)).toEqual(['clips/b']);
    });

    test('lists files by the beginning of their keys', async () => {
      await using storage = await bench.open();
      const keys = ['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a0', 'C/x', 'b/1', 'b/10', 'b/2'];
      for (const key of keys) await storage.put(key, chunks(key), TYPE);
      expect(await keysOf(storage)).toEqual([...keys].sort());
      expect(await keysOf(storage, 'a/')).toEqual(['a/b', 'a/b/c']);
      expect(await keysOf(storage, 'b/1')).toEqual(['b/1', 'b/10']);
      const { value: file } = await storage.list('a/b/')[Symbol.asyncIterator]().next();
      expect(file).toMatchObject({ key: 'a/b/c', bytes: 5, type: 'video/mp4', sha256: sha256(Buffer.from('a/b/c')) });
    });

    test.each([
      '',
      '/a',
      'a/',
      'a//b',
      '..',
      'a/../b',
      'a/./b',
      'a..b',
      'ü',
      'a b',
      'a\\b',
      'a~b',
      'a\0',
      'x'.repeat(201),
    ])('refuses the key %j everywhere', async (key) => {
      await using storage = await bench.open();
      const refused = { code: 'storage/bad-key' };
      await expect(storage.put(key, chunks('a'), TYPE)).rejects.toMatchObject(refused);
      await expect(storage.putFile(key, import.meta.filename, TYPE)).rejects.toMatchObject(refused);
      await expect(storage.stat(key)).rejects.toMatchObject(refused);
      await expect(storage.read(key)).rejects.toMatchObject(refused);
      await expect(storage.fetchFile(key, join(folder, 'file'))).rejects.toMatchObject(refused);
      await expect(storage.remove(key)).rejects.toMatchObject(refused);
      await expect(storage.downloadLink(key, { seconds: 60 })).rejects.toMatchObject(refused);
      expect(await readdir(folder)).toEqual([]);
    });

    test('takes the longest key', async () => {
      await using storage = await bench.open();
      const key = `${'a'.repeat(200)}/${'b'.repeat(200)}.mp4`.slice(0, 401);
      await storage.put(key, chunks('a'), TYPE);
      expect(await keysOf(storage)).toEqual([key]);
    });

    test('leaves nothing of a source that fails, and keeps what was there before', async () => {
      await using storage = await bench.open();
      await storage.put('kept', chunks('before'), TYPE);
      const broken = async function* () {
        yield Buffer.alloc(100_000);
        throw new Error('the camera fell over');
      };
      for (const key of ['new', 'kept']) {
        await expect(storage.put(key, broken(), TYPE)).rejects.toThrow('the camera fell over');
      }
      expect(await keysOf(storage)).toEqual(['kept']);
      expect(await textOf((await storage.read('kept')).body)).toBe('before');
      expect(await bench.unseen()).toEqual([]);
    });

    test('stops at an abort, even when the source hangs, and ends the source', async () => {
      await using storage = await bench.open();
      const stop = new AbortController();
      let isEnded = false;
      const hanging = {
        [Symbol.asyncIterator]: () => ({
          next: (): Promise<IteratorResult<Uint8Array>> => {
            setImmediate(() => stop.abort());
            return new Promise(() => {});
          },
          return: async () => {
            isEnded = true;
            return { done: true as const, value: undefined };
          },
        }),
      };
      await expect(storage.put('a', hanging, { ...TYPE, signal: stop.signal })).rejects.toMatchObject({
        code: 'cancelled',
      });
      expect(isEnded).toBe(true);
      const path = join(folder, 'local');
      await writeFile(path, 'local');
      const stopped = { ...TYPE, signal: stop.signal };
      await expect(storage.put('a', chunks('a'), stopped)).rejects.toMatchObject({ code: 'cancelled' });
      await expect(storage.putFile('a', path, stopped)).rejects.toMatchObject({ code: 'cancelled' });
      expect(await storage.stat('a')).toBeNull();
      expect(await bench.unseen()).toEqual([]);
    });

    test('takes as many bytes as allowed and not one more, without waiting for the rest', async () => {
      await using storage = await bench.open();
      await storage.put('exact', chunks('12345'), { ...TYPE, maxBytes: 5 });
      const endless = async function* () {
        for (;;) yield Buffer.alloc(100);
      };
      await expect(storage.put('more', endless(), { ...TYPE, maxBytes: 1050 })).rejects.toMatchObject({
        code: 'source/too-large',
      });
      const path = join(folder, 'local');
      await writeFile(path, '123456');
      await expect(storage.putFile('more', path, { ...TYPE, maxBytes: 5 })).rejects.toMatchObject({
        code: 'source/too-large',
      });
      expect(await keysOf(storage)).toEqual(['exact']);
      expect(await bench.unseen()).toEqual([]);
    });

    test('ends a body that is being read at an abort', async () => {
      await using storage = await bench.open();
      await storage.put('large', chunks(randomBytes(LARGE_BYTES)), TYPE);
      const stop = new AbortController();
      const { body } = await storage.read('large', undefined, stop.signal);
      await once(body, 'readable');
      stop.abort();
      await expect(buffer(body)).rejects.toMatchObject({ name: 'AbortError' });
      const fetching = storage.fetchFile('large', join(folder, 'large'), stop.signal);
      await expect(fetching).rejects.toMatchObject({ code: 'cancelled' });
      expect(await readdir(folder)).toEqual([]);
    });

    test('fetching into a folder that is not there is refused as unwritable', async () => {
      await using storage = await bench.open();
      await storage.put('a', chunks('a'), TYPE);
      const fetching = storage.fetchFile('a', join(folder, 'none', 'a'));
      await expect(fetching).rejects.toMatchObject({ code: 'output/unwritable' });
    });

    test('says that it works', async () => {
      await using storage = await bench.open();
      await storage.check();
      expect(await keysOf(storage)).toEqual([]);
    });

    test.skipIf(!bench.get)('hands out links that give the file its name', async () => {
      await using storage = await bench.open();
      await storage.put('clips/a.mp4', chunks('film'), TYPE);
      const link = await storage.downloadLink('clips/a.mp4', {
        seconds: 60,
        name: 'Grüße "1".mp4',
        disposition: 'attachment',
      });
      const answer = await bench.get!(link);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe('film');
      expect(answer.headers.get('content-disposition')).toBe(
        `attachment; filename="Gr__e _1_.mp4"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%221%22.mp4`,
      );
      await expect(storage.downloadLink('clips/a.mp4', { seconds: 0 })).rejects.toMatchObject({
        code: 'request/invalid',
      });
    });
  });
