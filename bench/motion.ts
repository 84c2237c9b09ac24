import { type Fps, fps, hertz, seconds } from '@orator/core/base/units';
import type { FaceSeries } from '@orator/core/inspect/face-series';
import { type Closure, measureHead, measureMouth, speakingOnFace } from '@orator/core/inspect/movement';
import { ROWS } from '@orator/core/inspect/rows';
import { mean, quantile, type Series, speedOf } from '@orator/core/inspect/signal';
import { readSoundSeries } from '@orator/core/inspect/sound-series';
import { measureSync } from '@orator/core/inspect/sync';
import { lipGeometry } from '@orator/core/motion/lip-geometry';
import { move } from '@orator/core/motion/move';
import { CHANNEL_INDEX, type Channel, type MotionFrame } from '@orator/core/motion/pose';
import { closesLips, layOutVisemes, type TimedPhone } from '@orator/core/speech/phone';
import type { SpeechChunk, VisemeSpan } from '@orator/core/speech/speech';
import { type HumanClip, readHumanClips } from '../training/visemes/human.ts';
import { TESTDATA } from './material.ts';
import { rounded } from './table.ts';

/** What motion asks for on labelled human speech. Pictures read lower: landmarks see 40 to 75 % of a drawn gap. */
export const title = 'Motion as asked for, without pictures: human speech with phone times (lengths in eye distances)';

const RATE = fps(25);
const RATES = [10, 25, 30, 60] as const;
const EYE_DISTANCE = 1.44; // IOD from outer to outer eye corner
const DEGREES = 180 / Math.PI;
/** A contact of less cannot be seen at 30 frames a second. */
const SHORTEST_CONTACT = 0.03;
const SHUT = 0.005; // IOD

/** The spans of a labelled clip; unlabelled stretches are pauses, unknown words half open. */
function spansOf({ phones, alphabet, pcm, rate }: HumanClip): VisemeSpan[] {
  const spans: VisemeSpan[] = [];
  let at = 0;
  const add = (viseme: VisemeSpan['viseme'], end: number, stress: number) => {
    if (end <= at + 1e-6) return;
    spans.push({ viseme, start: seconds(at), end: seconds(end), stress });
    at = end;
  };
  for (const { viseme, start, end } of layOutVisemes(phones, alphabet)) {
    add('sil', start, 0.5);
    add(viseme ?? 'E', end, stressOf(phones, start, end));
  }
  add('sil', pcm.length / rate, 0.5);
  return spans;
}

/** ARPAbet vowels carry their stress as a digit. */
function stressOf(phones: readonly TimedPhone[], start: number, end: number): number {
  const middle = (start + end) / 2;
  const digit = /\d$/.exec(phones.find((phone) => middle >= phone.start && middle < phone.end)?.phone ?? '')?.[0];
  return digit === '1' ? 1 : digit === '0' ? 0 : 0.5;
}

async function* speechOf(clip: HumanClip): AsyncGenerator<SpeechChunk> {
  const { pcm, rate } = clip;
  yield { audio: { at: seconds(0), rate: hertz(rate), pcm }, spans: spansOf(clip), marks: [] };
}

async function framesOf(clip: HumanClip, rate: Fps): Promise<MotionFrame[]> {
  const frames: MotionFrame[] = [];
  for await (const frame of move(speechOf(clip), { fps: rate, seed: 1 })) frames.push(frame);
  return frames;
}

/** The poses as if they had been measured on pictures. */
function asMeasured(frames: readonly MotionFrame[]): FaceSeries {
  const series = (read: (frame: MotionFrame) => number): Series => Float64Array.from(frames, read);
  const channel = (name: Channel, scale = 1) => series(({ pose }) => pose[CHANNEL_INDEX[name]]! * scale);
  const opening = series(({ pose }) => lipGeometry(pose).gap / EYE_DISTANCE);
  return {
    opening,
    outerHeight: opening,
    width: series(({ pose }) => lipGeometry(pose).width / EYE_DISTANCE),
    jaw: channel('jawOpen', 0.49 / EYE_DISTANCE),
    yaw: channel('headYaw', DEGREES),
    pitch: channel('headPitch', DEGREES),
    roll: channel('headRoll', DEGREES),
    brow: series(browOf),
    lids: channel('eyeBlinkLeft').map((blink) => Math.max(0, 1 - blink)),
    missing: 0,
  };
}

