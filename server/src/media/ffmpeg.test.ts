import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findFfmpeg } from './ffmpeg.ts';
import { FfmpegProcess } from './ffmpeg-process.ts';

const folder = await mkdtemp(join(tmpdir(), 'orator-ffmpeg-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A folder with a program called ffmpeg. */
async function pretend(script: string): Promise<string> {
  const place = await mkdtemp(join(folder, 'bin-'));
  await writeFile(join(place, 'ffmpeg'), `#!/bin/sh\n${script}\n`);
  await chmod(join(place, 'ffmpeg'), 0o755);
  return place;
}

const answering = (version: string, libavcodec: number, encoders: readonly string[]) =>
  [
    `echo 'ffmpeg version ${version} Copyright (c) somebody' >&2`,
    `echo '  libavcodec     ${libavcodec}. 37.100 / ${libavcodec}. 37.100' >&2`,
    ...encoders.map((name) => `echo ' V....D ${name}   an encoder'`),
  ].join('\n');

describe.skipIf(process.platform === 'win32')('finding ffmpeg', () => {
  test('takes the one set before all others', async () => {
    const set = join(await pretend(answering('7.1', 61, ['libx264', 'aac'])), 'ffmpeg');
    const path = await pretend(answering('6.0', 60, ['libx264', 'aac']));
    expect(await findFfmpeg({ ffmpeg: set, path })).toEqual({
      path: set,
      version: '7.1',
      origin: 'setting',
      old: false,
    });
  });

  test('never replaces the one set, and says what is wrong with it', async () => {
    const missing = findFfmpeg({ ffmpeg: join(folder, 'none'), path: process.env.PATH ?? '' });
    await expect(missing).rejects.toMatchObject({
      code: 'ffmpeg/missing',
      message: expect.stringContaining('no such program'),
    });
    const other = findFfmpeg({ ffmpeg: join(await pretend('echo hello'), 'ffmpeg'), path: '' });
    await expect(other).rejects.toMatchObject({ message: expect.stringContaining('does not answer like ffmpeg') });
  });

  test('passes by one on the path that cannot write H.264, and takes the next', async () => {
    const poor = await pretend(answering('6.1', 60, ['aac']));
    const good = await pretend(answering('4.4', 58, ['libx264', 'aac']));
    const found = await findFfmpeg({ path: [join(folder, 'nowhere'), poor, good].join(delimiter) });
    expect(found).toEqual({ path: join(good, 'ffmpeg'), version: '4.4', origin: 'path', old: true });
  });

  test('finds the one npm brought when the path has none', async () => {
    expect(await findFfmpeg({ path: '' })).toMatchObject({ origin: 'npm', old: true });
  });

  test('one that hangs or refuses to start counts as missing', async () => {
    const place = await pretend('');
    await writeFile(join(place, 'ffmpeg'), 'no program at all\0');
    await expect(findFfmpeg({ ffmpeg: join(place, 'ffmpeg'), path: '' })).rejects.toMatchObject({
      code: 'ffmpeg/missing',
    });
  });
});

describe.skipIf(process.platform === 'win32')('running ffmpeg', () => {
  const start = async (script: string, options: { feeds?: number[]; patienceSeconds?: number } = {}) => {
    const path = join(await pretend(script), 'ffmpeg');
    const program = { path, version: '', origin: 'setting', old: false } as const;
    return new FfmpegProcess(program, [], { signal: new AbortController().signal, ...options });
  };

  test('gives it up when it makes no progress', async () => {
    await using stuck = await start('exec sleep 30', { feeds: [0], patienceSeconds: 0.2 });
    const writing = stuck.patiently(stuck.write(0, new Uint8Array(1 << 24)));
    await expect(writing).rejects.toMatchObject({
      code: 'ffmpeg/failed',
      message: expect.stringContaining('no progress'),
    });
  });

  test('tells its last words, also when it stopped reading before it said them', async () => {
    await using dying = await start('exec <&-; sleep 0.2; echo "[mp4 @ 0x55] it hurts" >&2; exit 3', { feeds: [0] });
    const writing = dying.write(0, new Uint8Array(1 << 22));
    await expect(writing).rejects.toMatchObject({ message: expect.stringContaining('failed (exit 3): it hurts.') });
  });

  test('says that it could not be started', async () => {
    const program = { path: join(folder, 'gone'), version: '', origin: 'setting', old: false } as const;
    await using process = new FfmpegProcess(program, [], { signal: new AbortController().signal });
    await expect(process.succeed()).rejects.toMatchObject({ code: 'ffmpeg/missing' });
  });

  test('an abort before it starts starts nothing', async () => {
    const program = { path: join(folder, 'gone'), version: '', origin: 'setting', old: false } as const;
    expect(() => new FfmpegProcess(program, [], { signal: AbortSignal.abort() })).toThrow();
  });
});
