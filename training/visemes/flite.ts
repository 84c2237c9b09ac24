import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { normal, type Random } from '@orator/core/base/random';
import { seconds } from '@orator/core/base/units';
import { parseWav } from '@orator/core/media/wav';
import type { TimedPhone } from '@orator/core/speech/phone';
import type { Utterance } from './utterance.ts';

const run = promisify(execFile);
/** Statistical voices made from real speakers, and one of diphones; all under the permissive licence of their makers. */
const FLITE_VOICES = ['rms', 'slt', 'awb', 'rms', 'slt', 'awb', 'kal16'];
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
  const sound = parseWav(await readFile(wav));
  await rm(folder, { recursive: true });
  return { ...sound, phones: phonesFromEnds(ends), alphabet: 'arpabet' };
}

/** Phones from their names and end times in seconds, as both programs print them. */
export function phonesFromEnds(ends: readonly (readonly [string, string])[]): TimedPhone[] {
  return ends.map(([phone, end], i) => ({
    phone,
    start: seconds(i === 0 ? 0 : Number(ends[i - 1]![1])),
    end: seconds(Number(end)),
  }));
}
