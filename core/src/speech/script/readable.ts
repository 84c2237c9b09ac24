import { OratorError } from '../../base/errors.ts';

/** A way of writing: its Unicode script name, the languages whose voices read it, and the voice to propose. */
interface Writing {
  readonly name: string;
  /** Languages that read it; `any` where every voice hands such words to a fitting one by itself. */
  readonly languages: readonly string[] | 'any';
  readonly propose?: string;
}

const writing = (name: string, languages: string, propose?: string): Writing => ({
  name,
  languages: languages === 'any' ? 'any' : languages.split(' '),
  propose,
});

/** Found by listening to every voice: what is not here is spelled out letter by letter, or not spoken at all. */
const WRITINGS: readonly Writing[] = [
  writing('Latin', 'any'),
  writing('Devanagari', 'any'),
  writing('Bengali', 'any'),
  writing('Gurmukhi', 'any'),
  writing('Gujarati', 'any'),
  writing('Tamil', 'any'),
  writing('Kannada', 'any'),
  writing('Malayalam', 'any'),
  writing('Sinhala', 'any'),
  writing('Georgian', 'any'),
  writing('Armenian', 'any'),
  writing('Hangul', 'any'),
  writing('Cyrillic', 'ba be bg bs cv hr kaa kk ky mk nog ru sr tt uk uz', 'ru'),
  writing('Greek', 'el grc', 'el'),
  writing('Arabic', 'ar fa ku sd ug ur', 'ar'),
  writing('Hebrew', 'he', 'he'),
  writing('Han', 'cmn hak yue', 'cmn'),
  writing('Hiragana', 'ja', 'ja'),
  writing('Katakana', 'ja', 'ja'),
  writing('Bopomofo', 'cmn', 'cmn'),
  writing('Thai', 'th', 'th'),
  writing('Myanmar', 'my shn', 'my'),
  writing('Ethiopic', 'am ti', 'am'),
  writing('Oriya', 'or', 'or'),
  writing('Telugu', 'te', 'te'),
];
/** Voices that only spell Latin words; a few of them in a text are names, and fit. */
const SPELLS_LATIN = new Set(['cv', 'he', 'ja', 'my', 'shn']);

/** One sign of these is a word already; of alphabets, a single letter is read by its name. */
const WORD_SIGNS = /^(Han|Hiragana|Katakana|Bopomofo)$/;
/** Letters of writings that no voice reads. */
const UNHEARD = new RegExp(
  `(?:(?![${WRITINGS.map(({ name }) => `\\p{Script=${name}}`).join('')}\\p{Script=Common}\\p{Script=Inherited}])\\p{L}){2,}`,
  'gu',
);

/**
 * Refuses what a voice could not read: nothing to say, or words in letters that it would spell out or leave out.
 * @throws {OratorError} `text/unspeakable` with a voice that fits, where there is one.
 */
export function checkReadable(words: string, voice: { readonly id: string; readonly language: string }): void {
  const letters = count(words, /\p{L}/gu);
  if (letters === 0 && !/[\p{N}\p{Sc}]/u.test(words)) {
    throw new OratorError('text/unspeakable', 'The text has no words in it. Give something to say.');
  }
  const language = voice.language.split('-')[0]!;
  for (const { name, languages, propose } of WRITINGS) {
    if (languages === 'any' || languages.includes(language)) continue;
    const shortest = WORD_SIGNS.test(name) ? 1 : 2;
    const found = count(words, new RegExp(`\\p{Script=${name}}{${shortest},}`, 'gu'));
    const next =
      language === 'ja' && name === 'Han' ? 'Write them in kana.' : `Use --voice ${propose}, or leave them out.`;
    if (found > 0) throw unreadable(voice.id, found, name, next);
  }
  const unheard = count(words, UNHEARD);
  if (unheard > 0) throw unreadable(voice.id, unheard, 'unknown', 'No voice reads them: write them in other letters.');
  const latin = count(words, /\p{Script=Latin}/gu);
  if (SPELLS_LATIN.has(language) && latin > letters / 2) {
    throw unreadable(voice.id, latin, 'Latin', 'Use --voice en-us, or that of the text.');
  }
}

/** How many characters of the text match. */
function count(words: string, pattern: RegExp): number {
  let characters = 0;
  for (const [found] of words.matchAll(pattern)) characters += found.length === 1 ? 1 : [...found].length;
  return characters;
}

const unreadable = (voice: string, letters: number, script: string, next: string) =>
  new OratorError(
    'text/unspeakable',
    `The voice "${voice}" cannot read ${letters} letters of the text (${script} script). ${next}`,
  );
