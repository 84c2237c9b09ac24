import { BANDS, createFeatureStream, FEATURE_RATE, HOP } from '../speech/visemes/features.ts';
import { quantile, runs, type Series } from './signal.ts';

/** Steps per second of everything measured on sound. */
export const SOUND_RATE = FEATURE_RATE / HOP;

/** What the sound of a clip does, 100 times a second. */
export interface SoundSeries {
  /** Decibels, 0 = full scale; never more than 60 below the loudest moments. */
  readonly loudness: Series;
  /** 40 log-mel levels a step, each 0 at the band's loudest moments and at least -2 (35 dB below them). */
  readonly levels: Float32Array;
  /** 1 where somebody speaks, or pauses for less than 300 ms; 0 in silence. */
  readonly speaking: Uint8Array;
}

const LEVEL_FLOOR = -2; // in the features' unit of 4 nepers of power
const LOUD = 0.95; // the share of steps below the loudest moments
/** A pause shorter than this belongs to speech. */
const SHORTEST_SILENCE = 0.3;
/** Sounds shorter than this are clicks. */
const SHORTEST_SPEECH = 0.05;

/** Reads a whole sound, mono at 16 kHz, -1..1. */
export function readSoundSeries(pcm: Float32Array): SoundSeries {
  const steps = Math.floor(pcm.length / HOP);
  const levels = new Float32Array(steps * BANDS);
  let step = 0;
  createFeatureStream().push(pcm, (features) => {
    if (step < steps) levels.set(features.subarray(0, BANDS), step++ * BANDS);
  });
  normalise(levels, steps);
  const loudness = readLoudness(pcm, steps);
  return { loudness, levels, speaking: findSpeech(loudness) };
}

/** Takes out what microphone, room and level add: each band is counted from its own loudest moments, noise below is cut. */
function normalise(levels: Float32Array, steps: number): void {
  for (let band = 0; band < BANDS; band++) {
    const top = quantile(
      Float64Array.from({ length: steps }, (_, i) => levels[i * BANDS + band]!),
      LOUD,
    );
    for (let i = band; i < levels.length; i += BANDS) levels[i] = Math.max(LEVEL_FLOOR, levels[i]! - top);
  }
}

function readLoudness(pcm: Float32Array, steps: number): Series {
  const loudness = new Float64Array(steps);
  for (let i = 0; i < steps; i++) {
    let power = 0;
    const from = Math.max(0, i * HOP - HOP);
    const to = Math.min(pcm.length, i * HOP + HOP);
    for (let k = from; k < to; k++) power += pcm[k]! * pcm[k]!;
    loudness[i] = 10 * Math.log10(power / (to - from) + 1e-10);
  }
  const floor = quantile(loudness, LOUD) - 60;
  return loudness.map((value) => Math.max(value, floor));
}

/** Speech is what stands out of the room: a third of the way up from the quietest to the loudest, 18 to 35 dB below the loudest. */
function findSpeech(loudness: Series): Uint8Array {
  const loud = quantile(loudness, LOUD);
  const quiet = quantile(loudness, 1 - LOUD);
  const threshold = Math.min(loud - 18, Math.max(loud - 35, quiet + (loud - quiet) / 3));
  const speaking = Uint8Array.from(loudness, (value) => (value > threshold ? 1 : 0));
  for (const [from, to] of runs(speaking)) {
    if (to - from < SHORTEST_SPEECH * SOUND_RATE) speaking.fill(0, from, to);
  }
  const silent = speaking.map((value) => 1 - value);
  for (const [from, to] of runs(silent)) {
    if (to - from < SHORTEST_SILENCE * SOUND_RATE) speaking.fill(1, from, to);
  }
  return speaking;
}
