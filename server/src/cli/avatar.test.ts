import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tarOfFiles, wav2lipFiles } from '../avatars/test-avatar.ts';
import { TestService } from '../service/test-service.ts';

const CLI = fileURLToPath(new URL('../../bin/orator.mjs', import.meta.url));

let folder: string;
let data: string;
let tar: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-cli-avatar-'));
  data = join(folder, 'data');
  tar = join(folder, 'anna.tar');
  await writeFile(tar, await tarOfFiles(await wav2lipFiles()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs `orator avatar … --json` and reads its answer. */
async function avatar(...args: string[]) {
  const env = { ...process.env, ORATOR_DATA: data };
  const run = Promise.withResolvers<{ readonly code: number; readonly out: string; readonly err: string }>();
  execFile(process.execPath, [CLI, 'avatar', ...args, '--json'], { env }, (failure, out, err) =>
    run.resolve({ code: Number(failure?.code ?? 0), out, err }),
  );
  const { code, out, err } = await run.promise;
  return { code, err, ...(JSON.parse(out) as Answer) };
}

interface Answer {
  readonly avatars?: readonly { readonly id: string; readonly name: string }[];
  readonly avatar?: { readonly id: string; readonly name: string; readonly sha256: string };
  readonly error?: { readonly code: string; readonly message: string };
}

const namesOf = ({ avatars }: Answer) => avatars?.map(({ name }) => name);

test('an avatar is built from a file that is there', async () => {
  for (const video of [join(folder, 'nowhere.mp4'), folder]) {
    expect(await avatar('build', '--video', video, '-o', join(folder, 'nothing.tar'))).toMatchObject({
      code: 1,
      error: { code: 'request/invalid', message: `"${video}" is no file that can be read. Check the path.` },
    });
  }
}, 120_000);

describe('the avatars of a data folder', () => {
  test('are imported, listed and exported without a server', async () => {
    expect(await avatar('import', tar)).toMatchObject({ code: 0, err: '', avatar: { name: 'anna', frames: 2 } });
    expect(namesOf(await avatar('list'))).toEqual(['anna']);
    expect(namesOf(await avatar('list', '--model', 'portrait'))).toEqual([]);
    const file = join(folder, 'out.tar');
    const { sha256 } = (await avatar('export', 'anna', '-o', file)).avatar!;
    expect(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ).toBe(sha256);
    expect(await readdir(data)).not.toContain('lock');
  }, 240_000);

  test('are the same through the server that has the folder, also after it was killed', async () => {
    const env = { ORATOR_DATA: data, ORATOR_AUTH: 'keys', ORATOR_WORKERS: '0' };
    {
      await using service = await TestService.start(env);
      const { id } = (await avatar('import', tar, '--name', 'berta')).avatar!;
      expect(namesOf(await avatar('list'))).toEqual(['berta', 'anna']);
      const file = join(folder, 'large.tar');
      expect(await avatar('export', id, '--for', 'livetalking', '-o', file)).toMatchObject({ code: 0, avatar: { id } });
      expect((await readFile(file)).length).toBeGreaterThan((await readFile(tar)).length);
      expect(namesOf(await avatar('list', '--owner', 'somebody-else'))).toEqual([]);
      await service.end('SIGKILL');
    }
    expect(namesOf(await avatar('list'))).toEqual(['berta', 'anna']);
    expect(await avatar('delete', 'berta')).toMatchObject({ code: 0, deleted: { name: 'berta' } });
    expect(namesOf(await avatar('list'))).toEqual(['anna']);
  }, 240_000);

  test('that cannot be what was asked for are refused, and nothing is left', async () => {
    await avatar('import', tar);
    const broken = join(folder, 'broken.tar');
    await writeFile(broken, (await readFile(tar)).subarray(0, 3000));
    const out = join(folder, 'nothing.tar');
    const cases: readonly [readonly string[], string][] = [
      [['import', broken], 'avatar/invalid'],
      [['import', join(folder, 'nowhere.tar')], 'request/invalid'],
      [['export', 'anna', '-o', out], 'request/conflict'],
      [['export', 'carla', '-o', out], 'avatar/unknown'],
      [['export', 'anna', '-o', out, '--for', 'nobody'], 'request/invalid'],
      [['export', 'anna'], 'request/invalid'],
      [['delete'], 'request/invalid'],
      [['rename', 'anna'], 'request/invalid'],
    ];
    for (const [args, code] of cases)
      expect(await avatar(...args)).toMatchObject({ code: 1, err: '', error: { code } });
    expect((await readdir(folder)).filter((name) => name.includes('nothing'))).toEqual([]);
  }, 300_000);
});
