import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { beforeEach, describe, expect, test } from 'vitest';
import { packFolder, unpackFolder } from './folder-archive.ts';

describe('a folder as an archive', () => {
  let folder: string;
  let archive: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orator-archive-'));
    archive = join(folder, 'a.tar.gz');
    return () => rm(folder, { recursive: true, force: true });
  });

  const written = async (header: Partial<Header>) => {
    const entries = pack();
    entries.entry({ name: '', ...header }, '');
    entries.finalize();
    await writeFile(archive, gzipSync(await buffer(entries)));
  };

  test('comes back as it was, empty folders and files too', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) >> 3);
    await mkdir(join(folder, 'in', 'base', 'none'), { recursive: true });
    await writeFile(join(folder, 'in', 'base', '1_vm'), bytes);
    await writeFile(join(folder, 'in', 'empty.conf'), '');
    await packFolder(join(folder, 'in'), archive);
    await unpackFolder(archive, join(folder, 'out'));
    const names = await readdir(join(folder, 'out'), { recursive: true });
    expect(names.sort()).toEqual(['base', 'base/1_vm', 'base/none', 'empty.conf']);
    expect(await readFile(join(folder, 'out', 'base', '1_vm'))).toEqual(Buffer.from(bytes));
    expect(await readdir(folder)).toEqual(['a.tar.gz', 'in', 'out']);
  });

  test('is refused where its end is missing', async () => {
    await mkdir(join(folder, 'in'));
    await writeFile(join(folder, 'in', 'file'), 'x'.repeat(5000));
    await packFolder(join(folder, 'in'), archive);
    const { length } = await readFile(archive);
    for (const bytes of [length - 1, length >> 1, 0]) {
      await truncate(archive, bytes);
      await expect(unpackFolder(archive, join(folder, `out${bytes}`))).rejects.toThrow();
    }
  });

  test.each<Partial<Header>>([
    { name: '../out.txt' },
    { name: 'base/../../out.txt' },
    { name: '/tmp/out.txt' },
    { name: '.hidden' },
    { name: 'link', type: 'symlink', linkname: '/etc/passwd' },
    { name: 'link', type: 'link', linkname: '../a.tar.gz' },
  ])('is refused where it holds $name of the kind $type', async (header) => {
    await written(header);
    await expect(unpackFolder(archive, join(folder, 'out'))).rejects.toThrow('the archive');
    expect(await readdir(folder)).toEqual(['a.tar.gz', 'out']);
    expect(await readdir(join(folder, 'out'))).toEqual([]);
  });
});
