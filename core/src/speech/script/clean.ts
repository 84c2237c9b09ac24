import type { SourceText } from './source-text.ts';

/** Letters may be joined by these; elsewhere they mean nothing. */
const JOINERS = /[\u200c\u200d]/;
/** Not spoken and not seen: controls other than white space, lone surrogates, formats such as the soft hyphen, private characters. */
const NOISE = /[\p{Cc}\p{Cs}\p{Cf}\p{Co}\p{Cn}]/u;
const PICTURES = /\p{Extended_Pictographic}|[\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}\u{fe00}-\u{fe0f}\u20e3]/u;
/** Signs that belong to writing although some fonts draw them as pictures. */
const SIGNS = /[©®™‼⁉↔]/u;
const ESCAPES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

/** The character as it may be spoken: itself, a space for controls and pictures, or nothing for invisible characters. */
export function cleanCharacter(character: string): string {
  if (/\s/u.test(character)) return character === '\n' ? '\n' : ' ';
  if (JOINERS.test(character)) return character;
  if (PICTURES.test(character) && !SIGNS.test(character)) return ' ';
  if (!NOISE.test(character)) return character;
  return /\p{Cf}/u.test(character) ? '' : ' ';
}

/**
 * Adds a run of plain text as markup-safe characters: `<`, `>` and `&` escaped, and double brackets parted, since
 * synthesisers read `[[` as the start of phones. `at` is the run's offset in the script.
 */
export function addPlain(into: SourceText, text: string, at: number): void {
  let offset = at;
  let before = '';
  for (const character of text) {
    const clean = cleanCharacter(character);
    if (clean !== '') {
      if (clean === '[' && before === '[') into.add(' ', offset);
      into.add(ESCAPES[clean] ?? clean, offset);
      before = clean;
    }
    offset += character.length;
  }
}
