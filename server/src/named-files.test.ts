import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCli } from './cli/test-cli.ts';
import { loadConfig } from './config.ts';
import { findNamedLacks, requireNamedFiles } from './named-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-named-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(['ORATOR_FFMPEG', 'ORATOR_LIVE_AVATAR', 'ORATOR_ONNX_RUNTIME'])(
  '%s that names nothing is refused with its name and the cure',
  async (name) => {
    for (const path of [join(folder, 'nope'), folder]) {
      const start = requireNamedFiles(loadConfig({ ORATOR_DATA: folder, [name]: path }));
      await expect(start).rejects.toThrow(`The setting ${name} (environment) is wrong: "${path}". Th`);
    }
  },
);

test('what is there, what is an id, and what is not set, pass', async () => {
  await writeFile(join(folder, 'package.json'), '{}');
  await writeFile(join(folder, 'me.jpg'), '');
  const good = { ORATOR_FFMPEG: process.execPath, ORATOR_ONNX_RUNTIME: folder };
  for (const face of [join(folder, 'me.jpg'), '0198c0de-0000-7000-8000-000000000000']) {
    expect(await findNamedLacks(loadConfig({ ...good, ORATOR_LIVE_AVATAR: face }))).toEqual([]);
  }
  expect(await findNamedLacks(loadConfig({}))).toEqual([]);
});

test('orator serve, worker and config tell it', async () => {
  const env = { ORATOR_DATA: folder, ORATOR_FFMPEG: join(folder, 'nope'), ORATOR_PORT: '0' };
  const [serve, worker, config] = await Promise.all(
    ['serve', 'worker', 'config'].map((name) => startCli([name], env).done),
  );
  for (const { code, err } of [serve!, worker!]) {
    expect(code).toBe(1);
    expect(err).toContain('request/invalid: The setting ORATOR_FFMPEG (environment) is wrong');
  }
  expect(config!.code).toBe(1);
  expect(config!.out).toMatch(/ORATOR_FFMPEG .*\n.*\n +WRONG: There is no such program\./);
}, 60_000);
