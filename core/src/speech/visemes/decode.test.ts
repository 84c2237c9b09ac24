import { expect, test } from 'vitest';
import { VISEME_INDEX, VISEMES, type Viseme } from '../viseme.ts';
import { createVisemeDecoder } from './decode.ts';

/** Posteriors with the given shares; the rest is spread evenly over the others. */
function frame(shares: Partial<Record<Viseme, number>>): Float32Array {
  const given = Object.values(shares).reduce((a, b) => a + b, 0);
  const rest = (1 - given) / (VISEMES.length - Object.keys(shares).length);
  const posteriors = new Float32Array(VISEMES.length).fill(rest);
  for (const [viseme, share] of Object.entries(shares)) posteriors[VISEME_INDEX[viseme as Viseme]] = share;
  return posteriors;
}

function decoded(frames: readonly Partial<Record<Viseme, number>>[]): Viseme[] {
  const decode = createVisemeDecoder();
  return frames.map((shares) => VISEMES[decode(frame(shares))]!);
}
const times = (count: number, shares: Partial<Record<Viseme, number>>) => Array(count).fill(shares);

test('starts in silence and leaves it only when silence has become unlikely', () => {
  expect(decoded([{ sil: 0.9 }, { sil: 0.2, aa: 0.7 }, { sil: 0.1, aa: 0.8 }])).toEqual(['sil', 'sil', 'aa']);
});

test('a single silent frame within speech does not shut the mouth, two do', () => {
  const speech = [{ aa: 0.9 }, { aa: 0.9 }];
  expect(decoded([...speech, { sil: 0.8 }, { aa: 0.9 }])).toEqual(['aa', 'aa', 'aa', 'aa']);
  expect(decoded([...speech, { sil: 0.8 }, { sil: 0.8 }])).toEqual(['aa', 'aa', 'aa', 'sil']);
});

test('a likely closure interrupts any shape at once and is shown for 40 ms', () => {
  const frames = [{ aa: 0.9 }, { PP: 0.6 }, ...times(5, { E: 0.9 })];
  expect(decoded(frames)).toEqual(['aa', 'PP', 'PP', 'PP', 'PP', 'E', 'E']);
});

test('an uncertain closure needs to be near the best of the others', () => {
  expect(decoded([{ aa: 0.9 }, { PP: 0.42, nn: 0.44 }])[1]).toBe('PP');
  expect(decoded([{ aa: 0.9 }, { aa: 0.9 }, { PP: 0.42, nn: 0.52 }])[2]).toBe('nn');
});

test('shapes need two frames and a lead of 0.08 to follow one another', () => {
  expect(decoded([{ aa: 0.9 }, { E: 0.9 }, { E: 0.9 }])).toEqual(['aa', 'aa', 'E']);
  expect(decoded([{ aa: 0.9 }, { aa: 0.9 }, { aa: 0.42, E: 0.48 }])[2]).toBe('aa');
  expect(decoded([{ aa: 0.9 }, { aa: 0.9 }, { aa: 0.3, E: 0.5 }])[2]).toBe('E');
});

test('a frame that is mostly silence keeps the shape it came in', () => {
  expect(decoded([{ aa: 0.9 }, { aa: 0.9 }, { sil: 0.34, E: 0.26 }])[2]).toBe('aa');
});
