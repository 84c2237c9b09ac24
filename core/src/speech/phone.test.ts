import { expect, test } from 'vitest';
import { seconds } from '../base/units.ts';
import { closesLips, isOnlyMark, isVoicelessStop, layOutVisemes, visemesOf } from './phone.ts';

const lay = (...phones: [string, number][]) => {
  let at = 0;
  const timed = phones.map(([phone, length]) => {
    const start = at;
    at += length;
    return { phone, start: seconds(start), end: seconds(at) };
  });
  return layOutVisemes(timed).map(({ viseme, start, end }) => `${viseme} ${start.toFixed(2)}-${end.toFixed(2)}`);
};

test.each([
  ['p', ['PP']],
  ['pʰ', ['PP']],
  ['β', ['PP']],
  ['v', ['FF']],
  ['ð', ['TH']],
  ['ɾ', ['DD']],
  ['d̪', ['DD']],
  ['ŋ', ['kk']],
  ['tʃ', ['CH']],
  ['tʃʲ', ['CH']],
  ['s.', ['CH']],
  ['tsh.', ['CH']],
  ['ts', ['SS']],
  ['l̩', ['nn']],
  ['ɜː', ['E']],
  ['ˈiː', ['ih']],
  ['ɑ̃', ['aa']],
  ['yː', ['ou']],
  ['ˈaɪ', ['aa', 'ih']],
  ['oʊ', ['oh', 'ou']],
  ['əl', ['E', 'nn']],
  ['aɪɚ', ['aa', 'ih', 'RR']],
  ['uɑi', ['ou', 'aa', 'ih']],
  ['', ['sil']],
  ['_', ['sil']],
] as const)('the IPA symbol "%s" has the shapes %j', (phone, shapes) => expect(visemesOf(phone)).toEqual(shapes));

test('ARPAbet tells the stressed AH from the weak one', () => {
  expect(visemesOf('AH1', 'arpabet')).toEqual(['aa']);
  expect(visemesOf('AH0', 'arpabet')).toEqual(['E']);
  expect(visemesOf('ey1', 'arpabet')).toEqual(['E', 'ih']);
  expect(visemesOf('spn', 'arpabet')).toBeNull();
});

test('the letters of hand-labelled corpora mean other things than IPA', () => {
  expect(visemesOf('V', 'field')).toEqual(['aa']);
  expect(visemesOf('S', 'field')).toEqual(['CH']);
  expect(visemesOf('Om', 'field')).toEqual(['oh', 'PP']);
  expect(visemesOf('H', 'field')).toBe('breath');
});

test('two shapes share the time of a phone 60 to 40, three 40 to 30 to 30', () => {
  expect(lay(['aɪ', 1])).toEqual(['aa 0.00-0.60', 'ih 0.60-1.00']);
  expect(lay(['aɪɚ', 1])).toEqual(['aa 0.00-0.40', 'ih 0.40-0.70', 'RR 0.70-1.00']);
});

test('an h takes the shape of the vowel that follows, else of what came before, and never opens from nothing but a vowel', () => {
  expect(lay(['h', 0.1], ['iː', 0.1])).toEqual(['ih 0.00-0.10', 'ih 0.10-0.20']);
  expect(lay(['ɔ', 0.1], ['h', 0.1], ['t', 0.1])[1]).toBe('oh 0.10-0.20');
  expect(lay(['m', 0.1], ['h', 0.1])[1]).toBe('aa 0.10-0.20');
});

test('lips meet on p, b and m, not on β', () => {
  expect(['p', 'bʲ', 'mː', 'ɓ'].map((phone) => closesLips(phone))).toEqual([true, true, true, true]);
  expect(['β', 'f', 'w', 't'].map((phone) => closesLips(phone))).toEqual([false, false, false, false]);
});

test('voiceless stops and affricates begin with a silent closure, voiced ones do not', () => {
  expect(['p', 'tʰ', 'kː', 'ts', 'tʃ', 'q'].every(isVoicelessStop)).toBe(true);
  expect(['b', 'd', 'ɡ', 's', 'ʃ', 'a', ''].some(isVoicelessStop)).toBe(false);
});

test('a bare mark is told from a phone and from a pause', () => {
  expect(['ʲ', 'ː', '̃'].every(isOnlyMark)).toBe(true);
  expect(['', 'j', 'ʃ'].some(isOnlyMark)).toBe(false);
});
