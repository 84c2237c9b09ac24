import { type Seconds, seconds } from '../base/units.ts';
import type { Viseme } from './viseme.ts';

/** How a phone is written: IPA with any diacritics, ARPAbet in either case, or the letters of hand-labelled English corpora. */
export type PhoneAlphabet = 'ipa' | 'arpabet' | 'field';

/** A phone with its place in time; the symbol of a pause is empty. */
export interface TimedPhone {
  readonly phone: string;
  readonly start: Seconds;
  readonly end: Seconds;
}

/** A mouth shape with its place in time; `viseme` is null where the label does not say what is spoken. */
export interface TimedViseme {
  readonly viseme: Viseme | null;
  readonly start: Seconds;
  readonly end: Seconds;
}

/** Reads "PP: p b m" lines: the shape or shapes, then the phones that have them. */
function table(lines: string): ReadonlyMap<string, readonly Viseme[]> {
  const rows = lines.trim().split('\n');
  return new Map(
    rows.flatMap((row) => {
      const [shapes, phones] = row.trim().split(': ');
      return phones!.split(' ').map((phone) => [phone, shapes!.split('+') as Viseme[]] as const);
    }),
  );
}

const IPA = table(`
  PP: p b m ɸ β ʙ ɓ
  FF: f v ʋ ɱ ⱱ
  TH: θ ð
  DD: t d ʈ ɖ ɾ ɽ ɗ ɺ
  kk: k ɡ g x ɣ q ɢ χ ŋ ɴ c ɟ ç ɠ ʟ
  CH: ʃ ʒ tʃ dʒ ɕ ʑ tɕ dʑ ʂ ʐ tʂ dʐ ɧ s. ts. tsh.
  SS: s z ts dz ɬ ɮ
  nn: n l ɳ ɭ ɲ ʎ ɫ
  RR: r ɹ ɻ ʀ ʁ ɚ ɝ
  aa: a ɑ æ ɐ ʌ ɶ
  E: e ɛ ε ə ɜ ɘ
  ih: i ɪ j ɨ ɯ ɰ ʝ ɟʝ ᵻ
  oh: o ɔ ɒ ɤ ø œ
  ou: u ʊ w ʉ y ʏ ɥ ʍ ɵ`);

const ARPABET = table(`
  PP: P B M EM
  FF: F V
  TH: TH DH
  DD: T D DX
  kk: K G NG
  CH: CH JH SH ZH
  SS: S Z
  nn: N L EN EL NX
  RR: R ER AXR
  aa: AA AE AH AH1 AH2
  E: EH AX AH0
  ih: IH IX IY Y
  oh: AO
  ou: UH UW W
  aa+ih: AY
  aa+ou: AW
  E+ih: EY
  oh+ou: OW
  oh+ih: OY`);

const FIELD = table(`
  E: @ @: E
  aa: V A
  ih: I i:
  ou: u:
  oh: O o: Ow
  E+ih: ei
  aa+ih: ai
  oh+ou: @u
  oh+RR: Or
  oh+nn: On
  oh+PP: Om
  kk: N NH
  CH: S Z
  TH: T D
  DD: dH
  DD+PP: db
  PP+DD: pt PT
  kk+DD: kt
  SS: zs`);

