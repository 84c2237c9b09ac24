import { expect, test } from 'vitest';
import { VISEME_INDEX, VISEMES, type Viseme } from '../viseme.ts';
import { alignSpeech } from './align.ts';
import { LEAST_FIT } from './aligner.ts';

/** Posteriors that are sure of each viseme for so many frames. */
function heard(...stretches: [Viseme, number][]): Float32Array {
  const rows = stretches.flatMap(([viseme, frames]) =>
    Array.from({ length: frames }, () => VISEMES.map((_, i) => (i === VISEME_INDEX[viseme] ? 0.86 : 0.01))),
  );
  return Float32Array.from(rows.flat());
}
const places = (posteriors: Float32Array, phones: string[]) =>
  alignSpeech(posteriors, phones).visemes.map(({ viseme, phone, start, end }) => `${viseme} ${phone} ${start}-${end}`);

test('each phone is found where it is heard, and silence wherever there is some', () => {
  const posteriors = heard(['sil', 5], ['PP', 4], ['aa', 9], ['sil', 8], ['SS', 7], ['sil', 4]);
  expect(places(posteriors, ['p', 'a', 's'])).toEqual([
    'sil -1 0-5',
    'PP 0 5-9',
    'aa 1 9-18',
    'sil -1 18-26',
    'SS 2 26-33',
    'sil -1 33-37',
  ]);
});

test('a diphthong is two shapes of one phone, an h none', () => {
  const posteriors = heard(['PP', 4], ['aa', 6], ['ih', 5], ['oh', 6]);
  expect(places(posteriors, ['b', 'aɪ', 'h', 'ɔ'])).toEqual(['PP 0 0-4', 'aa 1 4-10', 'ih 1 10-15', 'oh 3 15-21']);
});

test('the same shape twice is parted at the phone', () => {
  const { visemes } = alignSpeech(heard(['aa', 10], ['PP', 4]), ['a', 'ɐ', 'p']);
  expect(visemes.map(({ phone }) => phone)).toEqual([0, 1, 2]);
  expect(visemes[1]!.end).toBe(10);
});

test('every shape gets at least 20 ms, heard or not', () => {
  const { visemes, complete } = alignSpeech(heard(['PP', 5], ['aa', 10]), ['p', 's', 'a']);
  expect(complete).toBe(true);
  expect(visemes.every(({ start, end }) => end - start >= 2)).toBe(true);
});

test('the right text fits and a wrong one does not', () => {
  const posteriors = heard(['PP', 5], ['aa', 10], ['SS', 8], ['ih', 9], ['kk', 6]);
  expect(alignSpeech(posteriors, ['p', 'a', 's', 'i', 'k']).fit).toBeCloseTo(0, 1);
  expect(alignSpeech(posteriors, ['m', 'u', 'f', 'u', 'ʃ']).fit).toBeLessThan(LEAST_FIT);
});

test('a text that is longer than the sound is not complete, and no phone is lost in a long one', () => {
  expect(alignSpeech(heard(['PP', 5], ['aa', 5]), ['p', 'a', 's', 'i', 'k', 'u', 'm']).complete).toBe(false);
  const words = Array.from(
    { length: 400 },
    () =>
      [
        ['PP', 4],
        ['aa', 7],
        ['SS', 5],
      ] as [Viseme, number][],
  );
  const { visemes, complete } = alignSpeech(
    heard(...words.flat()),
    words.flatMap(() => ['p', 'a', 's']),
  );
  expect(complete).toBe(true);
  expect(visemes).toHaveLength(1200);
  expect(visemes.every(({ start }, i) => start === Math.floor(i / 3) * 16 + [0, 4, 11][i % 3]!)).toBe(true);
});

test('sound that the text does not have is set apart, and the text goes on behind it', () => {
  const said: [Viseme, number][] = Array.from(
    { length: 12 },
    () =>
      [
        ['SS', 9],
        ['ou', 8],
      ] as [Viseme, number][],
  ).flat();
  const posteriors = heard(['PP', 5], ['aa', 9], ...said, ['FF', 5], ['ih', 9], ['kk', 6]);
  const { visemes, complete } = alignSpeech(posteriors, ['p', 'a', 'f', 'i', 'k']);
  expect(complete).toBe(true);
  expect(visemes.map(({ viseme, start }) => [viseme, start])).toEqual([
    ['PP', 0],
    ['aa', 5],
    [null, 14],
    ['FF', 218],
    ['ih', 223],
    ['kk', 232],
  ]);
});
