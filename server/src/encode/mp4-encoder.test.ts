import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fps, hertz, seconds } from '@orator/core/base/units';
import { encoderContract } from '@orator/core/encode/encoder-contract';
import { afterAll, describe, expect, test } from 'vitest';
import { type Ffmpeg, findFfmpeg } from '../media/ffmpeg.ts';
import { createMp4Encoder } from './mp4-encoder.ts';

const run = promisify(execFile);
const ffmpeg = await findFfmpeg({ ffmpeg: process.env.ORATOR_FFMPEG, path: process.env.PATH ?? '' });
const folder = await mkdtemp(join(tmpdir(), 'orator-encode-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const newPath = async () => join(await mkdtemp(join(folder, 'clip-')), 'clip.mp4');
const filesBeside = (path: string) => readdir(dirname(path));

async function decode(path: string, width: number, height: number) {
  const ask = async (...args: string[]) => {
    const { stdout } = await run(ffmpeg.path, ['-v', 'error', '-i', path, ...args, '-'], {
      encoding: 'buffer',
      maxBuffer: 1 << 28,
    });
    return stdout;
  };
  const video = await ask('-map', '0:v', '-f', 'rawvideo', '-pix_fmt', 'rgba');
  const sound = await ask('-map', '0:a', '-f', 'f32le', '-ac', '1', '-ar', '48000');
  const tags = (await ask('-f', 'ffmetadata')).toString();
  const size = width * height * 4;
  return {
    frames: Array.from({ length: video.length / size }, (_, i) => video.subarray(i * size, (i + 1) * size)),
    sound: new Float32Array(Uint8Array.from(sound).buffer),
    metadata: parseTags(tags),
  };
}

/** ffmpeg's own form of tags: one `name=value` a line, special characters behind a backslash. */
function parseTags(text: string): Record<string, string> {
  const lines = text.matchAll(/^([^;=\n]+)=((?:[^\\\n]|\\[\s\S])*)/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name!, value!.replace(/\\([\s\S])/g, '$1')]));
}

encoderContract(createMp4Encoder(ffmpeg), {
  newPath,
  filesBeside,
  decode,
  unwritable: join(folder, 'missing', 'clip.mp4'),
});

const SPEC = { width: 64, height: 48, fps: fps(25), audioRate: hertz(16_000) };
const grey = {
  width: 64,
  height: 48,
  pixels: new Uint8ClampedArray(64 * 48 * 4).fill(128),
  at: seconds(0),
  [Symbol.dispose]: () => {},
};
const soundAt = (i: number) => ({ at: seconds(i / 25), rate: hertz(16_000), pcm: new Float32Array(640) });

/** An ffmpeg that is a shell script of ours; `$FFMPEG` is the real one. */
async function disguised(script: string): Promise<Ffmpeg> {
  const path = join(await mkdtemp(join(folder, 'program-')), 'ffmpeg');
  await writeFile(path, `#!/bin/sh\nFFMPEG='${ffmpeg.path}'\n${script}\n`);
  await chmod(path, 0o755);
  return { ...ffmpeg, path };
}

async function encodeForever(program: Ffmpeg, path: string, eachFrame: (i: number) => Promise<void>): Promise<never> {
  await using session = await createMp4Encoder(program).open(path, SPEC, new AbortController().signal);
  for (let i = 0; ; i++) {
    await session.addAudio(soundAt(i));
    await session.addFrame(grey);
    await eachFrame(i);
  }
}

describe.skipIf(process.platform === 'win32')('when ffmpeg fails', () => {
  test('killed while it encodes: an error within a second, and no file', async () => {
    const path = await newPath();
    const program = await disguised(`echo $$ > "$0.pid"\nexec "$FFMPEG" "$@"`);
    const kill = async (i: number) => {
      if (i === 30) process.kill(Number(await readFile(`${program.path}.pid`, 'utf8')), 'SIGKILL');
    };
    await expect(encodeForever(program, path, kill)).rejects.toMatchObject({ code: 'ffmpeg/failed' });
    expect(await filesBeside(path)).toEqual([]);
  });

  test('killed after the last frame: the same', async () => {
    const path = await newPath();
    const program = await disguised(`cat <&3 >/dev/null & cat <&4 >/dev/null & wait\nkill -9 $$`);
    await using session = await createMp4Encoder(program).open(path, SPEC, new AbortController().signal);
    await session.addAudio(soundAt(0));
    await session.addFrame(grey);
    await expect(session.finish({})).rejects.toMatchObject({
      code: 'ffmpeg/failed',
      message: expect.stringContaining('SIGKILL'),
    });
    expect(await filesBeside(path)).not.toContain(basename(path));
  });

  test('out of disk space is told as that', async () => {
    const path = await newPath();
    const program = await disguised(`echo 'av_interleaved_write_frame(): No space left on device' >&2\nexit 1`);
    await expect(encodeForever(program, path, async () => {})).rejects.toMatchObject({ code: 'output/disk-full' });
    expect(await filesBeside(path)).toEqual([]);
  });

  test('an unfinished file is never published', async () => {
    const path = await newPath();
    const program = await disguised(`cat <&3 >/dev/null & cat <&4 >/dev/null & wait\nexit 0`);
    await using session = await createMp4Encoder(program).open(path, SPEC, new AbortController().signal);
    await session.addAudio(soundAt(0));
    await session.addFrame(grey);
    await expect(session.finish({})).rejects.toMatchObject({ code: 'ffmpeg/failed' });
  });
});

test('sound of another rate is converted and stays in time', async () => {
  const path = await newPath();
  await using session = await createMp4Encoder(ffmpeg).open(path, SPEC, new AbortController().signal);
  for (let i = 0; i < 50; i++) {
    const chunk = soundAt(i);
    if (i === 40) chunk.pcm.fill(0.9, 0, 2);
    await session.addAudio(chunk);
    await session.addFrame(grey);
  }
  await session.finish({});
  const { sound } = await decode(path, 64, 48);
  let loudest = 0;
  sound.forEach((sample, i) => {
    if (Math.abs(sample) > Math.abs(sound[loudest]!)) loudest = i;
  });
  expect(Math.abs(loudest / 48_000 - 1.6)).toBeLessThan(0.001);
});

test('is tagged as BT.709 at constant rate, its header first, with lengths exact to the sample', async () => {
  const path = await newPath();
  await using session = await createMp4Encoder(ffmpeg).open(path, SPEC, new AbortController().signal);
  for (let i = 0; i < 7; i++) {
    await session.addAudio(soundAt(i));
    await session.addFrame(grey);
  }
  await session.finish({});
  const bytes = await readFile(path);
  expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
  const said = await run(ffmpeg.path, ['-hide_banner', '-i', path]).catch((failure: { stderr: string }) => failure);
  expect(said.stderr).toMatch(/h264 \(High\).*yuv420p\(tv, bt709\b.*25 fps/);
  expect(said.stderr).toMatch(/Duration: 00:00:00\.28, start: 0\.000000/);
  expect(said.stderr).toMatch(/aac \(LC\).*48000 Hz, mono/);
  const lists = [...bytes.toString('latin1').matchAll(/elst/g)].map(({ index }) => bytes.readUInt32BE(index + 12));
  expect(lists).toEqual([13_440, 13_440]); // 0.28 s in ticks of 1/48000 s
});

test('refuses odd sizes with a word about the size', async () => {
  const opening = createMp4Encoder(ffmpeg).open(await newPath(), { ...SPEC, width: 63 }, new AbortController().signal);
  await expect(opening).rejects.toMatchObject({ code: 'request/invalid', message: expect.stringContaining('63 × 48') });
});