const BREATHY = new Set(['h', 'ɦ', 'ħ', 'ʕ', 'ʔ', 'ʜ', 'H', 'HH', 'HV']);
const PAUSES = new Set(['', '_', 'SIL', 'SP', 'PAU', 'H#', 'BRTH']);
const UNKNOWN = new Set(['SPN', 'NSN']);
/** Marks that change how a phone sounds but not its shape: stress, length, aspiration, tone, everything combining. */
const MARKS = /\p{M}|[ˈˌːˑʰʲʷˠˤʼ˞0-9.:;'^|~-]/gu;
const VOWELS: ReadonlySet<Viseme> = new Set(['aa', 'E', 'ih', 'oh', 'ou']);
/** How the time of a phone is divided among one, two or three shapes. */
const SHARES = [[1], [0.6, 0.4], [0.4, 0.3, 0.3]] as const;

/** What one symbol asks of the mouth: its shapes in order, `breath` for h-like sounds without a shape, or null when unknown. */
export function visemesOf(phone: string, alphabet: PhoneAlphabet = 'ipa'): readonly Viseme[] | 'breath' | null {
  const upper = phone.toUpperCase();
  if (UNKNOWN.has(upper)) return null;
  if (PAUSES.has(upper)) return ['sil'];
  if (alphabet === 'arpabet') {
    const bare = upper.replace(/\d/g, '');
    if (BREATHY.has(bare)) return 'breath';
    return ARPABET.get(upper) ?? ARPABET.get(bare) ?? null;
  }
  if (alphabet === 'field') {
    const known = FIELD.get(phone);
    if (known !== undefined) return known;
  }
  return visemesOfIpa(phone);
}

function visemesOfIpa(phone: string): readonly Viseme[] | 'breath' | null {
  const stressed = phone.replace(/[ˈˌ]/g, '');
  const known = IPA.get(stressed);
  if (known !== undefined) return known;
  const bare = phone.normalize('NFD').replace(MARKS, '');
  if (BREATHY.has(bare)) return 'breath';
  const shapes: Viseme[] = [];
  for (let at = 0; at < bare.length; ) {
    const pair = IPA.get(bare.slice(at, at + 2));
    const found = pair ?? IPA.get(bare.slice(at, at + 1));
    at += pair === undefined ? 1 : 2;
    if (found !== undefined && found[0] !== shapes.at(-1)) shapes.push(found[0]!);
  }
  return shapes.length === 0 ? null : shapes.slice(0, SHARES.length);
}

/** Lays phones out as mouth shapes: diphthongs are split, h-like sounds take the shape that follows or precedes them. */
export function layOutVisemes(phones: readonly TimedPhone[], alphabet: PhoneAlphabet = 'ipa'): TimedViseme[] {
  const shapes = phones.map(({ phone }) => visemesOf(phone, alphabet));
  return phones.flatMap(({ start, end }, i): TimedViseme[] => {
    const own = shapes[i]!;
    if (own === null) return [{ viseme: null, start, end }];
    const parts = own === 'breath' ? [shapeOfBreath(shapes, i)] : own;
    const shares = SHARES[parts.length - 1]!;
    let from = start;
    return parts.map((viseme, part) => {
      const to = part === parts.length - 1 ? end : seconds(from + (end - start) * shares[part]!);
      const span = { viseme, start: from, end: to };
      from = to;
      return span;
    });
  });
}

/** The next shape when it is a vowel or RR, else the one before unless that is shut, else half open. */
function shapeOfBreath(shapes: readonly (readonly Viseme[] | 'breath' | null)[], at: number): Viseme {
  const next = shapes[at + 1];
  if (next !== undefined && next !== null && next !== 'breath' && (VOWELS.has(next[0]!) || next[0] === 'RR')) {
    return next[0]!;
  }
  const before = shapes[at - 1];
  const last = before === undefined || before === null || before === 'breath' ? undefined : before.at(-1);
  return last === undefined || last === 'sil' || last === 'PP' ? 'aa' : last;
}

/** Whether the lips meet for this phone: p, b, m and their kin, but not the approximant β. */
export function closesLips(phone: string, alphabet: PhoneAlphabet = 'ipa'): boolean {
  const shapes = visemesOf(phone, alphabet);
  return shapes !== null && shapes !== 'breath' && shapes.includes('PP') && !phone.includes('β');
}

/** Whether a phone begins with a silent closure: p, t, k and their kin, and the affricates that begin with one. */
export function isVoicelessStop(phone: string): boolean {
  return /^[ˈˌ]*[ptʈkcq]/.test(phone);
}

/** Whether a symbol of an event only changes the phone before it: a mark without a letter of its own. */
export function isOnlyMark(phone: string): boolean {
  return phone !== '' && phone.normalize('NFD').replace(MARKS, '') === '';
}
