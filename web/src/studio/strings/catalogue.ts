/** The languages of the studio, each with its own name and direction. */
export const LANGUAGES = {
  en: { name: 'English', direction: 'ltr' },
  ur: { name: 'اردو', direction: 'rtl' },
} as const;
/** One of them. */
export type Language = keyof typeof LANGUAGES;

/** A text with `{name}` where a value goes; two of them where it depends on a count, which then is the value `count`. */
export type Text = string | { readonly one: string; readonly other: string };
/** What goes into a text. */
export type Values = Readonly<Record<string, string | number>>;

/** The texts of one part of the studio, in every language. */
export type Catalogue<Key extends string = string> = Readonly<Record<Language, Readonly<Record<Key, Text>>>>;

/** Makes a catalogue: English says which texts there are, and no other language may lack one. */
export const catalogue = <const En extends Readonly<Record<string, Text>>>(texts: {
  readonly en: En;
  readonly ur: Readonly<Record<keyof En, Text>>;
}): Catalogue<keyof En & string> => texts;

/** A text with its values put in. `format` writes numbers. */
export function fill(text: Text, values: Values, language: Language, format: (value: number) => string): string {
  const plural = typeof text === 'string' ? text : text[pluralOf(values, language)];
  return plural.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? format(value) : value;
  });
}

const pluralOf = ({ count }: Values, language: Language) =>
  new Intl.PluralRules(language).select(Number(count ?? 0)) === 'one' ? 'one' : 'other';
