import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Random, randomFrom } from '@orator/core/base/random';
import { seconds } from '@orator/core/base/units';
import { BANDS, createFeatureStream, HOP } from '@orator/core/speech/visemes/features';
import { openEspeak } from './espeak.ts';
import { speakWithFestival } from './festival.ts';
import { speakWithFlite } from './flite.ts';
import { readHumanClips } from './human.ts';
import { labelFrames } from './labels.ts';
import { createWriter, readProse } from './prose.ts';
import { breathe, normaliseLevel, resampleTo16k, reverberate } from './sound.ts';
import type { Utterance } from './utterance.ts';

/** Where one clip stands in the shard's arrays. */
interface Entry {
  readonly source: string;
  readonly id: string;
  readonly start: number;
  readonly count: number;
}

/** Collects clips as log-mel levels and labels, and writes them as two flat arrays and an index. */
class Shard {
  private readonly levels: Float16Array[] = [];
  private readonly labels: Int8Array[] = [];
  private readonly index: Entry[] = [];
  frames = 0;

  add(source: string, id: string, pcm: Float32Array, utterance: Pick<Utterance, 'phones' | 'alphabet'>) {
    const count = Math.floor(pcm.length / HOP) + 1;
    const levels = new Float16Array(count * BANDS);
    let at = 0;
    const keep = (features: Float32Array) => {
      if (at < levels.length) levels.set(features.subarray(0, BANDS), at);
      at += BANDS;
    };
    const stream = createFeatureStream();
    stream.push(pcm, keep);
    stream.pad(2 * HOP, keep);
    this.levels.push(levels);
    this.labels.push(labelFrames(utterance.phones, utterance.alphabet, count));
    this.index.push({ source, id, start: this.frames, count });
    this.frames += count;
  }

  async write(folder: string, name: string) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${name}.levels.f16`), this.levels);
    await writeFile(join(folder, `${name}.labels.i8`), this.labels);
    await writeFile(join(folder, `${name}.json`), JSON.stringify(this.index));
    console.log(`${name}: ${this.index.length} clips, ${(this.frames / 360_000).toFixed(2)} h`);
  }
}

/** What happens to a synthesised sentence before its features are taken: speed, breath, room, level, silence around it. */
function disturb(utterance: Utterance, random: Random): { pcm: Float32Array; phones: Utterance['phones'] } {
  const factor = 0.82 + 0.4 * random();
  let pcm = resampleTo16k(utterance.pcm, utterance.rate, factor);
  if (random() < 0.25) breathe(pcm, 0.5 * random(), random);
  if (random() < 0.3) pcm = reverberate(pcm, 0.08 + 0.42 * random(), 0.2 + 0.8 * random(), random);
  normaliseLevel(pcm);
  const lead = Math.round(0.6 * random() * 16_000);
  const tail = Math.round(0.6 * random() * 16_000);
  const padded = new Float32Array(lead + pcm.length + tail);
  padded.set(pcm, lead);
  const shift = lead / 16_000;
  const phones = utterance.phones.map(({ phone, start, end }) => ({
    phone,
    start: seconds(start / factor + shift),
    end: seconds(end / factor + shift),
  }));
  const first = { phone: '', start: seconds(0), end: phones[0]?.start ?? seconds(shift) };
  const last = { phone: '', start: phones.at(-1)?.end ?? seconds(shift), end: seconds(padded.length / 16_000 + 0.02) };
  return { pcm: padded, phones: [first, ...phones, last] };
}

async function writeEspeak(folder: string, hours: number, seed: number) {
  const random = randomFrom(seed, 'espeak');
  const speak = await openEspeak(random);
  const prose = [...readProse()];
  const writers = prose.map(([language, sentences]) => ({ language, write: createWriter(sentences, random) }));
  // English and Spanish have the most text of their own, so they are read more often.
  const turns = writers.flatMap(
    (writer, i) => Array(Math.round(prose[i]![1].length ** 0.7)).fill(writer) as typeof writers,
  );
  const shard = new Shard();
  for (let i = 0; shard.frames < hours * 360_000; i++) {
    const { language, write } = turns[Math.floor(random() * turns.length)]!;
    const utterance = speak(write(), language);
    if (utterance.phones.length < 4) continue;
    const { pcm, phones } = disturb(utterance, random);
    shard.add(`espeak/${language}`, String(i), pcm, { phones, alphabet: 'ipa' });
  }
  await shard.write(folder, 'espeak');
}

async function writeFlite(folder: string, hours: number, seed: number) {
  const random = randomFrom(seed, 'flite');
  const write = createWriter(readProse().get('en')!, random);
  const shard = new Shard();
  while (shard.frames < hours * 360_000) {
    const { pcm, phones } = disturb(await speakWithFlite(write(), random), random);
    shard.add('flite', String(shard.frames), pcm, { phones, alphabet: 'arpabet' });
  }
  await shard.write(folder, 'flite');
}

async function writeFestival(folder: string, hours: number, seed: number) {
  const random = randomFrom(seed, 'festival');
  const writers = new Map([...readProse()].map(([language, sentences]) => [language, createWriter(sentences, random)]));
  const shard = new Shard();
  while (shard.frames < hours * 360_000) {
    const { voice, utterances } = await speakWithFestival((language) => writers.get(language)!(), 30, random);
    for (const utterance of utterances) {
      const { pcm, phones } = disturb(utterance, random);
      shard.add(`festival/${voice}`, String(shard.frames), pcm, { phones, alphabet: utterance.alphabet });
    }
  }
  await shard.write(folder, 'festival');
}

async function writeHuman(folder: string, testdata: string) {
  const shard = new Shard();
  for (const clip of await readHumanClips(testdata)) shard.add(clip.group, clip.id, normaliseLevel(clip.pcm), clip);
  await shard.write(folder, 'human');
}

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    source: { type: 'string', multiple: true, default: ['espeak', 'flite', 'festival', 'human'] },
    hours: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
});
if (values.out === undefined) throw new Error('Say where the shards go: --out <folder outside the repository>');
const testdata = process.env.ORATOR_TESTDATA ?? new URL('../../../shared/testdata', import.meta.url).pathname;
for (const source of values.source) {
  if (source === 'espeak') await writeEspeak(values.out, Number(values.hours), Number(values.seed));
  else if (source === 'human') await writeHuman(values.out, testdata);
  else if (source === 'flite') await writeFlite(values.out, Number(values.hours), Number(values.seed));
  else if (source === 'festival') await writeFestival(values.out, Number(values.hours), Number(values.seed));
  else throw new Error(`No source "${source}": espeak, flite, festival, human`);
}
