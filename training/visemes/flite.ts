import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { normal, type Random } from '@orator/core/base/random';
import { seconds } from '@orator/core/base/units';
import type { TimedPhone } from '@orator/core/speech/phone';
import type { Utterance } from './utterance.ts';
import { readWav } from './wav-file.ts';

const run = promisify(execFile);
/** Statistical voices made from real speakers, and one of diphones; all under the permissive licence of their makers. */
const FLITE_VOICES = ['rms', 'slt', 'awb', 'rms', 'slt', 'awb', 'kal16'];
/** Unit and statistical voices of Festival with a permissive licence: the name that selects each. */
const FESTIVAL_VOICES = ['voice_kal_diphone', 'voice_ked_diphone', 'voice_cmu_us_slt_arctic_hts'];

/** Reads English text with Flite in a random voice; the program must be on the PATH. */
export async function speakWithFlite(text: string, random: Random): Promise<Utterance> {
  const folder = await mkdtemp(join(tmpdir(), 'flite-'));
  const wav = join(folder, 'speech.wav');
  const voice = FLITE_VOICES[Math.floor(random() * FLITE_VOICES.length)]!;
  const stretch = Math.min(1.4, Math.max(0.7, 1 + 0.15 * normal(random)));
  const pitch = (voice === 'slt' ? 175 : 110) * 2 ** (0.25 * normal(random));
  const options = [
    '-voice',
    voice,
    '-psdur',
    '--setf',
    `duration_stretch=${stretch}`,
    '--setf',
    `int_f0_target_mean=${pitch}`,
  ];
  const { stdout } = await run('flite', [...options, '-t', text, '-o', wav]);
  const ends = stdout
    .trim()
    .split(/\s+/)
    .map((mark) => mark.split(':') as [string, string]);
  const sound = await readWav(wav);
  await rm(folder, { recursive: true });
  return { ...sound, phones: phonesFromEnds(ends), alphabet: 'arpabet' };
}

/** Reads English texts with Festival in one random voice; the program must be on the PATH. */
export async function speakWithFestival(texts: readonly string[], random: Random): Promise<Utterance[]> {
  const folder = await mkdtemp(join(tmpdir(), 'festival-'));
  const voice = FESTIVAL_VOICES[Math.floor(random() * FESTIVAL_VOICES.length)]!;
  const script = texts.map((text, i) => {
    const quoted = JSON.stringify(text.replaceAll('"', ''));
    const stretch = (0.8 + 0.5 * random()).toFixed(2);
    return `(Parameter.set 'Duration_Stretch ${stretch}) (set! utt (SynthText ${quoted}))
      (utt.save.wave utt "${folder}/${i}.wav" 'riff) (utt.save.segs utt "${folder}/${i}.lab")`;
  });
  await writeFile(join(folder, 'run.scm'), `(Parameter.set 'Audio_Method 'none) (${voice})\n${script.join('\n')}\n`);
  await run('festival', ['--batch', join(folder, 'run.scm')]);
  const utterances: Utterance[] = [];
  for (let i = 0; i < texts.length; i++) {
    const lines = (await readFile(join(folder, `${i}.lab`), 'utf8'))
      .split('\n')
      .slice(1)
      .filter((line) => line !== '');
    const ends = lines.map((line) => line.trim().split(/\s+/)).map(([end, , name]) => [name!, end!] as const);
    utterances.push({
      ...(await readWav(join(folder, `${i}.wav`))),
      phones: phonesFromEnds(ends),
      alphabet: 'arpabet',
    });
  }
  await rm(folder, { recursive: true });
  return utterances;
}

function phonesFromEnds(ends: readonly (readonly [string, string])[]): TimedPhone[] {
  return ends.map(([phone, end], i) => ({
    phone,
    start: seconds(i === 0 ? 0 : Number(ends[i - 1]![1])),
    end: seconds(Number(end)),
  }));
}
