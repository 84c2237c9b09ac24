import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hertz } from '@orator/core/base/units';
import { writeWav } from '@orator/core/media/wav';
import { LIP_FRAMES, LIP_SIZE, MFCC_COLUMNS, SYNC_FEATURES } from '@orator/core/models/networks/syncnet';
import type { ModelSession, Tensors } from '@orator/core/models/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { openTestRuntime } from '../runtime/onnx/test-onnx.ts';
import { makeFaceVideo } from '../studio/video/test-face-video.ts';
import { openFaceNetworks } from './clip.ts';
import { measureLipSync, openSyncNetworks } from './lip-sync.ts';

const RATE = hertz(16_000);
const SECONDS = 3;
const { signal } = new AbortController();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-lip-sync-'));
  await makeFaceVideo(join(folder, 'face.mp4'), { seconds: SECONDS, speed: 0 });
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** When it is bright, and loud. */
const isOn = (at: number) => Math.sin(2 * Math.PI * 1.3 * at) + Math.sin(2 * Math.PI * 0.77 * at + 1) > 0;
const ON = 'gt(sin(2*PI*1.3*t)+sin(2*PI*0.77*t+1),0)';

/** The face, which is lit to the sound's rhythm; the sound comes `late` seconds after it. */
async function clip(late: number): Promise<string> {
  const path = join(folder, `${late}.mp4`);
  const pcm = Float32Array.from({ length: SECONDS * RATE }, (_, n) => {
    const noise = ((n * 7919) % 10_007) / 10_007 - 0.5;
    return noise * (isOn(n / RATE - late) ? 0.6 : 0.01);
  });
  await writeFile(join(folder, 'sound.wav'), writeWav(pcm, RATE));
  const { path: ffmpeg } = await findFfmpeg(loadConfig(process.env));
  await promisify(execFile)(ffmpeg, [
    ...['-v', 'error', '-i', join(folder, 'face.mp4'), '-i', join(folder, 'sound.wav')],
    ...['-vf', `eq=brightness='0.15*${ON}':eval=frame`, '-c:v', 'libx264', '-c:a', 'aac', '-y', path],
  ]);
  return path;
}

/** A network that says one number of each look, and notes what it was shown. */
function reader(read: (values: Float32Array) => number, shown: number[][]): ModelSession {
  return {
    provider: 'test',
    passedOver: [],
    ...{ precision: 'fp32', precisionReason: 'test' },
    run: async (inputs: Tensors) => {
      const { shape, values } = Object.values(inputs)[0]!;
      shown.push([...shape]);
      const each = values.length / shape[0]!;
      const features = new Float32Array(shape[0]! * SYNC_FEATURES);
      for (let i = 0; i < shape[0]!; i++) {
        features[i * SYNC_FEATURES] = read((values as Float32Array).subarray(i * each, (i + 1) * each));
      }
      return { features: { dtype: 'f32', shape: [shape[0]!, SYNC_FEATURES], values: features } };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** How bright the first of the five faces is. */
const bright = (look: Float32Array) =>
  look.subarray(0, LIP_SIZE * LIP_SIZE).reduce((sum, value) => sum + value, 0) / LIP_SIZE ** 2;
/** How loud it is at the time of the frame. */
const loud = (look: Float32Array) => look.subarray(0, 4).reduce((sum, value) => sum + value, 0) / 4;

/** Measures a clip with networks that say one number of each look. */
async function measure(path: string, read: Readonly<Record<'lips' | 'sound', (look: Float32Array) => number>>) {
  await using networks = await openFaceNetworks();
  const shown: number[][] = [];
  const readers = {
    lips: reader(read.lips, shown),
    sound: reader(read.sound, shown),
    [Symbol.asyncDispose]: async () => {},
  };
  const tools = { ffmpeg: await findFfmpeg(loadConfig(process.env)), networks, signal };
  return { ...(await measureLipSync(path, readers, tools)), shown };
}

/** Reads looks as on or off, once it has been told what there is. */
function switchOf(read: (look: Float32Array) => number) {
  const seen: number[] = [];
  return {
    learn: (look: Float32Array) => seen[seen.push(read(look)) - 1]!,
    tell: (look: Float32Array) => (read(look) > (Math.min(...seen) + Math.max(...seen)) / 2 ? 10 : -10),
  };
}

test('pictures and sound are compared at the same time, whatever their shift', { timeout: 120_000 }, async () => {
  const [light, sound] = [switchOf(bright), switchOf(loud)];
  const there = await clip(0);
  await measure(there, { lips: light.learn, sound: sound.learn });
  const { offset, distances, shown } = await measure(there, { lips: light.tell, sound: sound.tell });
  expect(distances).toHaveLength(SECONDS * 25 - LIP_FRAMES);
  expect(shown[0]).toEqual([4, 3, LIP_FRAMES, LIP_SIZE, LIP_SIZE]);
  expect(shown.at(-1)!.slice(1)).toEqual([1, 13, MFCC_COLUMNS]);
  expect(Math.abs(offset)).toBeLessThanOrEqual(1);
  const late = await measure(await clip(0.24), { lips: light.tell, sound: sound.tell });
  expect(offset - late.offset).toBe(6);
});

test('without weights it says how to get them', async () => {
  await using runtime = openTestRuntime();
  await expect(openSyncNetworks(join(folder, 'models'), runtime, signal)).rejects.toMatchObject({
    code: 'model/missing',
    message: expect.stringContaining('orator models pull syncnet'),
  });
});