/** How high the middle of the brows is held: the shape tables' displacements of the four points that `inspect` reads. */
function browOf({ pose }: MotionFrame): number {
  const weight = (name: Channel) => pose[CHANNEL_INDEX[name]]!;
  const outer = weight('browOuterUpLeft') + weight('browOuterUpRight');
  const down = weight('browDownLeft') + weight('browDownRight');
  return (0.074 * weight('browInnerUp') + 0.051 * outer - 0.039 * down) / EYE_DISTANCE;
}

const closuresOf = ({ phones, alphabet }: HumanClip): Closure[] =>
  phones.filter(({ phone, start, end }) => closesLips(phone, alphabet) && end - start >= SHORTEST_CONTACT);

/** The share of p, b, m with a frame asked shut. */
function met(clip: HumanClip, frames: readonly MotionFrame[], rate: number): boolean[] {
  const shut = frames.filter(({ pose }) => pose[CHANNEL_INDEX.lipGapCeiling] === 0).map(({ at }) => at);
  return closuresOf(clip).map(({ start, end }) => shut.some((at) => at + 1 / rate > start && at < end));
}

/** How long after a p, b or m begins the lips meet, in seconds, where they do within 150 ms. */
function biases(clip: HumanClip, frames: readonly MotionFrame[]): number[] {
  const gaps = frames.map(({ pose }) => lipGeometry(pose).gap);
  const begins = frames.filter((_, i) => i > 0 && gaps[i]! <= SHUT && gaps[i - 1]! > SHUT).map(({ at }) => at);
  const nearest = (to: number) =>
    begins.reduce((best, at) => (Math.abs(at - to) < Math.abs(best) ? at - to : best), Number.POSITIVE_INFINITY);
  return closuresOf(clip)
    .map(({ start }) => nearest(start))
    .filter((bias) => Math.abs(bias) < 0.15);
}

/** The widest the lips are asked to be from 100 ms inside pauses of more than 200 ms, IOD. */
function silentGap(clip: HumanClip, frames: readonly MotionFrame[]): number {
  const pauses = spansOf(clip).filter(({ viseme, start, end }) => viseme === 'sil' && end - start > 0.2);
  const inside = frames.filter(({ at }) => pauses.some(({ start, end }) => at >= start + 0.1 && at <= end - 0.1));
  return inside.reduce((most, { pose }) => Math.max(most, lipGeometry(pose).gap), 0);
}

interface Figures {
  readonly [name: string]: number;
}

/** All that is measured on one clip. */
async function figuresOf(clip: HumanClip): Promise<Figures> {
  const before = performance.now();
  const frames = await framesOf(clip, RATE);
  const cost = performance.now() - before;
  const face = asMeasured(frames);
  const sound = readSoundSeries(at16k(clip));
  const speaking = speakingOnFace(sound.speaking, face.opening.length);
  const sync = measureSync(face, sound);
  return {
    ...measureMouth(face, speaking),
    ...measureHead(face),
    follow: sync?.follow.score ?? Number.NaN,
    beyondLoudness: sync?.beyondLoudness.score ?? Number.NaN,
    lag: sync?.follow.lag ?? Number.NaN,
    widest: quantile(face.opening, 0.98),
    fastest: quantile(speedOf(face.opening, RATE).map(Math.abs), 0.98),
    cost: cost / (clip.pcm.length / clip.rate),
  };
}

