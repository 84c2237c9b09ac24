import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Random } from '@orator/core/base/random';
import { parseWav } from '@orator/core/media/wav';
import { phonesFromEnds } from './flite.ts';
import type { Utterance } from './utterance.ts';

const run = promisify(execFile);

/** A voice of Festival: its language in `prose.txt`, how its text is written in bytes, and the IPA of phones it names its own way. */
interface FestivalVoice {
  readonly name: string;
  readonly language: string;
  readonly encoding: 'latin1' | 'latin2' | 'utf8';
  readonly phones: Readonly<Record<string, string>> | 'arpabet';
}

const PAUSES = { '#': '', '##': '', pau: '', _: '' };
const ITALIAN = { ...PAUSES, E: 'ɛ', O: 'ɔ', J: 'ɲ', S: 'ʃ', dZ: 'dʒ', tS: 'tʃ', L: 'ʎ', ng: 'ŋ' };
const CATALAN = { ...ITALIAN, ax: 'ə', r: 'ɾ', rr: 'r', Z: 'ʒ', B: 'β', D: 'ð', G: 'ɣ' };
const FINNISH = { ...PAUSES, '@': 'æ', '@:': 'æ', '7': 'ø', '7:': 'ø', N: 'ŋ', 'N:': 'ŋ' };
const CZECH = {
  ...PAUSES,
  ...{ 'r~': 'ʒ', 'r~*': 'ʃ', ch: 'x', c: 'ts', 'c~': 'tʃ', 's~': 'ʃ', 'z~': 'ʒ', 't~': 'c', 'd~': 'ɟ', 'n~': 'ɲ' },
  ...{ h: 'ɦ', 'n*': 'ŋ', 'm*': 'ɱ' },
};
const RUSSIAN = {
  ...PAUSES,
  ...{ y: 'ɨ', yy: 'ɨ', ay: 'ə', ae: 'ɪ', ur: 'ʊ', ch: 'tɕ', sch: 'ɕ', sh: 'ʂ', zh: 'ʐ', h: 'x', hh: 'x', c: 'ts' },
};
const HINDI = {
  ...PAUSES,
  ...{
    a: 'ə',
    aa: 'a',
    iy: 'i',
    ih: 'ɪ',
    uw: 'u',
    uh: 'ʊ',
    eh: 'e',
    oh: 'o',
    ay: 'ɛ',
    aw: 'ɔ',
    y: 'j',
    j: 'dʒ',
    jh: 'dʒ',
  },
  ...{ ch: 'tʃ', chh: 'tʃ', th: 't', tth: 't', dh: 'd', ddh: 'd', T: 't', D: 'd', kh: 'k', gh: 'ɡ', ph: 'p', bh: 'b' },
  ...{ sh: 'ʃ', ng: 'ŋ', nj: 'ɲ', N: 'n' },
};

/** Voices built from the recordings of real speakers; `core/models/README.md` lists their licences. */
const VOICES: readonly FestivalVoice[] = [
  { name: 'kal_diphone', language: 'en', encoding: 'latin1', phones: 'arpabet' },
  { name: 'ked_diphone', language: 'en', encoding: 'latin1', phones: 'arpabet' },
  { name: 'cmu_us_slt_arctic_hts', language: 'en', encoding: 'latin1', phones: 'arpabet' },
  { name: 'lp_diphone', language: 'it', encoding: 'latin1', phones: ITALIAN },
  { name: 'pc_diphone', language: 'it', encoding: 'latin1', phones: ITALIAN },
  { name: 'upc_ca_ona_hts', language: 'ca', encoding: 'latin1', phones: CATALAN },
  { name: 'hy_fi_mv_diphone', language: 'fi', encoding: 'latin1', phones: FINNISH },
  { name: 'suo_fi_lj_diphone', language: 'fi', encoding: 'latin1', phones: FINNISH },
  { name: 'czech_dita', language: 'cs', encoding: 'latin2', phones: CZECH },
  { name: 'czech_krb', language: 'cs', encoding: 'latin2', phones: CZECH },
  { name: 'czech_machac', language: 'cs', encoding: 'latin2', phones: CZECH },
  { name: 'czech_ph', language: 'cs', encoding: 'latin2', phones: CZECH },
  { name: 'msu_ru_nsh_clunits', language: 'ru', encoding: 'utf8', phones: RUSSIAN },
  { name: 'hindi_NSK_diphone', language: 'hi', encoding: 'utf8', phones: HINDI },
];
/** Where ISO 8859-2 differs from 8859-1 in Czech letters. */
const LATIN2 = new Map([...'čěšřžůťďňČĚŠŘŽ'].map((letter, i) => [letter, [...'èì¹ø¾ù»ïòÈÌ©Ø®'][i]!]));

/** Reads texts with Festival in one random voice; the program and its voices must be installed. A text it fails on is left out. */
export async function speakWithFestival(write: (language: string) => string, count: number, random: Random) {
  const folder = await mkdtemp(join(tmpdir(), 'festival-'));
  const voice = VOICES[Math.floor(random() * VOICES.length)]!;
  const texts = Array.from({ length: count }, () => write(voice.language));
  const lines = texts.map((text, i) => {
    const stretch = (0.75 + 0.5 * random()).toFixed(2);
    return `(Parameter.set 'Duration_Stretch ${stretch}) (set! utt (SynthText ${JSON.stringify(text.replaceAll('"', ''))}))
      (utt.save.wave utt "${folder}/${i}.wav" 'riff) (utt.save.segs utt "${folder}/${i}.lab")`;
  });
  const script = `(Parameter.set 'Audio_Method 'none) (voice_${voice.name})\n${lines.join('\n')}\n`;
  await writeFile(join(folder, 'run.scm'), encode(script, voice.encoding));
  await run('festival', ['--batch', join(folder, 'run.scm')]).catch(() => {}); // what it made before it failed is used
  const utterances: Utterance[] = [];
  for (let i = 0; i < count; i++) {
    const label = await readFile(join(folder, `${i}.lab`), 'utf8').catch(() => null);
    if (label === null) break;
    const ends = label
      .split('\n')
      .slice(1)
      .filter((line) => line !== '')
      .map((line) => line.trim().split(/\s+/));
    const phones = phonesFromEnds(ends.map(([end, , name]) => [ipaOf(name!, voice), end!]));
    const alphabet = voice.phones === 'arpabet' ? 'arpabet' : 'ipa';
    utterances.push({ ...parseWav(await readFile(join(folder, `${i}.wav`))), phones, alphabet });
  }
  await rm(folder, { recursive: true });
  return { voice: voice.name, utterances };
}

function encode(text: string, encoding: FestivalVoice['encoding']): Buffer {
  const letters = encoding === 'latin2' ? text.replace(/[^ -ÿ\n]/g, (letter) => LATIN2.get(letter) ?? ' ') : text;
  return Buffer.from(letters, encoding === 'utf8' ? 'utf8' : 'latin1');
}

/** Stress digits go, doubled letters (long or soft) count once. */
function ipaOf(name: string, { phones }: FestivalVoice): string {
  if (phones === 'arpabet') return name;
  const bare = name.replace(/(?<=.)\d$/, '');
  return phones[name] ?? phones[bare] ?? phones[bare.replace(/^(.)\1$/, '$1')] ?? bare.replace(/^(.)\1$/, '$1');
}
