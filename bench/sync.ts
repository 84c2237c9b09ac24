import { readFaceSeries } from '@orator/core/inspect/face-series';
import type { Closure } from '@orator/core/inspect/movement';
import { mean, quantile } from '@orator/core/inspect/signal';
import { openFaceNetworks, readClip } from '../server/src/inspect/clip.ts';
import { createFaceFollower } from '../server/src/inspect/follow-face.ts';
import { findFfmpeg } from '../server/src/media/ffmpeg.ts';
import { readPicture, readPictureBytes } from '../server/src/media/picture.ts';
import { askedGaps } from './asked-lips.ts';
import { measureOffsets } from './av-offset.ts';
import { longClip } from './long-clip.ts';
import { openWorkshop, photographs, type Voice, voices } from './material.ts';
import { make } from './orator.ts';
import { rounded } from './table.ts';

export const title = 'In time: sound and picture after decoding, lips with the text known, silence (reach: issue 2)';

/** The rate motion is sampled at where times are compared. */
const FINE = 100;
const FRAME_RATE = 25;
/** Lips asked to be this close are shut, in IOD: less than half a pixel at 512². */
const SHUT = 0.01;
/** How far from the phone the lips may meet. */
const REACH = 0.04;
const SHORTEST_PAUSE = 0.2;
const PAUSE_EDGE = 0.1;
/** Spread of the landmark reader on a still picture drawn twice, in eye distances. */
const DETECTOR_NOISE = 0.01;

/** Measures offsets of a long clip, closures and silences. */
export async function run(): Promise<Record<string, unknown>[]> {
  const ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
  const { path, sound } = await longClip();
  const offsets = await measureOffsets(ffmpeg, path, sound);
  const speakers = await voices();
  const { recall, biases } = await readClosures(speakers);
  const asked = await Promise.all(
    speakers.map(async (voice) => inPauses(voice, await askedGaps(voice, true, FRAME_RATE))),
  );
  return [
    { figure: 'sound late at the start of 10 min, ms', value: rounded(offsets.start, 2), reach: '± 5' },
    { figure: 'sound late at the end of 10 min, ms', value: rounded(offsets.end, 2), reach: '± 5' },
    { figure: 'p, b, m with lips asked to meet, text known', value: rounded(recall, 3), reach: '≥ 0.98' },
    {
      figure: 'middle of the contact behind that of the phone, median, ms',
      value: rounded(1000 * quantile(biases, 0.5), 0),
      min: rounded(1000 * quantile(biases, 0.1), 0),
      max: rounded(1000 * quantile(biases, 0.9), 0),
      reach: '± 20',
    },
    { figure: 'widest gap asked in pauses, IOD', value: rounded(Math.max(...asked.flat()), 4), reach: '≤ 0.0005' },
    ...(await measurePauses(speakers)),
  ];
}

/** For every p, b and m: whether motion shuts the lips in time, and how far the middle of that contact is from the phone's. */
async function readClosures(speakers: readonly Voice[]): Promise<{ recall: number; biases: number[] }> {
  const met: number[] = [];
  const biases: number[] = [];
  for (const voice of speakers) {
    const coarse = await askedGaps(voice, true, FRAME_RATE);
    const fine = await askedGaps(voice, true, FINE);
    for (const closure of voice.closures) {
      met.push(shutSteps(coarse, FRAME_RATE, closure).length > 0 ? 1 : 0);
      const steps = shutSteps(fine, FINE, closure);
      if (steps.length > 0) biases.push(mean(steps) / FINE - (closure.start + closure.end) / 2);
    }
  }
  return { recall: mean(met), biases };
}

function shutSteps(gaps: Float64Array, rate: number, { start, end }: Closure): number[] {
  const steps: number[] = [];
  for (let i = Math.ceil((start - REACH) * rate); i <= (end + REACH) * rate; i++) if (gaps[i]! <= SHUT) steps.push(i);
  return steps;
}

/** The values of frames at least 100 ms inside pauses of more than 200 ms. */
function inPauses({ pauses }: Voice, values: Float64Array): number[] {
  return [...values].filter((_, i) =>
    pauses.some(
      ({ start, end }) =>
        end - start > SHORTEST_PAUSE && i / FRAME_RATE >= start + PAUSE_EDGE && i / FRAME_RATE <= end - PAUSE_EDGE,
    ),
  );
}

/** How far the lips are seen to part in pauses, above how far they part in the photo. */
async function measurePauses(speakers: readonly Voice[]): Promise<Record<string, unknown>[]> {
  await using workshop = await openWorkshop();
  const { signal } = new AbortController();
  const networks = await openFaceNetworks();
  const tools = { ffmpeg: await findFfmpeg({ path: process.env.PATH ?? '' }), networks, signal };
  const rows: Record<string, unknown>[] = [];
  for (const { name, path } of photographs().slice(0, 2)) {
    const points = await createFaceFollower(networks)(await readPicture(await readPictureBytes(path)));
    const rest = readFaceSeries({ fps: FRAME_RATE, points: [points] }).opening[0]!;
    const seen: number[] = [];
    for (const voice of speakers) {
      const sound = await workshop.wav('speech.wav', voice.pcm, voice.rate);
      const clip = workshop.path('clip.mp4');
      const words = ['--text', voice.text, '--voice', voice.language];
      await make(workshop.path('data'), ['--image', path, '--audio', sound, ...words, '-o', clip]);
      seen.push(...inPauses(voice, (await readClip(clip, tools)).face.opening));
    }
    rows.push({
      figure: `gap seen in pauses above the photo's own, ${name}, median, eye distances`,
      value: rounded(quantile(seen, 0.5) - rest, 4),
      min: rounded(Math.min(...seen) - rest, 4),
      max: rounded(Math.max(...seen) - rest, 4),
      reach: `≤ ${DETECTOR_NOISE}`,
    });
  }
  return rows;
}
