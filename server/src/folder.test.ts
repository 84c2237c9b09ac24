import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clearAway, makeFolder } from './folder.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-folder-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('folders are made down to the last one, and may be there already', async () => {
  const deep = join(folder, 'a', 'b', 'c');
  await makeFolder(deep);
  await makeFolder(deep);
  expect((await stat(deep)).isDirectory()).toBe(true);
});

test('a file in the way, and a place that takes no folders, are refused at once', async () => {
  await writeFile(join(folder, 'file'), '');
  const refused = { code: 'output/unwritable' };
  await expect(makeFolder(join(folder, 'file', 'inside'))).rejects.toMatchObject(refused);
  if (process.platform === 'linux') await expect(makeFolder('/proc/x/y')).rejects.toMatchObject(refused);
});

test.skipIf(process.platform === 'win32')('only their owner looks into them, unless others are to', async () => {
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  await makeFolder(join(folder, 'own', 'inside'));
  expect([await modeOf(join(folder, 'own')), await modeOf(join(folder, 'own', 'inside'))]).toEqual(['700', '700']);
  await makeFolder(join(folder, 'open'), 0o755);
  expect(await modeOf(join(folder, 'open'))).toBe('755');
});

test('a folder goes although somebody still writes there, and one that is not there is no trouble', async () => {
  const work = join(folder, 'work');
  await makeFolder(work);
  const writing = (async () => {
    const until = Date.now() + 400;
    for (let k = 0; Date.now() < until; k++) {
      await writeFile(join(work, `${k}`), 'more').catch(() => {}); // between two tries the folder may be gone
      await wait(1);
    }
  })();
  await clearAway(work);
  await writing;
  await expect(stat(work)).rejects.toMatchObject({ code: 'ENOENT' });
  await clearAway(work);
});
