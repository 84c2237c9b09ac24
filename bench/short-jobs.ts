import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hertz } from '@orator/core/base/units';
import { writeWav } from '@orator/core/media/wav';
import sharp from 'sharp';
import type { TestService } from '../server/src/service/test-service.ts';
import { ROOT } from './material.ts';

/** Frames per second of a short clip. */
export const SHORT_FPS = 10;
/** Sounds of different lengths, in seconds: each a whole number of frames. */
const LENGTHS = [0.3, 0.4, 0.5] as const;
const PORTRAIT_SIDE = 256;
const RATE = 16_000;

/** One order for a clip of less than a second. */
export interface ShortOrder {
  readonly body: Readonly<Record<string, unknown>>;
  /** How long the clip has to be. */
  readonly seconds: number;
}

/** The sound of the k-th short job, as a WAV file. */
export function shortSound(k: number): Uint8Array {
  const count = Math.round(lengthOf(k) * RATE);
  // A tone that swells twice: loud enough not to count as silence.
  const pcm = Float32Array.from({ length: count }, (_, i) => {
    return 0.4 * Math.sin((2 * Math.PI * 180 * i) / RATE) * Math.sin((2 * Math.PI * i) / count) ** 2;
  });
  return writeWav(pcm, hertz(RATE));
}

/** The project's own portrait, small. */
export const shortPortrait = async (): Promise<Uint8Array> =>
  sharp(await readFile(join(ROOT, 'fixtures/portrait.jpg')))
    .resize(PORTRAIT_SIDE)
    .jpeg()
    .toBuffer();

/** Uploads what short jobs are made of, and gives the k-th order. */
export async function openShortJobs(service: TestService): Promise<(k: number) => ShortOrder> {
  const image = (await service.upload(await shortPortrait(), 'portrait.jpg')).body.id!;
  const sounds: string[] = [];
  for (const k of LENGTHS.keys()) sounds.push((await service.upload(shortSound(k), 'sound.wav')).body.id!);
  return (k) => ({ body: shortOrder(image, sounds[k % sounds.length]!, k), seconds: lengthOf(k) });
}

/** The body of the k-th order; its seed is its number, so that no two are alike. */
export const shortOrder = (image: string, audio: string, k: number) => ({
  ...{ image, audio, seed: k },
  ...{ size: 'source', crop: 'square', fps: SHORT_FPS },
});

const lengthOf = (k: number) => LENGTHS[k % LENGTHS.length]!;
