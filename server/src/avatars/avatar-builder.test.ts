import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { OratorError } from '@orator/core/base/errors';
import type { FaceNetworks } from '@orator/core/models/face-networks';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFaceNetworks } from '../inspect/clip.ts';
import { type Ffmpeg, findFfmpeg } from '../media/ffmpeg.ts';
import { type AvatarEvent, type AvatarOptions, buildAvatar } from './avatar-builder.ts';
import { checkAvatar } from './avatar-check.ts';
import { readCoords } from './coords-pickle.ts';
import type { TrainingVideo } from './training-video.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const PORTRAIT = join(root, 'fixtures/portrait.jpg');
const testdata = process.env.ORATOR_TESTDATA ?? join(root, '../shared/testdata');
const TALKER = join(testdata, 'video/talk_woman_seated_720x1280.mp4');

/** Films of a second are enough for most tests. */
const SHORT = { minSeconds: 1 };
const open = new AbortController();
let networks: FaceNetworks & AsyncDisposable;
let ffmpeg: Ffmpeg;
let folder: string;
let serial = 0;

beforeAll(async () => {
  ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
  networks = await openFaceNetworks();
  folder = await mkdtemp(join(tmpdir(), 'orator-avatar-'));
  await sharp(PORTRAIT).resize(320).toFile(join(folder, 'portrait.png')); // small: it is decoded for every frame
});
afterAll(async () => {
  await networks[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Makes a video of pictures that stand still; `filters` change them. */
async function film(
  seconds: number,
  filters: string,
  more: readonly string[] = [],
  name = 'clip.mp4',
): Promise<string> {
  const place = join(folder, `film-${serial++}`);
  await mkdir(place);
  const path = join(place, name);
  const still = ['-loop', '1', '-framerate', '30', '-t', String(seconds), '-i', join(folder, 'portrait.png')];
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  await promisify(execFile)(ffmpeg.path, ['-v', 'error', ...still, '-vf', filters, ...codec, ...more, path]);
  return path;
}

/** Tells players of an MP4 to show it turned by a quarter, clockwise, as phones do. */
async function turnBack(path: string): Promise<string> {
  const bytes = await readFile(path);
  const matrix = bytes.indexOf('tkhd') + 44; // its first five numbers, fixed point
  [0, 0x1_0000, 0, 0xffff_0000, 0].forEach((value, i) => {
    bytes.writeUInt32BE(value, matrix + i * 4);
  });
  await writeFile(path, bytes);
  return path;
}

/** The same pictures with silence that lasts longer. */
async function addSilence(path: string, seconds: number): Promise<string> {
  const longer = path.replace('.mp4', '-silent.mp4');
  const inputs = ['-i', path, '-f', 'lavfi', '-t', String(seconds), '-i', 'anullsrc'];
  await promisify(execFile)(ffmpeg.path, ['-v', 'error', ...inputs, '-c:v', 'copy', longer]);
  return longer;
}

async function build(video: string | TrainingVideo, options: AvatarOptions = {}, signal = open.signal) {
  const target = join(folder, `avatar-${serial++}`, 'avatar');
  const events: AvatarEvent[] = [];
  const source = typeof video === 'string' ? { path: video } : video;
  const failure = await (async () => {
    for await (const event of buildAvatar(source, target, options, { ffmpeg, networks, signal })) events.push(event);
  })().catch((thrown: unknown) => OratorError.from(thrown));
  const left = await readdir(join(target, '..')).catch(() => []);
  return { target, events, failure, left };
}

const refusalOf = async (video: string | TrainingVideo, options: AvatarOptions = {}) => {
  const { failure, left } = await build(video, options);
  expect(left).toEqual([]);
  return [failure?.code, failure?.message];
};

describe('an avatar', () => {
  test('of a still portrait has a frame, a face and a row for every 1/25 second', async () => {
    const { target, events, failure, left } = await build(await film(3.2, 'scale=320:-2'));
    expect(failure).toBeUndefined();
    expect(left).toEqual(['avatar']);
    expect(await checkAvatar(target)).toMatchObject({ model: 'wav2lip', frames: 80, width: 320, faceSize: 96 });
    expect(events.at(-1)).toMatchObject({ type: 'done', folder: target, frames: 80, faceSize: 96 });
    const percents = events.flatMap((event) => (event.type === 'progress' ? [event.percent] : []));
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents).toEqual(expect.arrayContaining([5, 20, 80, 85, 100]));
    const [first, ...rest] = readCoords(await readFile(join(target, 'coords.pkl')));
    expect(rest.every((row) => row.every((edge, i) => Math.abs(edge - first![i]!) < 5))).toBe(true);
  });
  test('of a video that is turned stands upright, at the size asked for', async () => {
    const upright = await build(await film(1, 'scale=320:400'), { ...SHORT, faceSize: 256 });
    const lying = await turnBack(await film(1, 'scale=320:400,transpose=2'));
    const turned = await build(lying, { ...SHORT, faceSize: 256, longestSidePixels: 200 });
    expect(turned.failure).toBeUndefined();
    expect(await checkAvatar(turned.target)).toMatchObject({ width: 160, height: 200, faceSize: 256 });
    const [a] = readCoords(await readFile(join(upright.target, 'coords.pkl')));
    const [b] = readCoords(await readFile(join(turned.target, 'coords.pkl')));
    const [y1, , x1, x2] = a!.map((edge) => edge / 2);
    expect([Math.abs(b![0] - y1!), Math.abs(b![2] - x1!), Math.abs(b![3] - x2!)].every((off) => off < 8)).toBe(true);
  });
  test('of pixels that are not square, with odd sides, is neither', async () => {
    const { target } = await build(await film(1, 'scale=161:301,setsar=2/1', ['-pix_fmt', 'yuv444p']), SHORT);
    expect(await checkAvatar(target)).toMatchObject({ width: 322, height: 300 });
  });
  test('of a video whose frames change their size keeps that of the first', async () => {
    const parts = [await film(1, 'scale=320:400', [], 'a.ts'), await film(1, 'scale=160:200', [], 'b.ts')];
    const path = join(folder, 'changing.ts');
    await writeFile(path, Buffer.concat(await Promise.all(parts.map((part) => readFile(part)))));
    const { target } = await build(path, SHORT);
    expect(await checkAvatar(target)).toMatchObject({ frames: 50, width: 320, height: 400 });
  });
  test('keeps its face where that is hidden for a moment', async () => {
    const hidden = "drawbox=c=black:t=fill:enable='between(t,1,1.2)'";
    const { target } = await build(await film(3, `scale=320:-2,${hidden}`, [], 'clip.mkv'));
    expect(await checkAvatar(target)).toMatchObject({ frames: 75 });
  });
  test('built again takes the place of the first', async () => {
    const target = join(folder, 'again');
    for (const seconds of [2, 1]) {
      const video = { path: await film(seconds, 'scale=240:-2') };
      for await (const event of buildAvatar(video, target, SHORT, { ffmpeg, networks, signal: open.signal }))
        void event;
      expect(await readdir(join(target, 'full_imgs'))).toHaveLength(seconds * 25);
    }
  });
});

describe('a training video is refused', () => {
  test('when it is too short', async () => {
    const clip = await film(2, 'scale=320:-2');
    expect(await refusalOf(clip)).toEqual(['video/too-short', 'Video too short, minimum 3 seconds required']);
    expect(await refusalOf(clip, { minSeconds: 2.5 })).toEqual([
      'video/too-short',
      'Video too short, minimum 2.5 seconds required',
    ]);
  });
  test('when it is too short, whatever it says itself', async () => {
    const clip = await addSilence(await film(1, 'scale=320:-2'), 2);
    expect((await refusalOf(clip, { minSeconds: 1.5 }))[0]).toBe('video/too-short');
  });
  test('when it is too long', async () => {
    const clip = await film(5, 'scale=320:-2');
    expect(await refusalOf(clip, { maxSeconds: 3 })).toEqual([
      'video/too-long',
      'Video too long, maximum 3 seconds allowed',
    ]);
  });
  test('when it is too long and does not say so', async () => {
    const clip = await film(3, 'scale=160:-2', ['-f', 'matroska', '-live', '1']);
    expect((await refusalOf(clip, { ...SHORT, maxSeconds: 1 }))[0]).toBe('video/too-long');
  });
  test('when no face is in it', async () => {
    const clip = await film(4, 'scale=320:-2,drawbox=c=gray:t=fill');
    expect(await refusalOf(clip)).toEqual(['face/not-found', 'No face detected in video']);
  });
  test('when the face leaves for long', async () => {
    const clip = await film(4, "scale=320:-2,drawbox=c=black:t=fill:enable='between(t,1,2.5)'");
    expect(await refusalOf(clip)).toEqual(['face/not-found', 'No face detected in video']);
  });
  test('when two faces are side by side', async () => {
    const clip = await film(4, 'scale=320:-2,split[a][b];[a][b]hstack');
    expect(await refusalOf(clip)).toEqual(['face/several', 'Multiple faces detected, single face required']);
  });
  test('when it is no video', async () => {
    const place = join(folder, 'none');
    await mkdir(place);
    const write = async (name: string, bytes: string | Uint8Array) => {
      await writeFile(join(place, name), bytes);
      return join(place, name);
    };
    const page = await write('download', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>');
    const message = (format: string) => ['video/unsupported', `Unsupported video format: ${format}`];
    expect(await refusalOf({ path: page, contentType: 'application/xml; charset=utf-8' })).toEqual(
      message('application/xml'),
    );
    expect(await refusalOf(page)).toEqual(message('unknown'));
    expect(await refusalOf({ path: page, name: 'mine.MP4' })).toEqual(message('mp4'));
    expect(await refusalOf(await write('empty.mov', ''))).toEqual(message('mov'));
    expect(await refusalOf(await write('photo.jpg', await readFile(PORTRAIT)))).toEqual(message('jpg'));
    expect(await refusalOf(await write('list.m3u8', '#EXTM3U\n#EXTINF:9,\n/etc/passwd\n'))).toEqual(message('m3u8'));
    const sound = join(place, 'sound.m4a');
    await promisify(execFile)(ffmpeg.path, ['-v', 'error', '-f', 'lavfi', '-i', 'anullsrc', '-t', '4', sound]);
    expect(await refusalOf(sound)).toEqual(message('m4a'));
  });
  test('for a model that is not here, or none', async () => {
    expect(await refusalOf(PORTRAIT, { model: 'musetalk' })).toEqual([
      'model/missing',
      expect.stringContaining('musetalk'),
    ]);
    expect(await refusalOf(PORTRAIT, { model: 'x' })).toEqual(['request/invalid', 'Unsupported model: x']);
  });
});

test('a build that is stopped leaves nothing and gives the reason', async () => {
  const clip = await film(6, 'scale=320:-2');
  const stop = new AbortController();
  setTimeout(() => stop.abort(new OratorError('runtime/exhausted', 'Processing timed out after 1 seconds')), 300);
  const { failure, left } = await build(clip, {}, stop.signal);
  expect(failure).toMatchObject({ code: 'runtime/exhausted', message: 'Processing timed out after 1 seconds' });
  expect(left).toEqual([]);
});

test('a build that is left early leaves nothing', async () => {
  const target = join(folder, 'left', 'avatar');
  const video = { path: await film(4, 'scale=320:-2') };
  for await (const event of buildAvatar(video, target, {}, { ffmpeg, networks, signal: open.signal })) {
    if (event.type === 'progress' && event.percent > 45) break;
  }
  expect(await readdir(join(target, '..'))).toEqual([]);
});

describe.skipIf(!existsSync(TALKER))('a person who talks (skipped without ORATOR_TESTDATA)', () => {
  test('becomes an avatar whose boxes hold the face', async () => {
    const { target, failure } = await build(TALKER, { longestSidePixels: 640, faceSize: 256 });
    expect(failure).toBeUndefined();
    expect(await checkAvatar(target)).toEqual({
      model: 'wav2lip',
      frames: 250,
      width: 360,
      height: 640,
      faceSize: 256,
    });
    for (const [y1, y2, x1, x2] of readCoords(await readFile(join(target, 'coords.pkl')))) {
      expect([y2 - y1 > 70, y2 - y1 < 95, x2 - x1 > 50, x2 - x1 < 85, y1 > 190, y2 < 316]).not.toContain(false);
    }
    const { channels } = await sharp(join(target, 'face_imgs/00000100.png')).stats();
    const [red, green, blue] = channels.map(({ mean }) => mean);
    expect([red! > green!, green! > blue!]).toEqual([true, true]); // skin, and red and blue not exchanged
  });
});
