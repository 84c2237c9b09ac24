import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomFrom } from '@orator/core/base/random';
import { parseWav } from '@orator/core/media/wav';
import { posteriorsOf } from '@orator/core/speech/visemes/posteriors';
import { createVisemeScorer, type VisemeScores } from '@orator/core/speech/visemes/score';
import { createVisemeStream } from '@orator/core/speech/visemes/stream';
import { parseVisemeWeights, type VisemeWeights } from '@orator/core/speech/visemes/weights';
import { type HumanClip, isTrainable, readHumanClips } from '../training/visemes/human.ts';
import { judge } from '../training/visemes/judge.ts';
import { babbleOf, pinkNoise, withNoise } from '../training/visemes/noise.ts';
import { ROOT, TESTDATA } from './material.ts';
import { rounded } from './table.ts';

/** Lips from sound alone, on labelled human speech. */
export const title = 'Lips from sound alone, against labelled human speech';

type Row = Record<string, unknown>;

const percent = (share: number) => (Number.isNaN(share) ? null : rounded(100 * share, 1));
const read = async (path: string) => parseVisemeWeights(await readFile(join(ROOT, path)));

/** Scores what `networkFor` hears in each clip, after `disturb`. */
function scoreOf(
  clips: readonly HumanClip[],
  networkFor: (clip: HumanClip) => VisemeWeights,
  disturb: (clip: HumanClip) => Float32Array = ({ pcm }) => pcm,
): VisemeScores {
  const scorer = createVisemeScorer();
  for (const clip of clips) scorer.add(judge(clip, posteriorsOf(disturb(clip), networkFor(clip))));
  return scorer.scores();
}

/** Every score of one condition in the columns beside its frames. */
const details = (scores: VisemeScores): Row => ({
  speech: percent(scores.accsp),
  groups: percent(scores.g6),
  'p b m found': percent(scores.closureRecall),
  'of those real': percent(scores.closurePrecision),
  'open in silence': percent(scores.silenceOpen),
  'shut in speech': percent(scores.speechSilent),
  'bias ms': rounded(scores.biasMs, 0),
  'changes/s': rounded(scores.changesPerSecond, 0),
});

/** Without labelled speech, then on sentences and speakers that training left out, then in noise, then what it costs. */
export async function run(): Promise<Row[]> {
  if (!existsSync(join(TESTDATA, 'aligned'))) return [];
  const clips = await readHumanClips(TESTDATA);
  const trainable = clips.filter(isTrainable);
  const shipped = await read('core/models/visemes.bin');
  const synthetic = await read('training/visemes/checks/synthetic.bin');
  const folds = await Promise.all([0, 1, 2, 3, 4].map((fold) => read(`training/visemes/checks/fold-${fold}.bin`)));
  // The network of a fold never heard its sentences; clips of the other groups were never trained on by any.
  const heldOut = (clip: HumanClip) => folds[trainable.indexOf(clip) % folds.length] ?? shipped;
  const group = (name: string) => clips.filter((clip) => clip.group === name);
  const none = scoreOf(clips, () => synthetic);
  const five = scoreOf(trainable, heldOut);
  return [
    {
      figure: 'frames, no labelled speech in training, %',
      value: percent(none.acc15),
      reach: '≥ 55',
      ...details(none),
    },
    { figure: 'mouth groups, same, %', value: percent(none.g6), reach: '≥ 63' },
    { figure: 'frames, held-out sentences (5 folds), %', value: percent(five.acc15), reach: '≥ 66', ...details(five) },
    { figure: 'mouth groups, same, %', value: percent(five.g6), reach: '≥ 72' },
    { figure: 'p b m found, same, %', value: percent(five.closureRecall), reach: '≥ 80' },
    { figure: 'of those real, same, %', value: percent(five.closurePrecision), reach: '≥ 60' },
    { figure: 'open in silence, same, %', value: percent(five.silenceOpen), reach: '≤ 1' },
    { figure: 'bias, same, ms', value: rounded(five.biasMs, 0), reach: '± 10' },
    ...conditionRows('held-out English woman (en_ljspeech)', group('en_ljspeech'), heldOut),
    ...conditionRows('held-out Spanish man (es_css10)', group('es_css10'), heldOut),
    ...conditionRows('never trained on: Australian (en_au_manual)', group('en_au_manual'), () => shipped),
    ...conditionRows('never trained on: spontaneous (en_misc)', group('en_misc'), () => shipped),
    ...(await noiseRows(trainable, heldOut)),
    ...costRows(shipped, trainable),
  ];
}

function conditionRows(
  name: string,
  clips: readonly HumanClip[],
  networkFor: (clip: HumanClip) => VisemeWeights,
): Row[] {
  const scores = scoreOf(clips, networkFor);
  return [{ figure: `${name}, frames, %`, value: percent(scores.acc15), ...details(scores) }];
}

async function noiseRows(clips: readonly HumanClip[], networkFor: (clip: HumanClip) => VisemeWeights): Promise<Row[]> {
  const longest = Math.max(...clips.map(({ pcm }) => pcm.length));
  const pink = pinkNoise(longest, randomFrom(1, 'pink'));
  const babble = babbleOf(await otherVoices(), longest);
  const noises = [
    ['pink noise', pink],
    ['babble of seven', babble],
  ] as const;
  return noises.flatMap(([name, noise]) =>
    [10, 0].map((decibels) => {
      const scores = scoreOf(clips, networkFor, (clip) => withNoise(clip, noise, decibels));
      return {
        figure: `held-out in ${name}, ${decibels} dB, frames, %`,
        value: percent(scores.acc15),
        ...details(scores),
      };
    }),
  );
}

/** Seven recordings of the test material at 16 kHz that are not judged. */
async function otherVoices(): Promise<Float32Array[]> {
  const folder = join(TESTDATA, 'aligned/grid_av');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.wav')).sort();
  return Promise.all(files.slice(0, 7).map(async (name) => parseWav(await readFile(join(folder, name))).pcm));
}

/** Live use: chunks of 20 ms, as a microphone gives them. */
function costRows(weights: VisemeWeights, clips: readonly HumanClip[]): Row[] {
  const chunk = 320;
  const costs: number[] = [];
  let latency = 0;
  for (const { pcm } of clips) {
    const stream = createVisemeStream(weights);
    const started = process.cpuUsage();
    for (let at = 0; at < pcm.length; at += chunk) {
      const spans = stream.push(pcm.subarray(at, at + chunk));
      const known = spans.at(-1)?.end;
      if (known !== undefined && at > 0) latency = Math.max(latency, Math.min(at + chunk, pcm.length) / 16_000 - known);
    }
    stream.end();
    const { user, system } = process.cpuUsage(started);
    costs.push((user + system) / 1000 / (pcm.length / 16_000));
  }
  const middle = costs.sort((a, b) => a - b)[costs.length >> 1]!;
  return [
    { figure: 'CPU per second of sound, live in 20 ms chunks, ms', value: rounded(middle, 1), reach: '≤ 15' },
    { figure: 'spans trail the sound by at most, ms', value: rounded(latency * 1000, 1), reach: '≤ 60' },
  ];
}
