import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseWav } from '@orator/core/media/wav';
import type { PhoneAlphabet, TimedPhone } from '@orator/core/speech/phone';
import type { Utterance } from './utterance.ts';

/** A labelled recording of the test data. */
export interface HumanClip extends Utterance {
  readonly group: string;
  readonly id: string;
}

/** The groups with phone labels. The last two are never trained on. */
export const HUMAN_GROUPS = ['en_ljspeech', 'es_css10', 'en_au_manual', 'en_misc'] as const;

/** Whether training may hear this clip. */
export const isTrainable = ({ group }: HumanClip) => group === 'en_ljspeech' || group === 'es_css10';

/** Reads every labelled clip under `testdata/aligned`; an absent folder gives none. */
export async function readHumanClips(testdata: string): Promise<HumanClip[]> {
  const clips: HumanClip[] = [];
  for (const group of HUMAN_GROUPS) {
    const folder = join(testdata, 'aligned', group);
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((file) => file.endsWith('.json')).sort()) {
      const id = name.slice(0, -'.json'.length);
      const { phones } = JSON.parse(await readFile(join(folder, name), 'utf8')) as {
        phones: { s: TimedPhone['start']; e: TimedPhone['end']; t: string }[];
      };
      const timed = phones.map(({ s, e, t }) => ({ phone: t, start: s, end: e }));
      clips.push({
        group,
        id,
        alphabet: alphabetOf(group, id),
        phones: timed,
        ...parseWav(await readFile(join(folder, `${id}.wav`))),
      });
    }
  }
  return clips;
}

function alphabetOf(group: string, id: string): PhoneAlphabet {
  if (group === 'en_au_manual') return 'field';
  if (group === 'en_ljspeech' || id === 'acoustic_corpus') return 'arpabet';
  return 'ipa';
}
