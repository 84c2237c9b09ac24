import { expect, test } from 'vitest';
import { VISEME_INDEX, type Viseme } from '../viseme.ts';
import { createVisemeScorer, type ScoredClip } from './score.ts';

/** "sil*12 PP*4" → frames. "?" is a frame without a label. */
function frames(text: string): number[] {
  return text.split(' ').flatMap((part) => {
    const [name, count] = part.split('*');
    return Array(Number(count)).fill(name === '?' ? -1 : VISEME_INDEX[name as Viseme]);
  });
}
function scoresOf(truth: string, guess: string, lips: Partial<ScoredClip> = {}) {
  const scorer = createVisemeScorer();
  const clip = { truth: Int8Array.from(frames(truth)), guess: Uint8Array.from(frames(guess)) };
  scorer.add({ closures: [], nearClosures: [], ...clip, ...lips });
  return scorer.scores();
}

test('frames: unlabelled ones are left out, silence only counts among all', () => {
  const scores = scoresOf('sil*4 aa*4 E*2 ?*5', 'sil*4 aa*2 E*4 sil*5');
  expect(scores.acc15).toBeCloseTo(8 / 10);
  expect(scores.accsp).toBeCloseTo(4 / 6);
  expect(scores.bal15).toBeCloseTo((1 + 0.5 + 1) / 3);
});

test('mouth groups: E and ih look alike, and silence looks like closed lips', () => {
  expect(scoresOf('E*2 PP*2 oh*2', 'ih*2 sil*2 aa*2').g6).toBeCloseTo(4 / 6);
  expect(scoresOf('E*2 PP*2 oh*2', 'ih*2 sil*2 aa*2').speechSilent).toBeCloseTo(2 / 6);
});

test('closures: found within 40 ms, wrong where no lips meet, and single frames are not runs', () => {
  const closures = [
    { start: 0.1, end: 0.15 },
    { start: 0.4, end: 0.45 },
  ];
  const scores = scoresOf('aa*60', 'aa*11 PP*4 aa*10 PP*3 aa*10 PP*1 aa*21', { closures });
  expect(scores.closureRecall).toBe(1); // the single frame at 0.38 still reaches the second one
  expect(scores.closurePrecision).toBe(0.5);
  expect(scores.onsetMedianMs).toBeCloseTo((5 + 25) / 2);
  const near = scoresOf('aa*60', 'aa*25 PP*3 aa*32', { nearClosures: [{ start: 0.25, end: 0.28 }] });
  expect(near.closurePrecision).toBe(1);
});

test('silence: only pauses of 100 ms count, without 50 ms at each end', () => {
  const scores = scoresOf('aa*5 sil*20 aa*5 sil*9 aa*5', 'aa*14 sil*16 aa*14');
  expect(scores.silenceOpen).toBeCloseTo(4 / 10); // frames 10 to 19 are judged, and 10 to 13 are open
});

test('bias: the median of how late changes to the same shape come, and changes are counted per second', () => {
  const scores = scoresOf('aa*20 E*20 oh*20', 'aa*22 E*21 oh*17');
  expect(scores.biasMs).toBe(25);
  expect(scores.changesPerSecond).toBeCloseTo(2 / 0.6);
});
