import { expect, test } from 'vitest';
import { seconds } from '../base/units.ts';
import { spansOf, stressesOf } from './spans.ts';

const phones = (...symbols: string[]) => symbols.map((phone) => ({ phone }));

test('a vowel carries its stress, and the consonants around it share it', () => {
  expect(stressesOf(phones('ə', 'b', 'ˈaʊ', 't', '', 'm', 'ˌa', 'n'))).toEqual([0, 1, 1, 1, 0, 0.5, 0.5, 0.5]);
});

test('where nothing is marked, stress is unknown', () => {
  expect(stressesOf(phones('m', 'a', ''))).toEqual([0.5, 0.5, 0]);
});

test('ARPAbet numbers are stress too', () => {
  expect(stressesOf(phones('HH', 'AH0', 'L', 'OW1'), 'arpabet')).toEqual([0, 0, 1, 1]);
});

test('spans adjoin; phones without length and unknown symbols leave no hole', () => {
  const at = [0, 0.1, 0.1, 0.2, 0.3].map(seconds);
  const timed = ['a', 't', '??', 'm'].map((phone, i) => ({ phone, start: at[i]!, end: at[i + 1]! }));
  const spans = spansOf(timed);
  expect(spans.map(({ viseme }) => viseme)).toEqual(['aa', 'aa', 'PP']);
  expect(spans.map(({ start, end }) => [start, end])).toEqual([
    [0, 0.1],
    [0.1, 0.2],
    [0.2, 0.3],
  ]);
});
