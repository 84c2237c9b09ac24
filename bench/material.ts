import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Hertz, hertz } from '@orator/core/base/units';
import type { Closure } from '@orator/core/inspect/movement';
import { parseWav, writeWav } from '@orator/core/media/wav';
import { closesLips } from '@orator/core/speech/phone';
import { createEspeakVoices } from '../server/src/voices/espeak-voice.ts';

/** The root of the checkout. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Real portraits and speech, where there are any: `ORATOR_TESTDATA`, else beside the checkout. */
export const TESTDATA = resolve(ROOT, process.env.ORATOR_TESTDATA ?? '../shared/testdata');

/** Speech to make a clip with. */
export interface Voice {
  readonly name: string;
  readonly rate: Hertz;
  readonly pcm: Float32Array;
  readonly text: string;
  /** The voice that reads the text, for its language. */
  readonly language: string;
  /** When p, b and m are spoken, in seconds. */
  readonly closures: readonly Closure[];
  /** When nobody speaks. */
  readonly pauses: readonly Closure[];
}

/** A portrait to make a clip with. */
export interface Portrait {
  readonly name: string;
  readonly path: string;
}

/** Portraits whose identity counts: photographs, or pictures made to look like one, with one face. */
const PHOTOGRAPHS = [
  'woman_freckles_closeup.png',
  'man_smile_teeth.jpg',
  'man_older_closed_tilt.jpg',
  'woman_black_open_mouth_hand.jpg',
  'man_asian_glasses_halfbody.jpg',
  'halfbody_woman_open_hands.png',
  'photo_man_glasses_pout.jpg',
  'photo_astronaut_512.png',
] as const;

/** The photographic portraits of the test material; the project's own portrait where that is absent. */
export function photographs(): Portrait[] {
  const found = PHOTOGRAPHS.map((file) => ({
    name: file.replace(/\.\w+$/, ''),
    path: join(TESTDATA, 'portraits', file),
  }));
  const there = found.filter(({ path }) => existsSync(path));
  return there.length > 0 ? there : [{ name: 'own portrait', path: join(ROOT, 'fixtures/portrait.jpg') }];
}

/** What each voice says: one take per line of `takes`, about 8 to 10 s each. */
const RECORDINGS = [
  {
    name: 'English woman',
    group: 'en_ljspeech',
    alphabet: 'arpabet',
    language: 'en-us',
    takes: [['LJ001-0001'], ['LJ001-0003'], ['LJ001-0005'], ['LJ001-0010'], ['LJ001-0014'], ['LJ001-0015']],
  },
  {
    name: 'Spanish man',
    group: 'es_css10',
    alphabet: 'ipa',
    language: 'es',
    takes: [
      ['19demarzo_0002'],
      ['19demarzo_0005'],
      ['19demarzo_0007'],
      ['19demarzo_0017'],
      ['19demarzo_0029'],
      ['19demarzo_0033'],
    ],
  },
  {
    name: 'Australian man',
    group: 'en_au_manual',
    alphabet: 'field',
    language: 'en-gb',
    takes: [
      ['msajc003', 'msajc010', 'msajc012'],
      ['msajc010', 'msajc012', 'msajc015'],
      ['msajc012', 'msajc015', 'msajc003'],
    ],
  },
] as const;

/**
 * Three people with text and phone times; synthetic voices where the test material is absent. Other takes say other sentences, so
 * that a mean over takes does not hang on one of them.
 */
export async function voices(take = 0): Promise<Voice[]> {
  if (!existsSync(join(TESTDATA, 'aligned'))) {
    return Promise.all(['en-us', 'en-gb+f3', 'en-us+m3'].map((voice) => spoken(voice, OWN_TEXT)));
  }
  return Promise.all(RECORDINGS.map((recording) => recorded(recording, take)));
}

interface Labels {
  readonly words: readonly { readonly t: string }[];
  readonly phones: readonly { readonly s: number; readonly e: number; readonly t: string }[];
}

async function recorded(
  { name, group, alphabet, language, takes }: (typeof RECORDINGS)[number],
  take: number,
): Promise<Voice> {
  const ids = takes[take % takes.length]!;
  const parts = await Promise.all(
    ids.map(async (id) => {
      const path = join(TESTDATA, 'aligned', group, id);
      const { rate, pcm } = parseWav(await readFile(`${path}.wav`));
      return { rate, pcm, labels: JSON.parse(await readFile(`${path}.json`, 'utf8')) as Labels };
    }),
  );
  const { rate } = parts[0]!;
  let before = 0;
  const phones = parts.flatMap(({ pcm, labels }) => {
    const start = before / rate;
    before += pcm.length;
    return labels.phones.map(({ s, e, t }) => ({ start: start + s, end: start + e, phone: t }));
  });
  const closures = phones.filter(({ phone }) => phone !== '' && closesLips(phone, alphabet));
  const pauses = joinedPauses(phones.filter(({ phone }) => phone === ''));
  const text = parts.map(({ labels }) => labels.words.flatMap(({ t }) => t || []).join(' ')).join('. ');
  return { name, rate, pcm: joined(parts.map(({ pcm }) => pcm)), text, language, closures, pauses };
}

/** Pauses that touch are one. */
function joinedPauses(pauses: readonly Closure[]): Closure[] {
  const found: { start: number; end: number }[] = [];
  for (const { start, end } of pauses) {
    const before = found.at(-1);
    if (before && start - before.end < 0.005) before.end = end;
    else found.push({ start, end });
  }
  return found;
}

/** What our own voice says where nothing else is there; full of p, b and m. */
export const OWN_TEXT =
  'A bright portrait is a promise. Perhaps my mother brought a big basket of plums home, but nobody remembers the number. ' +
  'Please open the window, and let the morning come in before breakfast.';

/** Lets our own voice speak. */
export async function spoken(voice: string, text: string): Promise<Voice> {
  const parts: Float32Array[] = [];
  const closures: Closure[] = [];
  const silences: Closure[] = [];
  let rate = hertz(22_050);
  for await (const { audio, spans } of createEspeakVoices().speak(text, { voice }, new AbortController().signal)) {
    parts.push(audio.pcm);
    rate = audio.rate;
    for (const { viseme, start, end } of spans) {
      if (viseme === 'PP') closures.push({ start, end });
      if (viseme === 'sil') silences.push({ start, end });
    }
  }
  return {
    name: `own voice ${voice}`,
    rate,
    pcm: joined(parts),
    text,
    language: voice,
    closures,
    pauses: joinedPauses(silences),
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const pcm = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    pcm.set(part, at);
    at += part.length;
  }
  return pcm;
}

/** The same speech again and again until it lasts `seconds`. */
export function looped({ pcm, rate }: Voice, seconds: number): Float32Array {
  const long = new Float32Array(Math.round(seconds * rate));
  for (let at = 0; at < long.length; at += pcm.length) long.set(pcm.subarray(0, long.length - at), at);
  return long;
}

/** A folder for what a benchmark makes; removed at the end. */
export interface Workshop extends AsyncDisposable {
  path(name: string): string;
  /** Writes sound as a WAV file and returns its path. */
  wav(name: string, pcm: Float32Array, rate: Hertz): Promise<string>;
}

/** Opens a folder for one benchmark. */
export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'orator-bench-'));
  const path = (name: string) => join(folder, name);
  return {
    path,
    async wav(name, pcm, rate) {
      await writeFile(path(name), writeWav(pcm, rate));
      return path(name);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
