import { describe, expect, test } from 'vitest';
import { randomFrom } from '../base/random.ts';
import { FEATURE_RATE } from '../speech/visemes/features.ts';
import type { FaceSeries } from './face-series.ts';
import { packMouthModel, predictMouth, unpackMouthModel } from './mouth-model.ts';
import { emptyNormal, observe, solveRidge } from './ridge.ts';
import { correlation, type Series } from './signal.ts';
import { readSoundSeries } from './sound-series.ts';
import { measureSync } from './sync.ts';

/** Noise whose pitch and loudness wander on their own: enough like speech for a linear model to have something to say. */
function babble(seconds: number): Float32Array {
  const random = randomFrom(5);
  const pcm = new Float32Array(seconds * FEATURE_RATE);
  let [low, lower] = [0, 0];
  for (let i = 0; i < pcm.length; i++) {
    const t = i / FEATURE_RATE;
    const bright = 0.5 + 0.45 * Math.sin(2 * Math.PI * 1.7 * t + 2 * Math.sin(t));
    const loud = 0.55 + 0.45 * Math.sin(2 * Math.PI * 0.9 * t + 3 * Math.cos(0.7 * t));
    const noise = random() - 0.5;
    low += (noise - low) * (0.05 + 0.9 * bright);
    lower += (low - lower) * 0.3;
    pcm[i] = loud * (bright > 0.5 ? low : lower);
  }
  return pcm;
}

const sound = readSoundSeries(babble(8));
const wanted = predictMouth(sound).opening;
const still = new Float64Array(200);

/** A face whose mouth does what `at` says at each moment, in steps of the sound. */
const faceWith = (at: (step: number) => number): FaceSeries => {
  const opening: Series = Float64Array.from({ length: 200 }, (_, i) => at(4 * i));
  const rest = { outerHeight: still, width: still, jaw: still, yaw: still, pitch: still, roll: still };
  return { opening, ...rest, brow: still, lids: still, missing: 0 };
};

describe('lips and sound', () => {
  test('a mouth that does what the sound asks, 80 ms late, is found 80 ms late', () => {
    const sync = measureSync(
      faceWith((step) => wanted[Math.max(0, step - 8)]!),
      sound,
    )!;
    expect(sync.follow.lag).toBeCloseTo(0.08, 2);
    expect(sync.follow.score).toBeGreaterThan(0.97);
    expect(sync.follow.margin).toBeGreaterThan(0.1);
    expect(sync.beyondLoudness.score).toBeGreaterThan(0.9);
    expect(sync.beyondLoudness.lag).toBeCloseTo(0.08, 2);
  });
  test('a still mouth follows nothing', () => {
    const sync = measureSync(
      faceWith(() => 0.02),
      sound,
    )!;
    expect(sync.follow.score).toBe(0);
    expect(sync.beyondLoudness.score).toBeLessThan(0.05);
  });
  test('a mouth that flaps with the loudness knows nothing beyond it', () => {
    const sync = measureSync(
      faceWith((step) => sound.loudness[step]! + 60),
      sound,
    )!;
    expect(sync.follow.score).toBeGreaterThan(0.5);
    expect(sync.beyondLoudness.score).toBeLessThan(0.6 * sync.follow.score);
  });
  test('a clip of two seconds is too short to tell', () => {
    const short = faceWith((step) => wanted[step]!);
    expect(measureSync({ ...short, opening: short.opening.subarray(0, 50) }, sound)).toBeNull();
  });
});

describe('sound', () => {
  test('a pause of half a second is silence, one of 0.2 s is not', () => {
    const pcm = babble(4);
    pcm.fill(0, 1 * FEATURE_RATE, 1.5 * FEATURE_RATE);
    pcm.fill(0, 3 * FEATURE_RATE, 3.2 * FEATURE_RATE);
    const { speaking } = readSoundSeries(pcm.map((value) => value + 0.001));
    expect(speaking[125]).toBe(0);
    expect(speaking[310]).toBe(1);
    expect(speaking[50]).toBe(1);
  });
  test('loudness is decibels below full scale', () => {
    const tone = Float32Array.from({ length: FEATURE_RATE }, (_, i) => 0.5 * Math.sin(i * 0.4));
    expect(readSoundSeries(tone).loudness[50]).toBeCloseTo(20 * Math.log10(0.5 / Math.SQRT2), 1);
  });
});

describe('linear model', () => {
  test('finds the coefficients that made the data', () => {
    const random = randomFrom(1);
    const sums = emptyNormal(3, 1);
    for (let i = 0; i < 200; i++) {
      const x = [random(), random(), 1];
      observe(sums, x, [2 * x[0]! - 0.5 * x[1]! + 0.25]);
    }
    const [a, b, c] = solveRidge(sums, 1e-9);
    expect([a, b, c].map((value) => Number(value!.toFixed(4)))).toEqual([2, -0.5, 0.25]);
  });
  test('survives being written as data', () => {
    const coefficients = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i) * (1 + (i % 4)));
    const read = unpackMouthModel(packMouthModel(coefficients));
    expect(correlation(read, coefficients)).toBeGreaterThan(0.999999);
    expect(read[7]).toBeCloseTo(coefficients[7]!, 3);
  });
});