/** Straight lines between samples: good enough for loudness and mel bands of a 22 kHz recording. */
function at16k({ pcm, rate }: HumanClip): Float32Array {
  if (rate === 16_000) return pcm;
  return Float32Array.from({ length: Math.floor((pcm.length * 16_000) / rate) - 1 }, (_, i) => {
    const at = (i * rate) / 16_000;
    const low = Math.floor(at);
    return pcm[low]! + (at - low) * (pcm[low + 1]! - pcm[low]!);
  });
}

const TITLES = {
  openingDeviation: ROWS.openingDeviation,
  openingRange: ROWS.openingRange,
  openingSpeed: ROWS.openingSpeed,
  openingsPerSecond: ROWS.openingsPerSecond,
  widest: { title: 'opening, 98th percentile', unit: 'ed', digits: 3 },
  fastest: { title: 'opening speed, 98th percentile', unit: 'ed/s', digits: 2 },
  widthDeviation: ROWS.widthDeviation,
  trembling: ROWS.trembling,
  follow: ROWS.follow,
  beyondLoudness: ROWS.beyondLoudness,
  lag: ROWS.lag,
  headRotation: ROWS.headRotation,
  headSpeed: ROWS.headSpeed,
  headJitter: ROWS.headJitter,
  blinksPerMinute: ROWS.blinksPerMinute,
  browDeviation: ROWS.browDeviation,
  cost: { title: 'time for one second of motion', unit: 'ms', digits: 2 },
} as const;
/** What can be judged without pictures: these do not shrink on the way through landmarks. */
const REACH: Readonly<Partial<Record<keyof typeof TITLES, string>>> = {
  openingsPerSecond: '1.8–3.2',
  trembling: '≤ 0.06',
  beyondLoudness: '≥ 0.35',
  lag: '± 0.045',
  headRotation: '2.4–10.4',
  headJitter: '≤ 1.81',
  blinksPerMinute: '6–50',
};
const GROUPS = ['en_ljspeech', 'es_css10', 'en_au_manual'] as const;

/** Moves a face to each clip and reads what it asks for. */
export async function run(): Promise<Record<string, unknown>[]> {
  const clips = (await readHumanClips(TESTDATA)).filter(({ group }) => (GROUPS as readonly string[]).includes(group));
  if (clips.length === 0) return [];
  const figures: { group: string; figures: Figures }[] = [];
  for (const clip of clips) figures.push({ group: clip.group, figures: await figuresOf(clip) });
  const meanOf = (name: string, group?: string) =>
    mean(
      figures
        .filter((clip) => group === undefined || clip.group === group)
        .map((clip) => clip.figures[name]!)
        .filter(Number.isFinite),
    );
  const rows = Object.entries(TITLES).map(([name, { title, unit, digits }]) => ({
    figure: `${title}${unit && `, ${unit}`}`,
    value: rounded(meanOf(name), digits),
    reach: REACH[name as keyof typeof TITLES],
    ...Object.fromEntries(GROUPS.map((group) => [group, rounded(meanOf(name, group), digits)])),
  }));
  return [...(await contactRows(clips)), ...rows];
}

/** What must hold at every frame rate. */
async function contactRows(clips: readonly HumanClip[]): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  let gap = 0;
  for (const rate of RATES) {
    const found: boolean[] = [];
    const late: number[] = [];
    for (const clip of clips) {
      const frames = await framesOf(clip, fps(rate));
      found.push(...met(clip, frames, rate));
      late.push(...biases(clip, frames));
      gap = Math.max(gap, silentGap(clip, frames));
    }
    const share = found.filter(Boolean).length / found.length;
    rows.push({ figure: `p b m shut at ${rate} fps, of ${found.length}`, value: rounded(share, 3), reach: '≥ 0.98' });
    if (rate < 25) continue; // frames of 100 ms say nothing about 20 ms
    const bias = quantile(late, 0.5) * 1000;
    rows.push({ figure: `shut late, median at ${rate} fps, ms`, value: rounded(bias, 0), reach: '± 20' });
  }
  rows.push({ figure: 'gap asked 100 ms inside pauses, IOD', value: gap, reach: '≤ 0' });
  return rows;
}
