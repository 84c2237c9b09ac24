import { describe, expect, test } from 'vitest';
import { randomFrom } from '../base/random.ts';
import { type Hertz, hertz, seconds } from '../base/units.ts';
import type { AudioChunk } from './audio-chunk.ts';
import { Resampler, resampleAudio } from './resample.ts';

const sine = (frequency: number, rate: number, length: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / rate));

const convert = (pcm: Float32Array, from: Hertz, to: Hertz, cuts: readonly number[] = []) => {
  const resampler = new Resampler(from, to);
  const parts: number[] = [];
  let start = 0;
  for (const end of [...cuts, pcm.length]) {
    parts.push(...resampler.push(pcm.subarray(start, end)));
    start = end;
  }
  return Float32Array.from([...parts, ...resampler.end()]);
};

/** Level of what is left of `actual` after taking `expected` away, over the middle of the signal. */
const errorDb = (actual: Float32Array, expected: Float32Array) => {
  let error = 0;
  const [from, to] = [500, actual.length - 500];
  for (let i = from; i < to; i++) error += (actual[i]! - expected[i]!) ** 2;
  return 10 * Math.log10(error / (to - from) / 0.5 + 1e-30);
};

const rates = [8000, 11025, 16000, 22050, 24000, 44100, 48000, 96000].map(hertz);

describe('resampling to 16 kHz', () => {
  test.each(rates)('a 1 kHz tone at %i Hz comes out in phase, errors below -80 dB', (rate) => {
    const out = convert(sine(1000, rate, rate / 2), rate, hertz(16000));
    expect(out.length).toBe(8000);
    expect(errorDb(out, sine(1000, 16000, 8000))).toBeLessThan(-80);
  });

  test.each([9000, 10000, 13000, 20000])(
    'a tone at %i Hz, above the new band, does not come back below it',
    (frequency) => {
      const out = convert(sine(frequency, 48000, 24000), hertz(48000), hertz(16000));
      expect(errorDb(out, new Float32Array(out.length))).toBeLessThan(-80);
    },
  );

  test('keeps the upper speech band: 7 kHz passes within 0.1 dB', () => {
    const out = convert(sine(7000, 48000, 24000), hertz(48000), hertz(16000));
    expect(Math.abs(errorDb(out, new Float32Array(out.length)))).toBeLessThan(0.1);
  });

  test('the image of a tone raised from 8 kHz stays below -80 dB', () => {
    const out = convert(sine(3000, 8000, 4000), hertz(8000), hertz(16000));
    expect(errorDb(out, sine(3000, 16000, 8000))).toBeLessThan(-80);
  });
});

test.each([
  [44100, 16000],
  [16000, 48000],
  [48000, 16000],
  [22050, 16000],
] as const)('%i to %i Hz is the same to the bit however the stream is cut', (from, to) => {
  const random = randomFrom(1);
  const pcm = Float32Array.from({ length: 5000 }, () => random() * 2 - 1);
  const whole = convert(pcm, hertz(from), hertz(to));
  expect(convert(pcm, hertz(from), hertz(to), [1, 2, 3, 160, 161, 999, 1000, 4100])).toEqual(whole);
  expect(
    convert(
      pcm,
      hertz(from),
      hertz(to),
      Array.from({ length: 4999 }, (_, i) => i + 1),
    ),
  ).toEqual(whole);
});

test('a stream of nothing stays nothing, and of one sample becomes what it lasts', () => {
  expect(convert(new Float32Array(0), hertz(48000), hertz(16000)).length).toBe(0);
  expect(convert(Float32Array.of(1), hertz(16000), hertz(48000)).length).toBe(3);
});

test('chunks keep adjoining times and pass untouched at their own rate', async () => {
  const chunks = async function* (): AsyncGenerator<AudioChunk> {
    for (let i = 0; i < 10; i++) yield { at: seconds(i / 10), rate: hertz(48000), pcm: new Float32Array(4800) };
  };
  let count = 0;
  for await (const { at, rate, pcm } of resampleAudio(chunks(), hertz(16000))) {
    expect(rate).toBe(16000);
    expect(at).toBeCloseTo(count / 16000, 9);
    count += pcm.length;
  }
  expect(count).toBe(16000);
  const first = await resampleAudio(chunks(), hertz(48000)).next();
  expect(first.value?.pcm.length).toBe(4800);
});
