import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ffmpeg, findFfmpeg } from '../media/ffmpeg.ts';
import { openFrames, readSound } from './decode.ts';

const { signal } = new AbortController();
let ffmpeg: Ffmpeg;
let folder: string;
let clip: string;

beforeAll(async () => {
  ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
  folder = await mkdtemp(join(tmpdir(), 'orator-inspect-'));
  clip = join(folder, 'clip.mp4');
  // Two seconds at 30 fps; the picture turns white after one second, when a tone begins.
  const picture = 'color=black:s=64x48:r=30:d=1[a];color=white:s=64x48:r=30:d=1[b];[a][b]concat[v]';
  const sound = 'aevalsrc=if(gte(t\\,1)\\,0.5*sin(2500*t)\\,0):s=48000:d=2[s]';
  const maps = ['-map', '[v]', '-map', '[s]', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-y', clip];
  await promisify(execFile)(ffmpeg.path, ['-v', 'error', '-filter_complex', `${picture};${sound}`, ...maps]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a clip', () => {
  test('gives all its pictures at its own rate', async () => {
    await using frames = await openFrames(ffmpeg, clip, signal);
    expect(frames.fps).toBe(30);
    const greys: number[] = [];
    for await (const { width, height, pixels } of frames.frames()) {
      expect([width, height, pixels.length]).toEqual([64, 48, 64 * 48 * 4]);
      greys.push(pixels[4 * 1000]!);
    }
    expect(greys).toHaveLength(60);
    expect(greys.findIndex((grey) => grey > 128)).toBe(30);
  });
  test('gives its sound in time with its pictures', async () => {
    const pcm = await readSound(ffmpeg, clip, signal);
    expect(pcm.length / 16_000).toBeCloseTo(2, 1);
    expect(pcm.findIndex((sample) => Math.abs(sample) > 0.1) / 16_000).toBeCloseTo(1, 2);
  });
  test('that is none is refused with a code', async () => {
    await expect(openFrames(ffmpeg, join(folder, 'missing.mp4'), signal)).rejects.toMatchObject({
      code: 'request/invalid',
    });
  });
  test('stops when it is left early', async () => {
    await using frames = await openFrames(ffmpeg, clip, signal);
    for await (const picture of frames.frames()) {
      expect(picture.width).toBe(64);
      break;
    }
  });
});
