import { DirectionProvider } from '@radix-ui/react-direction';
import { createContext, type ReactNode, use, useLayoutEffect, useMemo } from 'react';
import { useKept } from '../keep/kept.ts';
import { type Catalogue, fill, LANGUAGES, type Language, type Values } from './catalogue.ts';

interface Chosen {
  readonly language: Language;
  readonly choose: (language: Language) => void;
}

const Context = createContext<Chosen>({ language: 'en', choose: () => {} });

/** Gives all below the language that was chosen here: its texts, its direction, its numbers and dates. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [kept, choose] = useKept<Language>('language', 'en');
  const language = kept in LANGUAGES ? kept : 'en';
  const { direction } = LANGUAGES[language];
  useLayoutEffect(() => {
    Object.assign(document.documentElement, { lang: language, dir: direction });
  }, [language, direction]);
  const value = useMemo(() => ({ language, choose }), [language, choose]);
  return (
    <Context value={value}>
      <DirectionProvider dir={direction}>{children}</DirectionProvider>
    </Context>
  );
}

/** The language, and how to choose another one. */
export const useLanguage = (): Chosen => use(Context);

/** Says texts of a catalogue. `find` is for names that only the service knows: undefined where there is no text. */
export interface Say<Key extends string> {
  (key: Key, values?: Values): string;
  find(key: string, values?: Values): string | undefined;
}

/** The texts of a catalogue in the chosen language. */
export function useText<Key extends string>(texts: Catalogue<Key>): Say<Key> {
  const { language } = useLanguage();
  return useMemo(() => {
    const { number } = formatsOf(language);
    const say = (key: Key, values: Values = {}) => fill(texts[language][key], values, language, number);
    const find = (key: string, values?: Values) => (key in texts.en ? say(key as Key, values) : undefined);
    return Object.assign(say, { find });
  }, [texts, language]);
}

/** How numbers, times and sizes are written. */
export interface Formats {
  number(value: number, digits?: number): string;
  /** 0..1 */
  share(value: number): string;
  /** Of an ISO date. */
  date(iso: string): string;
  /** "3 min. ago", of an ISO date. */
  ago(iso: string): string;
  /** "1:05" */
  clock(seconds: number): string;
  /** "12 s", "3 min" */
  span(seconds: number): string;
  bytes(count: number): string;
}

const SPANS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;
const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** The formats of a language. */
export function formatsOf(language: Language): Formats {
  const number = (value: number, digits = 1) =>
    new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value);
  const two = new Intl.NumberFormat(language, { minimumIntegerDigits: 2, useGrouping: false });
  return {
    number,
    share: (value) => new Intl.NumberFormat(language, { style: 'percent' }).format(value),
    date: (iso) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso)),
    ago(iso) {
      const seconds = (new Date(iso).getTime() - Date.now()) / 1000;
      const [name, size] = SPANS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
      return new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }).format(
        Math.trunc(seconds / size),
        name,
      );
    },
    clock: (seconds) => `${number(Math.floor(seconds / 60), 0)}:${two.format(Math.floor(seconds % 60))}`,
    span: (seconds) =>
      seconds < 100 ? unit(seconds, 'second', seconds < 10 ? 1 : 0) : unit(Math.round(seconds / 60), 'minute'),
    bytes(count) {
      const power = Math.min(SIZES.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
      return unit(count / 1000 ** power, SIZES[power]!, power > 1 ? 1 : 0);
    },
  };
}

/** The formats of the chosen language. */
export function useFormats(): Formats {
  const { language } = useLanguage();
  return useMemo(() => formatsOf(language), [language]);
}
