import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ffmpeg, findFfmpeg } from '../media/ffmpeg.ts';
import { readRecording } from './recorded-sound.ts';

const HELLO = fileURLToPath(new URL('../../../fixtures/speech/hello.wav', import.meta.url));
const { signal } = new AbortController();

let folder: string;
let ffmpeg: Ffmpeg;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-sound-'));
  ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));
const left = () => readdir(folder);

test('a recording is read whole, once, and leaves no file', async () => {
  const wav = await readFile(HELLO);
  const sound = await readRecording(wav, { ffmpeg, folder, signal });
  expect(await left()).toHaveLength(1);
  let samples = 0;
  let rate = 0;
  let peak = 0;
  for await (const chunk of sound.chunks()) {
    expect(chunk.at).toBeCloseTo(samples / chunk.rate, 9);
    samples += chunk.pcm.length;
    rate = chunk.rate;
    peak = chunk.pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), peak);
  }
  expect(samples / rate).toBeCloseTo((wav.length - 44) / 2 / 16_000, 2);
  expect(peak).toBeGreaterThan(0.1);
  expect(await left()).toEqual([]);
});

test('a reader that leaves early, and one that never comes, leave no file either', async () => {
  const wav = await readFile(HELLO);
  for await (const _chunk of (await readRecording(wav, { ffmpeg, folder, signal })).chunks()) break;
  await (await readRecording(wav, { ffmpeg, folder, signal }))[Symbol.asyncDispose]();
  expect(await left()).toEqual([]);
});

test('what is no recording is refused, and leaves no file', async () => {
  const reading = readRecording(Buffer.from('hello'), { ffmpeg, folder, signal });
  await expect(reading).rejects.toMatchObject({
    code: 'audio/unreadable',
    message: expect.stringMatching(/^The recording/),
  });
  expect(await left()).toEqual([]);
});
