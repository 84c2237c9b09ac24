import { OratorError } from '@orator/core/base/errors';
import type { VoiceInfo } from '@orator/core/speech/voice';
import type { EspeakVoice } from './espeak-protocol.ts';

/** A voice that was asked for and found. */
export interface ChosenVoice {
  /** For the synthesiser. */
  readonly identifier: string;
  /** For people and messages. */
  readonly id: string;
  readonly language: string;
}

/** All that can be chosen from. */
export interface VoiceList {
  readonly voices: readonly EspeakVoice[];
  readonly variants: readonly string[];
}

/** `gmw/en-US` is called `en-us`. */
const idOf = (voice: EspeakVoice) => voice.identifier.split('/').at(-1)!.toLowerCase();
const languageOf = (voice: EspeakVoice) => (voice.languages[0] ?? idOf(voice)).toLowerCase();
/** The synthesiser's own voices are all of one man; only its variants are women, by their names. */
const FEMALE = /^(f\d|whisperf|grandma|aunty|anika|belinda|linda|steph|alicia|andrea|annie|shelby)/i;

/** The voices for a list that a person chooses from: each plain, and each as a woman. */
export function infoOf({ voices }: VoiceList): VoiceInfo[] {
  return voices.flatMap((voice) => {
    const plain = { id: idOf(voice), name: voice.name, language: languageOf(voice), gender: 'male' } as const;
    return [plain, { ...plain, id: `${plain.id}+f3`, name: `${voice.name}, woman`, gender: 'female' } as const];
  });
}

/** Whether a variant sounds like a woman or a man. */
export const genderOf = (variant: string): VoiceInfo['gender'] => (FEMALE.test(variant) ? 'female' : 'male');

/**
 * Finds a voice by id (`en-us`, `cmn`), by language (`zh`, `de-DE`) or by its English name, with a variant behind a plus.
 * @throws {OratorError} `voice/unknown` with what comes near.
 */
export function chooseVoice(asked: string, { voices, variants }: VoiceList): ChosenVoice {
  const [base = '', variant] = splitAtPlus(asked.trim());
  const voice = findVoice(base.toLowerCase().replaceAll('_', '-'), voices);
  if (!voice) throw unknown(asked, nearestVoices(base.toLowerCase(), voices));
  const id = idOf(voice);
  if (variant === undefined) return { identifier: voice.identifier, id, language: languageOf(voice) };
  const found = variants.find((name) => name.toLowerCase() === variant.toLowerCase());
  if (!found)
    throw unknown(
      asked,
      nearest(variant.toLowerCase(), variants, (name) => [name]).map((name) => `${id}+${name}`),
    );
  return { identifier: `${voice.identifier}+${found}`, id: `${id}+${found}`, language: languageOf(voice) };
}

const splitAtPlus = (asked: string) => {
  const at = asked.indexOf('+');
  return at < 0 ? [asked] : [asked.slice(0, at), asked.slice(at + 1)];
};

const namesOf = (voice: EspeakVoice) => [idOf(voice), ...voice.languages];

/** By id, else by any of its languages, else by its name, else by the language without its region. */
function findVoice(name: string, voices: readonly EspeakVoice[]): EspeakVoice | undefined {
  if (name === '') return undefined;
  const region = /^([a-z]{2,3})-[a-z]{2}$/.exec(name);
  return (
    voices.find((voice) => idOf(voice) === name) ??
    voices.find((voice) => voice.languages.some((language) => language.toLowerCase() === name)) ??
    voices.find((voice) => voice.name.toLowerCase() === name) ??
    (region ? findVoice(region[1]!, voices) : undefined)
  );
}

const nearestVoices = (asked: string, voices: readonly EspeakVoice[]) =>
  nearest(asked, voices, (voice) => [...namesOf(voice), voice.name]).map((voice) => `${idOf(voice)} (${voice.name})`);

/** The five whose nearest name differs in the fewest letters. */
function nearest<T>(asked: string, items: readonly T[], names: (item: T) => readonly string[]): T[] {
  const distance = (item: T) => Math.min(...names(item).map((name) => editDistance(asked, name.toLowerCase())));
  return items
    .map((item) => ({ item, distance: distance(item) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 5)
    .map(({ item }) => item);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

const unknown = (asked: string, near: readonly string[]) =>
  new OratorError('voice/unknown', `There is no voice "${asked.slice(0, 40)}". Near it: ${near.join(', ')}.`);
