import { layOutVisemes, type PhoneAlphabet, type TimedPhone, visemesOf } from './phone.ts';
import type { VisemeSpan } from './speech.ts';
import type { Viseme } from './viseme.ts';

/** Stress of a phone with a primary and with a secondary mark. */
const PRIMARY = 1;
const SECONDARY = 0.5;
/** Where a language marks no stress. */
const UNKNOWN = 0.5;
const VOWELS: ReadonlySet<Viseme> = new Set(['aa', 'E', 'ih', 'oh', 'ou', 'RR']);

/**
 * Turns adjoining phones into viseme spans with stress: a vowel carries its own mark, consonants share that of the next vowel,
 * or of the last one at the end of a run. Phones without length are left out; unknown symbols keep the shape before them.
 */
export function spansOf(phones: readonly TimedPhone[], alphabet: PhoneAlphabet = 'ipa'): VisemeSpan[] {
  const lasting = phones.filter(({ start, end }) => end > start);
  const stresses = stressesOf(lasting, alphabet);
  const spans: VisemeSpan[] = [];
  let owner = 0;
  for (const { viseme, start, end } of layOutVisemes(lasting, alphabet)) {
    while (owner < lasting.length - 1 && lasting[owner + 1]!.start <= start) owner++;
    if (end > start)
      spans.push({ viseme: viseme ?? spans.at(-1)?.viseme ?? 'E', start, end, stress: stresses[owner]! });
  }
  return spans;
}

/** Stress of each of the phones of a clause, 0..1 as in `VisemeSpan`; pauses have none. */
export function stressesOf(phones: readonly { readonly phone: string }[], alphabet: PhoneAlphabet = 'ipa'): number[] {
  const marks = phones.map(({ phone }) => markOf(phone));
  const marked = marks.some((mark) => mark > 0);
  const kinds = phones.map(({ phone }) => kindOf(phone, alphabet));
  const stresses = marks.map((mark, i) => (kinds[i] === 'pause' ? 0 : marked ? mark : UNKNOWN));
  if (!marked) return stresses;
  let coming: number | undefined;
  for (let i = phones.length - 1; i >= 0; i--) {
    if (kinds[i] === 'vowel') coming = marks[i]!;
    else if (kinds[i] === 'pause') coming = undefined;
    else if (marks[i] === 0) stresses[i] = coming ?? -1;
  }
  for (let i = 0, last = 0; i < phones.length; i++) {
    if (stresses[i] === -1) stresses[i] = last;
    else last = stresses[i]!;
  }
  return stresses;
}

function markOf(phone: string): number {
  if (phone.includes('ˈ') || /\D1$/.test(phone)) return PRIMARY;
  return phone.includes('ˌ') || /\D2$/.test(phone) ? SECONDARY : 0;
}

function kindOf(phone: string, alphabet: PhoneAlphabet): 'vowel' | 'consonant' | 'pause' {
  const shapes = visemesOf(phone, alphabet);
  if (shapes === null || shapes === 'breath') return 'consonant';
  if (shapes[0] === 'sil') return 'pause';
  return shapes.some((shape) => VOWELS.has(shape)) && !/^[ˈˌ]?[jwɹrʀʁɻɥ]ʲ?$/.test(phone) ? 'vowel' : 'consonant';
}
