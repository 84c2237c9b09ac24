// Fits the linear model behind "lips follow the sound" on the real talking clips of the test material, and writes
// core/src/inspect/mouth-model-data.ts. Run once, by hand: node bench/fit-mouth-model.ts
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hertz } from '@orator/core/base/units';
import { FACE_RATE, type FaceSeries, readFaceSeries } from '@orator/core/inspect/face-series';
import {
  contextOf,
  MOUTH_INPUTS,
  MOUTH_SERIES,
  type MouthModelData,
  packMouthModel,
} from '@orator/core/inspect/mouth-model';
import { addNormal, emptyNormal, type Normal, observe, solveRidge } from '@orator/core/inspect/ridge';
import { deviation, mean } from '@orator/core/inspect/signal';
import { readSoundSeries, SOUND_RATE } from '@orator/core/inspect/sound-series';
import { measureSync } from '@orator/core/inspect/sync';
import { Resampler } from '@orator/core/media/resample';
import { openFaceNetworks } from '../server/src/inspect/clip.ts';
import { openFrames, readSound } from '../server/src/inspect/decode.ts';
import { createFaceFollower } from '../server/src/inspect/follow-face.ts';
import { type Ffmpeg, findFfmpeg } from '../server/src/media/ffmpeg.ts';
import { ROOT, TESTDATA } from './material.ts';

/** How late a clip's picture is, in seconds, where that is known: its makers measured lips 80 ms early, the model 50 ms. */
const LATE: Readonly<Record<string, number>> = { 'talk_man_seated_gestures_720x1280.mp4': -0.06 };
/** Each clip is also heard slower and deeper, faster and higher: three speakers' voices are few. */
const SPEEDS = [0.75, 0.84, 0.92, 1, 1.09, 1.19, 1.3] as const;
/** A lively speaker's second counts more than a second of flat sentences. */
const VIDEO_WEIGHT = 2;
const PENALTIES = [1000, 3000, 10_000, 30_000] as const;
const TARGET = join(ROOT, 'core/src/inspect/mouth-model-data.ts');

interface Clip {
  readonly path: string;
  /** Clips of one speaker are left out together. */
  readonly speaker: string;
  readonly face: FaceSeries;
  readonly pcm: Float32Array;
}

async function readClips(): Promise<Clip[]> {
  const ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
  const networks = await openFaceNetworks();
  const clips: Clip[] = [];
  for (const folder of ['video', 'aligned/grid_av']) {
    for (const file of (await readdir(join(TESTDATA, folder))).sort()) {
      if (!file.endsWith('.mp4')) continue;
      const path = join(TESTDATA, folder, file);
      const speaker = folder === 'video' ? file : folder;
      clips.push({ path, speaker, ...(await readOne(ffmpeg, path, createFaceFollower(networks))) });
    }
  }
  return clips;
}

async function readOne(ffmpeg: Ffmpeg, path: string, follow: ReturnType<typeof createFaceFollower>) {
  const { signal } = new AbortController();
  await using clip = await openFrames(ffmpeg, path, signal);
  const points: (Float32Array | null)[] = [];
  for await (const picture of clip.frames()) points.push(await follow(picture));
  return { face: readFaceSeries({ fps: clip.fps, points }), pcm: await readSound(ffmpeg, path, signal) };
}

function atSpeed(pcm: Float32Array, speed: number): Float32Array {
  if (speed === 1) return pcm;
  const resampler = new Resampler(hertz(Math.round(16_000 * speed)), hertz(16_000));
  return Float32Array.from([...resampler.push(pcm), ...resampler.end()]);
}

/** The sums of one clip, its mouth series in standard deviations around their means. */
function sumsOf({ path, speaker, face, pcm }: Clip): Normal {
  const sums = emptyNormal(MOUTH_INPUTS, MOUTH_SERIES.length);
  const scales = MOUTH_SERIES.map((name) => ({ centre: mean(face[name]), size: deviation(face[name]) }));
  const weight = (speaker.endsWith('.mp4') ? VIDEO_WEIGHT : 1) / SPEEDS.length;
  const late = LATE[basename(path)] ?? 0;
  const context = new Float64Array(MOUTH_INPUTS);
  for (const speed of SPEEDS) {
    const sound = readSoundSeries(atSpeed(pcm, speed));
    for (let i = 0; i < face.opening.length; i++) {
      const step = Math.round(((i / FACE_RATE - late) / speed) * SOUND_RATE);
      if (step < 0 || step >= sound.loudness.length) continue;
      contextOf(sound, step, context);
      const mouth = MOUTH_SERIES.map((name, k) => (face[name][i]! - scales[k]!.centre) / scales[k]!.size);
      observe(sums, context, mouth, weight);
    }
  }
  return sums;
}

/** Mean score of every speaker with a model that never saw that speaker. */
function heldOut(clips: readonly Clip[], sums: readonly Normal[], total: Normal, penalty: number): number {
  const speakers = [...new Set(clips.map(({ speaker }) => speaker))];
  const scores = speakers.map((speaker) => {
    const others = emptyNormal(MOUTH_INPUTS, MOUTH_SERIES.length);
    addNormal(others, total);
    clips.forEach((clip, i) => {
      if (clip.speaker === speaker) addNormal(others, sums[i]!, -1);
    });
    const model = solveRidge(others, penalty);
    const own = clips
      .filter((clip) => clip.speaker === speaker)
      .flatMap(({ face, pcm }) => measureSync(face, readSoundSeries(pcm), model) ?? []);
    const [follow, beyond] = [mean(own.map((s) => s.follow.score)), mean(own.map((s) => s.beyondLoudness.score))];
    console.log(`  without ${speaker}: follow ${follow.toFixed(2)}, beyond loudness ${beyond.toFixed(2)}`);
    return follow + beyond;
  });
  return mean(scores) / 2;
}

const source = ({ steps, coefficients }: MouthModelData) => `import type { MouthModelData } from './mouth-model.ts';

/** Made by \`bench/fit-mouth-model.ts\`; not to be edited. */
export const MOUTH_MODEL: MouthModelData = {
  steps: [${steps.join(', ')}],
  coefficients:
    '${coefficients}',
};
`;

if (!existsSync(TESTDATA)) throw new Error(`The clips to fit on are missing: ${TESTDATA}`);
const clips = await readClips();
const sums = clips.map(sumsOf);
const total = emptyNormal(MOUTH_INPUTS, MOUTH_SERIES.length);
for (const one of sums) addNormal(total, one);
const scored = PENALTIES.map((penalty) => {
  console.log(`penalty ${penalty}`);
  return { penalty, score: heldOut(clips, sums, total, penalty) };
});
const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
await writeFile(TARGET, source(packMouthModel(solveRidge(total, best.penalty))));
console.log(`Penalty ${best.penalty}, mean held-out score ${best.score.toFixed(3)}; written to ${TARGET}`);
