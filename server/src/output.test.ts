import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { checkOutput, cleanOutputs, keepInputs, Output, outputError } from './output.ts';

const root = await mkdtemp(join(tmpdir(), 'orator-output-'));
afterAll(() => rm(root, { recursive: true, force: true }));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
});

/** The number of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid!;
}

describe('an output', () => {
  test('has its name only once it is published, and replaces an older file then', async () => {
    const path = join(folder, 'clip.mp4');
    await writeFile(path, 'old');
    await using output = await Output.reserve(path);
    await writeFile(output.temporary, 'new');
    expect(await readFile(path, 'utf8')).toBe('old');
    await output.publish();
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['clip.mp4']);
  });

  test('is not named like a folder', async () => {
    await expect(checkOutput(`${join(folder, 'new')}/`)).rejects.toThrow(/is the name of a folder/);
  });

  test('never replaces what it is made from, under whatever name', async () => {
    const face = join(folder, 'face.jpg');
    const other = join(folder, 'other.mp4');
    await writeFile(face, 'face');
    await symlink(face, other);
    await expect(keepInputs(other, [face])).rejects.toMatchObject({ code: 'output/unwritable' });
    await expect(keepInputs(join(folder, 'clip.mp4'), [face])).resolves.toBeUndefined();
  });

  test('leaves nothing when it is given up', async () => {
    {
      await using output = await Output.reserve(join(folder, 'clip.mp4'));
      await writeFile(output.temporary, 'half');
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test('two of the same name do not disturb each other', async () => {
    const path = join(folder, 'clip.mp4');
    await using first = await Output.reserve(path);
    await using second = await Output.reserve(path);
    expect(first.temporary).not.toBe(second.temporary);
    await first.publish();
    await second.publish();
    expect(await readdir(folder)).toEqual(['clip.mp4']);
  });

  test('a name as long as the file system allows works', async () => {
    const path = join(folder, `${'é'.repeat(120)}.mp4`);
    await using output = await Output.reserve(path);
    await output.publish();
    await access(path);
  });
});

describe('checking where a clip goes', () => {
  test('says nothing and leaves nothing where it can be written', async () => {
    await checkOutput(join(folder, 'clip.mp4'));
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['a folder', () => folder, 'is a folder'],
    ['a place in a missing folder', () => join(folder, 'missing', 'clip.mp4'), 'does not exist'],
    ['a place inside a file', () => join(folder, 'file', 'clip.mp4'), 'does not exist'],
    ['a device', () => '/dev/null', 'is not a file'],
  ])('refuses %s', async (_, path, words) => {
    await writeFile(join(folder, 'file'), '');
    await expect(checkOutput(path())).rejects.toMatchObject({
      code: 'output/unwritable',
      message: expect.stringContaining(words),
    });
  });

  test('tells apart a full disk and a forbidden one', () => {
    const thrown = (code: string) => Object.assign(new Error(code), { code });
    expect(outputError(thrown('ENOSPC'), 'a').code).toBe('output/disk-full');
    expect(outputError(thrown('EACCES'), 'a').code).toBe('output/unwritable');
    expect(outputError(thrown('EROFS'), 'a').message).toContain('not allowed');
  });
});

describe('what killed processes leave behind', () => {
  const names = async () => (await readdir(folder)).sort();

  /** A temporary name as it would be if another process had made it. */
  async function leave(pid: number, machine?: string): Promise<string> {
    const { temporary } = await Output.reserve(join(folder, 'clip.mp4'));
    await rm(temporary);
    const name = temporary
      .split(/[\\/]/)
      .at(-1)!
      .replace(/([0-9a-f]{8})-\d+/, (_, own: string) => `${machine ?? own}-${pid}`);
    await writeFile(join(folder, name), 'half');
    return name;
  }

  test('is removed when the process is gone, kept while it runs', async () => {
    await leave(await deadPid());
    const alive = await leave(process.pid);
    await writeFile(join(folder, 'mine.part'), '');
    await cleanOutputs(folder);
    expect(await names()).toEqual([alive, 'mine.part'].sort());
  });

  test('of another machine is kept for a day', async () => {
    const theirs = await leave(await deadPid(), '00000000');
    await cleanOutputs(folder);
    expect(await names()).toEqual([theirs]);
    const old = Date.now() / 1000 - 25 * 3600;
    await utimes(join(folder, theirs), old, old);
    await cleanOutputs(folder);
    expect(await names()).toEqual([]);
  });

  test('a folder or a link of such a name does no harm', async () => {
    const pid = await deadPid();
    const name = await leave(pid);
    await rm(join(folder, name));
    await mkdir(join(folder, name));
    await writeFile(join(folder, 'kept'), 'kept');
    await symlink(join(folder, 'kept'), join(folder, name.replace('clip', 'link')));
    await cleanOutputs(folder);
    expect(await names()).toEqual([name, 'kept'].sort());
  });
});
