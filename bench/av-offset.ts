import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { hertz } from '@orator/core/base/units';
import { correlation } from '@orator/core/inspect/signal';
import { Resampler } from '@orator/core/media/resample';
import { FEATURE_RATE } from '@orator/core/speech/visemes/features';
import { readSound } from '../server/src/inspect/decode.ts';
import type { Ffmpeg } from '../server/src/media/ffmpeg.ts';

/** How much later the sound of a decoded clip comes than its picture, against the sound it was made with; in milliseconds. */
export interface Offsets {
  readonly start: number;
  readonly end: number;
}

const WINDOW_SECONDS = 4;
const SEARCH_SECONDS = 0.1;

/** Compares a decoded clip with the sound it was made with, in its first and last seconds, and with the times of its pictures. */
export async function measureOffsets(
  ffmpeg: Ffmpeg,
  path: string,
  sound: { readonly pcm: Float32Array; readonly rate: number },
): Promise<Offsets> {
  const decoded = await readSound(ffmpeg, path, new AbortController().signal);
  const original = new Resampler(hertz(sound.rate), hertz(FEATURE_RATE)).push(sound.pcm);
  const pictures = await readPictureErrors(ffmpeg, path);
  const edge = SEARCH_SECONDS * FEATURE_RATE;
  const last = Math.floor(original.length - WINDOW_SECONDS * FEATURE_RATE - 2 * edge);
  return {
    start: 1000 * (delayAt(original, decoded, edge) - pictures.first),
    end: 1000 * (delayAt(original, decoded, last) - pictures.last),
  };
}

/** How much later a stretch of `original` is found in `decoded`, in seconds, to a part of a sample. */
function delayAt(original: Float32Array, decoded: Float32Array, from: number): number {
  const length = WINDOW_SECONDS * FEATURE_RATE;
  const reach = SEARCH_SECONDS * FEATURE_RATE;
  const piece = original.subarray(from, from + length);
  const scores = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    correlation(piece, decoded.subarray(from + i - reach, from + i - reach + length)),
  );
  const best = scores.indexOf(Math.max(...scores));
  const [a = 0, b = 1, c = 0] = scores.slice(best - 1, best + 2);
  return (best - reach + (a - c) / (2 * (a - 2 * b + c))) / FEATURE_RATE;
}

/** How late the first and the last picture of a clip of constant rate are shown, in seconds. */
async function readPictureErrors(ffmpeg: Ffmpeg, path: string): Promise<{ first: number; last: number }> {
  const { stdout } = await promisify(execFile)(
    ffmpeg.path,
    ['-v', 'error', '-i', path, '-map', '0:v:0', '-c', 'copy', '-f', 'framecrc', '-'],
    { maxBuffer: 64 << 20 },
  );
  const [, up, down] = /^#tb 0: (\d+)\/(\d+)/m.exec(stdout) ?? [];
  const packets = [...stdout.matchAll(/^0,\s*(-?\d+),\s*(-?\d+),\s*(\d+)/gm)];
  const tick = Number(up) / Number(down);
  const times = packets.map(([, , shown]) => Number(shown) * tick).sort((a, b) => a - b);
  const duration = Number(packets[0]?.[3]) * tick;
  return { first: times[0]!, last: times.at(-1)! - (times.length - 1) * duration };
}
