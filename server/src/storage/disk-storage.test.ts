import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { access, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { contentDisposition } from './content-disposition.ts';
import { DiskStorage } from './disk-storage.ts';
import { keysOf, storageContract } from './storage-contract.ts';

const BASE_URL = 'http://127.0.0.1:8000/';
const TYPE = { type: 'video/mp4' };

const root = await mkdtemp(join(tmpdir(), 'orator-disk-'));
afterAll(() => rm(root, { recursive: true, force: true }));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
});

const openDisk = () => DiskStorage.open({ folder, baseUrl: BASE_URL });
const filesIn = async (path: string) => (await readdir(path, { recursive: true })).sort();

async function* chunks(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

let opened: DiskStorage | undefined;
storageContract({
  name: 'disk',
  open: async () => {
    folder = await mkdtemp(join(root, 'contract-'));
    opened = await openDisk();
    return opened;
  },
  unseen: () => filesIn(join(folder, 'parts')),
  /** What a route under `/files/` does with a link. */
  get: async (url) => {
    const { pathname, searchParams } = new URL(url);
    const verdict = opened!.verifyLink(pathname.slice('/files/'.length), searchParams);
    if (!verdict.valid) return new Response(verdict.reason, { status: 403 });
    const { file, body } = await opened!.read(verdict.key);
    const headers = new Headers({ 'content-type': file.type });
    headers.set('content-disposition', contentDisposition(verdict.disposition ?? 'inline', verdict.name ?? 'file'));
    return new Response(await text(body), { headers });
  },
});

describe('the data folder', () => {
  test('holds two files for each that is stored, and none after it is removed', async () => {
    await using storage = await openDisk();
    await storage.put('clips/1/a.mp4', chunks('one'), TYPE);
    await storage.put('clips/1/a.mp4', chunks('two'), TYPE);
    const names = (await filesIn(join(folder, 'files'))).map((name) => name.replace(/[0-9a-f]+-\d+-[0-9a-f]+/, 'tag'));
    expect(names).toEqual([
      'clips',
      join('clips', '1'),
      join('clips', '1', 'tag~a.mp4'),
      join('clips', '1', '~a.mp4.json'),
    ]);
    await storage.remove('clips/1/a.mp4');
    expect(await filesIn(join(folder, 'files'))).toEqual([]);
  });

  test('keeps its files when it is copied elsewhere', async () => {
    await using storage = await openDisk();
    const file = await storage.put('a', chunks('one'), TYPE);
    const copy = await mkdtemp(join(root, 'copy-'));
    await cp(folder, copy, { recursive: true });
    await using other = await DiskStorage.open({ folder: copy, baseUrl: BASE_URL });
    expect(await other.stat('a')).toEqual(file);
  });

  test('links a local file instead of copying it', async () => {
    await using storage = await openDisk();
    const path = join(folder, 'clip.mp4');
    await writeFile(path, 'clip');
    await symlink(path, join(folder, 'alias.mp4'));
    await storage.putFile('a', join(folder, 'alias.mp4'), TYPE);
    expect((await stat(path)).nlink).toBe(2);
    expect(await storage.stat('a')).toMatchObject({ bytes: 4 });
  });

  test.skipIf(!existsSync('/dev/shm'))('copies a local file from another disk', async () => {
    await using storage = await openDisk();
    const other = await mkdtemp('/dev/shm/orator-');
    try {
      await writeFile(join(other, 'clip.mp4'), 'clip');
      await storage.putFile('a', join(other, 'clip.mp4'), TYPE);
    } finally {
      await rm(other, { recursive: true });
    }
    expect(await text((await storage.read('a')).body)).toBe('clip');
  });

  test('counts a file whose content was deleted or cut short behind its back as missing', async () => {
    await using storage = await openDisk();
    for (const [key, damage] of [
      ['deleted', (path: string) => rm(path)],
      ['cut', (path: string) => writeFile(path, 'o')],
      ['record', (path: string) => writeFile(path.replace(/[^/\\]+$/, '~record.json'), '{')],
    ] as const) {
      await storage.put(`${key}/${key}`, chunks('one'), TYPE);
      const [content] = (await filesIn(join(folder, 'files', key))).filter((name) => !name.startsWith('~'));
      await damage(join(folder, 'files', key, content!));
      expect(await storage.stat(`${key}/${key}`)).toBeNull();
      await expect(storage.read(`${key}/${key}`)).rejects.toMatchObject({ code: 'storage/missing' });
    }
    expect(await keysOf(storage)).toEqual([]);
    await storage.put('cut/cut', chunks('again'), TYPE);
    expect(await storage.stat('cut/cut')).toMatchObject({ bytes: 5 });
  });

  test('that cannot be made is refused', async () => {
    await writeFile(join(folder, 'file'), '');
    const opening = DiskStorage.open({ folder: join(folder, 'file', 'data'), baseUrl: BASE_URL });
    await expect(opening).rejects.toMatchObject({ code: 'output/unwritable' });
  });
});

describe('a process that is killed', () => {
  /** Runs `body` in a process of its own, with `storage` open, until it says `ready`; then kills it. */
  async function killDuring(body: string): Promise<void> {
    const program = `
      import { DiskStorage } from ${JSON.stringify(new URL('disk-storage.ts', import.meta.url).href)};
      const storage = await DiskStorage.open({ folder: ${JSON.stringify(folder)}, baseUrl: '' });
      ${body}`;
    // Where the test runner runs, "@orator/core" is found as well.
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(child.signalCode).toBe('SIGKILL');
  }

  test('in the middle of a put leaves nothing to see, and the next one to open cleans up', async () => {
    await killDuring(`
      await storage.put('kept', (async function* () { yield Buffer.from('kept'); })(), { type: 'text/plain' });
      await storage.put('clips/a.mp4', (async function* () {
        yield Buffer.alloc(1 << 20);
        yield Buffer.alloc(1 << 20);
        console.log('ready');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      })(), { type: 'video/mp4' });`);
    expect(await filesIn(join(folder, 'parts'))).toHaveLength(1);
    await using storage = await openDisk();
    expect(await storage.stat('clips/a.mp4')).toBeNull();
    expect(await keysOf(storage)).toEqual(['kept']);
    expect(await filesIn(join(folder, 'parts'))).toEqual([]);
  });

  test('at any moment of many puts and removals leaves every file whole', async () => {
    for (let i = 0; i < 5; i++) {
      await killDuring(`
        const put = (key, text) => storage.put(key, (async function* () { yield Buffer.from(text); })(), { type: 'text/plain' });
        setTimeout(() => console.log('ready'), ${20 + i * 13});
        for (let n = 0; ; n++) {
          await Promise.all([put('a/same', 'x'.repeat(n % 50)), put('b/' + (n % 3), 'y'), storage.remove('b/' + ((n + 1) % 3))]);
        }`);
      await using storage = await openDisk();
      for await (const file of storage.list('')) {
        const { body } = await storage.read(file.key);
        expect((await text(body)).length).toBe(file.bytes);
      }
      const names = await filesIn(join(folder, 'files'));
      // Nothing but pairs of a content and its record, and the folders they are in.
      expect(names.filter((name) => /[0-9a-f]~/.test(name))).toHaveLength(
        names.filter((name) => name.endsWith('.json')).length,
      );
      expect(await filesIn(join(folder, 'parts'))).toEqual([]);
    }
  });

  test('may have come between a content and its record: the content is removed, the older file stays', async () => {
    await using storage = await openDisk();
    await storage.put('clips/a.mp4', chunks('one'), TYPE);
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const own = (await filesIn(join(folder, 'files', 'clips'))).find((name) => !name.startsWith('~'))!;
    const dead = own.replace(/-\d+-/, `-${child.pid}-`);
    await writeFile(join(folder, 'files', 'clips', dead), 'two');
    const alive = own.replace(/-[0-9a-f]{8}~/, '-00000000~');
    await writeFile(join(folder, 'files', 'clips', alive), 'three');
    await mkdir(join(folder, 'files', 'new'));
    await writeFile(join(folder, 'files', 'new', dead.replace('a.mp4', 'b.mp4')), 'new');
    await using again = await openDisk();
    expect(await filesIn(join(folder, 'files'))).toEqual(
      ['clips', join('clips', own), join('clips', alive), join('clips', '~a.mp4.json')].sort(),
    );
    expect(await text((await again.read('clips/a.mp4')).body)).toBe('one');
  });

  test('of another machine has a day before its leftovers are taken', async () => {
    await openDisk();
    const name = '00000000-1-00000000';
    await writeFile(join(folder, 'parts', name), 'half');
    await utimes(join(folder, 'parts', name), 0, 0); // what counts cannot be set
    await openDisk();
    await access(join(folder, 'parts', name));
  });
});

test.skipIf(process.platform === 'win32')('a full disk is called one, and leaves nothing', async () => {
  const program = `
    import { DiskStorage } from ${JSON.stringify(new URL('disk-storage.ts', import.meta.url).href)};
    const storage = await DiskStorage.open({ folder: ${JSON.stringify(folder)}, baseUrl: '' });
    const source = (async function* () { for (let i = 0; i < 100; i++) yield Buffer.alloc(100_000); })();
    console.log(await storage.put('a/b', source, { type: 'video/mp4' }).catch((thrown) => thrown.code + ' ' + thrown.message));`;
  // The system cuts every file of this process off at 1 MB.
  const child = spawn(
    '/bin/sh',
    ['-c', 'ulimit -f 2000 && exec "$0" --input-type=module -e "$1"', process.execPath, program],
    {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const said = await text(child.stdout);
  expect(said).toContain('output/disk-full There is no room left for "a/b".');
  expect(await filesIn(join(folder, 'parts'))).toEqual([]);
  expect(await filesIn(join(folder, 'files'))).toEqual([]);
});

describe('the secret of the links', () => {
  test('is made once, even by many at once, and only its owner can read it', async () => {
    const storages = await Promise.all(Array.from({ length: 5 }, openDisk));
    const secrets = new Set(storages.map(({ linkSecret }) => Buffer.from(linkSecret).toString('hex')));
    expect(secrets.size).toBe(1);
    const path = join(folder, 'link-secret');
    expect([...secrets]).toEqual([await readFile(path, 'utf8')]);
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).sort()).toEqual(['files', 'link-secret', 'parts']);
  });

  test('is made anew when it is damaged', async () => {
    await writeFile(join(folder, 'link-secret'), 'abc');
    await using storage = await openDisk();
    expect(storage.linkSecret).toHaveLength(32);
  });
});
