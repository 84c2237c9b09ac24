import { expect, test } from 'vitest';
import { type Hertz, hertz, seconds } from '../base/units.ts';
import type { AudioChunk } from '../media/audio-chunk.ts';
import { speechBySound, type VisemeListener } from './by-sound.ts';

const noise = (length: number) => Float32Array.from({ length }, (_, k) => Math.sin(k * k));

async function* chunksOf(pcm: Float32Array, rate: Hertz, size: number): AsyncGenerator<AudioChunk> {
  for (let from = 0; from < pcm.length; from += size) {
    yield { at: seconds(from / rate), rate, pcm: pcm.subarray(from, from + size) };
  }
}

/** Hears sound chunk by chunk; gives what it was given by each, and by the end. */
async function heard(pcm: Float32Array, rate: Hertz, size: number): Promise<Float32Array[]> {
  const parts: Float32Array[] = [];
  const listener: VisemeListener = {
    push: (samples) => {
      parts.push(samples.slice());
      return [];
    },
    end: () => [],
  };
  for await (const { audio } of speechBySound(chunksOf(pcm, rate, size), listener)) expect(audio.rate).toBe(rate);
  return parts;
}

test('sound that has the right rate is listened to as it is, and all of it at once', async () => {
  const pcm = noise(1000);
  expect(await heard(pcm, hertz(16_000), 320)).toEqual([
    pcm.subarray(0, 320),
    pcm.subarray(320, 640),
    pcm.subarray(640, 960),
    pcm.subarray(960),
    new Float32Array(0),
  ]);
});

test('sound of another rate is listened to at the right one, to its very end', async () => {
  const parts = await heard(noise(2400), hertz(24_000), 480);
  expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(1600);
  expect(parts[0]!.length).toBeGreaterThan(280);
});

test('where nothing is said nothing is listened to', async () => {
  expect(await heard(new Float32Array(0), hertz(16_000), 320)).toEqual([]);
});
