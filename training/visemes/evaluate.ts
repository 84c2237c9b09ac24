import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { DECODER_RULES } from '@orator/core/speech/visemes/decode';
import { posteriorsOf } from '@orator/core/speech/visemes/posteriors';
import { createVisemeScorer, type VisemeScores } from '@orator/core/speech/visemes/score';
import { parseVisemeWeights } from '@orator/core/speech/visemes/weights';
import { HUMAN_GROUPS, isTrainable, readHumanClips } from './human.ts';
import { judge } from './judge.ts';

/** The scores as one row of a table: percent and milliseconds, rounded. */
export function scoreRow(scores: VisemeScores): Record<string, string | number> {
  const percent = (share: number) => (Number.isNaN(share) ? '–' : Number((100 * share).toFixed(1)));
  const whole = (value: number) => (Number.isNaN(value) ? '–' : Math.round(value));
  return {
    acc15: percent(scores.acc15),
    accsp: percent(scores.accsp),
    bal15: percent(scores.bal15),
    g6: percent(scores.g6),
    'clR / clP': `${percent(scores.closureRecall)} / ${percent(scores.closurePrecision)}`,
    'onset ms': `${whole(scores.onsetMedianMs)} / ${whole(scores.onsetP90Ms)}`,
    silopen: percent(scores.silenceOpen),
    spsil: percent(scores.speechSilent),
    'bias ms': whole(scores.biasMs),
    'chg/s': whole(scores.changesPerSecond),
  };
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { argmax: { type: 'boolean', default: false } },
  });
  const testdata = process.env.ORATOR_TESTDATA ?? new URL('../../../shared/testdata', import.meta.url).pathname;
  const clips = await readHumanClips(testdata);
  const networks = await Promise.all(positionals.map(async (path) => parseVisemeWeights(await readFile(path))));
  const trained = clips.filter(isTrainable);
  const scorers = new Map(['all', 'held out', ...HUMAN_GROUPS].map((name) => [name, createVisemeScorer()]));
  for (const clip of clips) {
    // Several files are the folds of one training: each trained clip is judged by the network that did not hear it.
    const fold = Math.max(0, trained.indexOf(clip)) % networks.length;
    const scored = judge(clip, posteriorsOf(clip.pcm, networks[fold]!), values.argmax ? null : DECODER_RULES);
    scorers.get('all')!.add(scored);
    scorers.get(clip.group)!.add(scored);
    if (trained.includes(clip)) scorers.get('held out')!.add(scored);
  }
  const rows = [...scorers].map(([group, scorer]) => ({ group, ...scoreRow(scorer.scores()) }));
  console.table(rows);
}

if (import.meta.main) await main();
