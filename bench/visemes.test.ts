import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { posteriorsOf } from '@orator/core/speech/visemes/posteriors';
import { createVisemeScorer } from '@orator/core/speech/visemes/score';
import { createVisemeStream } from '@orator/core/speech/visemes/stream';
import { parseVisemeWeights } from '@orator/core/speech/visemes/weights';
import { expect, test } from 'vitest';
import { isTrainable, readHumanClips } from '../training/visemes/human.ts';
import { judge } from '../training/visemes/judge.ts';
import { ROOT, TESTDATA } from './material.ts';

const read = async (path: string) => parseVisemeWeights(await readFile(join(ROOT, path)));
const withoutSpeech = !existsSync(join(TESTDATA, 'aligned'));

test('the shipped weights are a few hundred kilobytes and look 40 ms ahead', async () => {
  const bytes = await readFile(join(ROOT, 'core/models/visemes.bin'));
  expect(bytes.length).toBeLessThan(400_000);
  expect(parseVisemeWeights(bytes).lookAhead).toBe(4);
});

test('digital silence and a hiss keep the mouth shut', async () => {
  const stream = createVisemeStream(await read('core/models/visemes.bin'));
  const hiss = Float32Array.from({ length: 32_000 }, (_, i) =>
    i < 16_000 ? 0 : (((i * 7919) % 1013) / 1013 - 0.5) / 300,
  );
  const open = [...stream.push(hiss), ...stream.end()].filter(({ viseme }) => viseme !== 'sil' && viseme !== 'PP');
  expect(open.reduce((sum, { start, end }) => sum + end - start, 0)).toBeLessThanOrEqual(0.05);
});

test.skipIf(withoutSpeech)(
  'people are read about as well as when the weights were made (needs ORATOR_TESTDATA)',
  async () => {
    const clips = await readHumanClips(TESTDATA);
    const trainable = clips.filter(isTrainable);
    // The first fold left out every fifth clip; the Australian clips were never trained on.
    const heldOut = trainable.filter((_, i) => i % 5 === 0).slice(0, 8);
    const australian = clips.filter(({ group }) => group === 'en_au_manual');
    const score = async (judged: typeof clips, path: string) => {
      const weights = await read(path);
      const scorer = createVisemeScorer();
      for (const clip of judged) scorer.add(judge(clip, posteriorsOf(clip.pcm, weights)));
      return scorer.scores();
    };
    const fold = await score(heldOut, 'training/visemes/checks/fold-0.bin');
    expect(fold.acc15).toBeGreaterThan(0.66);
    expect(fold.g6).toBeGreaterThan(0.72);
    expect(fold.closureRecall).toBeGreaterThan(0.8);
    expect(fold.closurePrecision).toBeGreaterThan(0.6);
    expect(fold.silenceOpen).toBeLessThanOrEqual(0.01);
    expect(Math.abs(fold.biasMs)).toBeLessThanOrEqual(10);
    expect((await score(australian, 'core/models/visemes.bin')).g6).toBeGreaterThan(0.66);
  },
);
