import type { SourceText } from './source-text.ts';

/** Letters may be joined by these; elsewhere they mean nothing. */
const JOINERS = /[\u200c\u200d]/;
/** Not seen: soft hyphens, marks of direction and byte order. */
const INVISIBLE = /\p{Cf}/u;
/** Not spoken: controls, lone surrogates, private characters, and points that are no character. */
const NOISE = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}]/u;
const PICTURES = /\p{Extended_Pictographic}|[\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}\u{fe00}-\u{fe0f}\u20e3]/u;
/** Signs that belong to writing although some fonts draw them as pictures. */
const SIGNS = /[©®™‼⁉↔]/u;
const ESCAPES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

/** The character as it may be spoken: itself, a space for controls and pictures, or nothing for invisible characters. */
export function cleanCharacter(character: string): string {
  if (JOINERS.test(character)) return character;
  if (INVISIBLE.test(character)) return '';
  if (/\s/u.test(character)) return character === '\n' ? '\n' : ' ';
  if (NOISE.test(character) || (PICTURES.test(character) && !SIGNS.test(character))) return ' ';
  return character;
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
