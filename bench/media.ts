import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fps, hertz, seconds } from '@orator/core/base/units';
import type { AudioChunk } from '@orator/core/media/audio-chunk';
import { Yuv420 } from '@orator/core/media/colour';
import type { Frame, Rect } from '@orator/core/media/frame';
import { Resampler } from '@orator/core/media/resample';
import { writeWav } from '@orator/core/media/wav';
import { loadConfig } from '../server/src/config.ts';
import { createMp4Encoder } from '../server/src/encode/mp4-encoder.ts';
import { openAudio } from '../server/src/media/audio-source.ts';
import { type Ffmpeg, findFfmpeg } from '../server/src/media/ffmpeg.ts';
import { rounded, spread } from './table.ts';

export const title = 'Media in and out, alone (A/V offset: flashes and clicks, decoded again; reach: issue 2)';

const FPS = 25;
const RATE = 48_000;
const RUNS = 3;
/** Long enough for the encoder to settle. */
const ENCODED_SECONDS = 8;
const LONG_SECONDS = 600;
/** One flash and click every so many seconds, in the long clip. */
const FLASH_SECONDS = 30;
const never = new AbortController().signal;

/** Measures encoding, colour conversion, sound against picture, decoding and resampling. */
export async function run(): Promise<Record<string, unknown>[]> {
  const ffmpeg = await findFfmpeg(loadConfig(process.env));
  const folder = await mkdtemp(join(tmpdir(), 'orator-bench-'));
  try {
    return [
      await encodeRow(ffmpeg, folder, 512, 512),
      await encodeRow(ffmpeg, folder, 1920, 1080),
      ...[512, 1080].flatMap((side) => conversionRows(side)),
      ...(await offsetRows(ffmpeg, folder)),
      await decodeRow(ffmpeg, folder),
      resampleRow(),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Frames in whose middle, 40 % of each side, something like a face moves. */
function* movingFrames(width: number, height: number, count: number): Generator<Frame> {
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  const words = new Uint32Array(pixels.buffer);
  for (let i = 0; i < words.length; i++)
    words[i] = 0xff202020 + ((i % width) >> 4) * 0x010101 + ((i * 7919) & 3) * 0x010100;
  const changed: Rect = {
    x: (width * 0.3) | 0,
    y: (height * 0.3) | 0,
    width: (width * 0.4) | 0,
    height: (height * 0.4) | 0,
  };
  for (let index = 0; index < count; index++) {
    const shift = Math.round(Math.sin(index / 6) * 4);
    for (let y = 0; y < changed.height; y++) {
      const row = (y + changed.y) * width + changed.x;
      for (let x = 0; x < changed.width; x++) {
        words[row + x] = 0xff000000 + (((x + shift) >> 2) & 127) * 0x010203 + (((y + shift) >> 3) & 63) * 0x010001;
      }
    }
    yield {
      width,
      height,
      pixels,
      changed: index === 0 ? undefined : changed,
      at: seconds(index / FPS),
      [Symbol.dispose]: () => {},
    };
  }
}

async function encodeRow(ffmpeg: Ffmpeg, folder: string, width: number, height: number) {
  const speeds: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now();
    const frames = ENCODED_SECONDS * FPS;
    const spec = { width, height, fps: fps(FPS), audioRate: hertz(RATE) };
    await using session = await createMp4Encoder(ffmpeg).open(join(folder, 'clip.mp4'), spec, never);
    for (const frame of movingFrames(width, height, frames)) {
      await session.addAudio(clicks(frame.at, []));
      await session.addFrame(frame);
    }
    await session.finish({});
    speeds.push((frames * 1000) / (performance.now() - started));
  }
  return { figure: `encode ${width} × ${height}, frames per second, H.264 and AAC`, ...spread(speeds, 0) };
}

function conversionRows(side: number) {
  const into = new Yuv420(side, side);
  const pixels = new Uint8ClampedArray(side * side * 4).map((_, i) => i * 31);
  const face = { x: side * 0.3, y: side * 0.3, width: side * 0.4, height: side * 0.4 };
  return (
    [
      ['whole', undefined],
      ['face only', face],
    ] as const
  ).map(([what, area]) => {
    const times = Array.from({ length: 60 }, () => {
      const started = performance.now();
      into.take({ width: side, height: side, pixels }, area);
      return performance.now() - started;
    });
    return { figure: `RGBA to YUV ${side}², ${what}, ms`, ...spread(times.slice(10), 2) };
  });
}

/** One frame's sound: silence, with clicks at the given samples. */
function clicks(at: number, places: readonly number[]): AudioChunk {
  const pcm = new Float32Array(RATE / FPS);
  for (const place of places) pcm.fill(0.9, place, place + 2);
  return { at: seconds(at), rate: hertz(RATE), pcm };
}

async function offsetRows(ffmpeg: Ffmpeg, folder: string) {
  const path = join(folder, 'long.mp4');
  const [width, height] = [64, 48];
  const spec = { width, height, fps: fps(FPS), audioRate: hertz(RATE) };
  const light = new Uint8ClampedArray(width * height * 4).fill(255);
  const dark = new Uint8ClampedArray(width * height * 4).fill(20);
  {
    await using session = await createMp4Encoder(ffmpeg).open(path, spec, never);
    for (let i = 0; i < LONG_SECONDS * FPS; i++) {
      const flash = isFlash(i);
      await session.addAudio(clicks(i / FPS, flash ? [0] : []));
      await session.addFrame({
        width,
        height,
        pixels: flash ? light : dark,
        at: seconds(i / FPS),
        [Symbol.dispose]: () => {},
      });
    }
    await session.finish({});
  }
  const offsets = await readOffsets(ffmpeg, path);
  return [
    { figure: 'A/V offset at the start of 10 minutes, ms', value: rounded(offsets[0]!, 2), reach: '± 5' },
    { figure: 'A/V offset at the end of 10 minutes, ms', value: rounded(offsets.at(-1)!, 2), reach: '± 5' },
    {
      figure: 'largest A/V offset within 10 minutes, ms',
      value: rounded(Math.max(...offsets.map(Math.abs)), 2),
      reach: '± 5',
    },
  ];
}

/** The first flash lies a second after the start, the last one in the last second. */
const isFlash = (frame: number) => frame % (FLASH_SECONDS * FPS) === FPS || frame === LONG_SECONDS * FPS - FPS / 5;

/** How much later each click is heard than its flash is seen, in ms. */
async function readOffsets(ffmpeg: Ffmpeg, path: string): Promise<number[]> {
  const ask = async (...args: string[]) =>
    (
      await promisify(execFile)(ffmpeg.path, ['-v', 'error', '-i', path, ...args, '-'], {
        encoding: 'buffer',
        maxBuffer: 1 << 28,
      })
    ).stdout;
  const picture = await ask('-map', '0:v', '-vf', 'scale=1:1', '-f', 'rawvideo', '-pix_fmt', 'gray');
  const sound = await ask('-map', '0:a', '-f', 's16le', '-ar', String(RATE));
  const flashes = [...picture].flatMap((grey, i) => (grey > 128 ? [i / FPS] : []));
  return flashes.map((seen) => {
    const reach = RATE / 10;
    const from = Math.max(0, Math.round(seen * RATE) - reach);
    let loudest = from;
    for (let i = from; i < from + 2 * reach && i * 2 + 2 <= sound.length; i++) {
      if (Math.abs(sound.readInt16LE(i * 2)) > Math.abs(sound.readInt16LE(loudest * 2))) loudest = i;
    }
    return (loudest / RATE - seen) * 1000;
  });
}

async function decodeRow(ffmpeg: Ffmpeg, folder: string) {
  const path = join(folder, 'sound.wav');
  await writeFile(
    path,
    writeWav(
      Float32Array.from({ length: 120 * 16_000 }, (_, i) => Math.sin(i / 9) * 0.5),
      hertz(16_000),
    ),
  );
  const speeds: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now();
    await using audio = await openAudio(ffmpeg, path, { signal: never, maxSeconds: 0 });
    let count = 0;
    for await (const { pcm } of audio.chunks()) count += pcm.length;
    speeds.push(count / RATE / ((performance.now() - started) / 1000));
  }
  return { figure: 'decode a 16 kHz WAV to 48 kHz, × real time', ...spread(speeds, 0) };
}

function resampleRow() {
  const resampler = new Resampler(hertz(RATE), hertz(16_000));
  const second = Float32Array.from({ length: RATE }, (_, i) => Math.sin(i / 9));
  const times = Array.from({ length: 30 }, () => {
    const before = process.cpuUsage();
    resampler.push(second);
    return process.cpuUsage(before).user / 1000;
  });
  return { figure: 'resample 48 to 16 kHz, ms of CPU per second of sound', ...spread(times.slice(5), 2) };
}
