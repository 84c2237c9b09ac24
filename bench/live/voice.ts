import { hertz } from '@orator/core/base/units';
import { Resampler } from '@orator/core/media/resample';
import { createEspeakVoices } from '../../server/src/voices/espeak-voice.ts';

/** What sessions take, samples per second. */
const RATE = hertz(16_000);
const VOWEL_SECONDS = 0.3;
/** Fade of an end that was cut, s: the beginning stays sharp, for its moment is looked for. */
const FADE = 0.02;

/** A text as a voice says it, at 16 kHz in the range -1..1. */
export async function spoken(text: string, rate = 1): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  let resampler: Resampler | undefined;
  const speech = createEspeakVoices().speak(text, { voice: 'en-us', rate }, new AbortController().signal);
  for await (const { audio } of speech) {
    resampler ??= new Resampler(audio.rate, RATE);
    parts.push(resampler.push(audio.pcm));
  }
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** A vowel that begins at once, 0.3 s. */
export async function spokenVowel(): Promise<Float32Array> {
  const pcm = await spoken('Ah, ah.', 0.5);
  const from = loudestFrom(pcm, VOWEL_SECONDS * RATE);
  const part = pcm.slice(from, from + VOWEL_SECONDS * RATE);
  const peak = part.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return part.map((sample, k) => (0.7 * sample * Math.min(1, (part.length - k) / (FADE * RATE))) / peak);
}

/** Where the loudest stretch of the length begins. */
function loudestFrom(pcm: Float32Array, length: number): number {
  let [sum, best, from] = [0, 0, 0];
  for (let k = 0; k < pcm.length; k++) {
    sum += pcm[k]! ** 2 - (k >= length ? pcm[k - length]! ** 2 : 0);
    if (k >= length && sum > best) [best, from] = [sum, k - length + 1];
  }
  return from;
}
