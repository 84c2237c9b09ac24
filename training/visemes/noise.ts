import { normal, type Random } from '@orator/core/base/random';
import type { HumanClip } from './human.ts';

/** Noise whose power falls by 3 dB an octave: the sum of four slow random walks and white noise. */
export function pinkNoise(samples: number, random: Random): Float32Array {
  const poles = [0.9985, 0.985, 0.9, 0.5];
  const states = poles.map(() => 0);
  return Float32Array.from({ length: samples }, () => {
    let sum = 0;
    for (const [i, pole] of poles.entries()) {
      // each pole's share is the root of its bandwidth, so that every octave gets about the same power
      states[i] = pole * states[i]! + (1 - pole) ** 0.5 * normal(random);
      sum += states[i]!;
    }
    return sum;
  });
}

/** Voices talking at once: each repeated to the length asked for, all equally loud. */
export function babbleOf(voices: readonly Float32Array[], samples: number): Float32Array {
  const babble = new Float32Array(samples);
  for (const [i, voice] of voices.entries()) {
    const gain = 1 / Math.sqrt(powerOf(voice));
    const offset = i * 4799; // so that clips of equal length do not start together
    for (let n = 0; n < samples; n++) babble[n] = babble[n]! + gain * voice[(n + offset) % voice.length]!;
  }
  return babble;
}

/** The clip with noise under it, so many decibels below the power of its spoken parts. */
export function withNoise({ pcm, rate, phones }: HumanClip, noise: Float32Array, decibels: number): Float32Array {
  const spoken = phones.filter(({ phone }) => phone !== '');
  const pieces = spoken.map(({ start, end }) => pcm.subarray(Math.round(start * rate), Math.round(end * rate)));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const power = pieces.reduce((sum, piece) => sum + powerOf(piece) * piece.length, 0) / length;
  const used = noise.subarray(0, pcm.length);
  const gain = Math.sqrt(power / powerOf(used) / 10 ** (decibels / 10));
  return pcm.map((x, i) => x + gain * used[i]!);
}

function powerOf(pcm: Float32Array): number {
  let sum = 0;
  for (const x of pcm) sum += x * x;
  return pcm.length === 0 ? 0 : sum / pcm.length;
}
