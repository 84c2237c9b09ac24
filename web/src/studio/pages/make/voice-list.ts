import type { Voice } from '@orator/client/schemas';
import type { Language } from '../../strings/catalogue.ts';

/** The key of the list of voices. */
export const VOICES = ['listVoices'] as const;

/** The first part of a language tag: "en" of "en-gb". */
export const baseOf = (tag: string): string => tag.split('-')[0]!.toLowerCase();

/** What a language is called in another one; its tag where nobody knows. */
export function nameOfLanguage(tag: string, language: Language): string {
  try {
    return new Intl.DisplayNames(language, { type: 'language', fallback: 'code' }).of(tag) ?? tag;
  } catch {
    return tag; // no tag that browsers know
  }
}

/** The languages of some voices by their names, each with its tag. */
export function languagesOf(voices: readonly Voice[], language: Language): readonly { value: string; label: string }[] {
  const tags = [...new Set(voices.map((voice) => baseOf(voice.language)))];
  return tags
    .map((value) => ({ value, label: nameOfLanguage(value, language) }))
    .sort((a, b) => a.label.localeCompare(b.label, language));
}

/** The voices of a language whose name or variety has all the words in it. */
export function matching(voices: readonly Voice[], tag: string, words: string, language: Language): readonly Voice[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return voices.filter((voice) => {
    const text = `${voice.name} ${nameOfLanguage(voice.language, language)} ${voice.id}`.toLowerCase();
    return baseOf(voice.language) === tag && wanted.every((word) => text.includes(word));
  });
}
