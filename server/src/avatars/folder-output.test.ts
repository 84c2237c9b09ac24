import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FolderOutput } from './folder-output.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-folder-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a folder appears when it is published, for everyone to read', async () => {
  const target = join(folder, 'deep', 'avatar');
  await using output = await FolderOutput.reserve(target);
  await writeFile(join(output.temporary, 'coords.pkl'), 'x');
  await expect(stat(target)).rejects.toThrow();
  await output.publish();
  expect((await stat(target)).mode & 0o777).toBe(0o755);
  expect(await readdir(join(folder, 'deep'))).toEqual(['avatar']);
});

test('what a process that is gone left behind is removed, what a running one writes is not', async () => {
  const target = join(folder, 'left', 'avatar');
  await using running = await FolderOutput.reserve(target);
  const abandoned = basename(running.temporary).replace(`-${process.pid}-`, '-4194305-'); // beyond the largest process number
  await mkdir(join(folder, 'left', abandoned));
  await using again = await FolderOutput.reserve(target);
  expect((await readdir(join(folder, 'left'))).sort()).toEqual(
    [basename(running.temporary), basename(again.temporary)].sort(),
  );
});

test('a file in the way is not replaced', async () => {
  await writeFile(join(folder, 'file'), 'x');
  await expect(FolderOutput.reserve(join(folder, 'file'))).rejects.toMatchObject({ code: 'output/unwritable' });
});
