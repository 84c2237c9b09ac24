import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Catalogue, fill, type Text } from './catalogue.ts';
import { formatsOf } from './language.tsx';

const folder = fileURLToPath(new URL('.', import.meta.url));
const files = globSync('*.ts', { cwd: folder }).filter((name) => !/catalogue/.test(name));
const isCatalogue = (value: unknown): value is Catalogue =>
  typeof value === 'object' && value !== null && 'en' in value && 'ur' in value;
const catalogues = await Promise.all(
  files.map(async (name) => {
    const module: Record<string, unknown> = await import(pathToFileURL(join(folder, name)).href);
    return [name, Object.values(module).find(isCatalogue)!] as const;
  }),
);

/** The names in braces of a text, in order of the alphabet. */
const valuesIn = (text: Text) =>
  [...new Set([...JSON.stringify(text).matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort();

describe('what the studio says', () => {
  test.each(catalogues)('in %s has the same texts and values in both languages', (_name, { en, ur }) => {
    expect(Object.keys(ur).sort()).toEqual(Object.keys(en).sort());
    for (const key of Object.keys(en)) expect([key, valuesIn(ur[key]!)]).toEqual([key, valuesIn(en[key]!)]);
  });

  test.each(catalogues)('in %s is not English in Urdu', (_name, { en, ur }) => {
    const same = Object.keys(en).filter((key) => JSON.stringify(en[key]) === JSON.stringify(ur[key]));
    const words = (key: string) => JSON.stringify(en[key]).replace(/\{\w+\}/g, '');
    expect(same.filter((key) => /[a-z]{4}/.test(words(key)))).toEqual([]);
  });

  test('counts', () => {
    const text = { one: '{count} face', other: '{count} faces' };
    const { number } = formatsOf('en');
    expect([0, 1, 2, 1200].map((count) => fill(text, { count }, 'en', number))).toEqual([
      ...['0 faces', '1 face', '2 faces', '1,200 faces'],
    ]);
  });
});

describe('numbers, times and sizes', () => {
  const { clock, bytes, span, share } = formatsOf('en');
  test.each([
    [clock(65.9), '1:05'],
    [clock(0), '0:00'],
    [bytes(0), '0 byte'],
    [bytes(1_530_000), '1.5 MB'],
    [span(5.32), '5.3 sec'],
    [span(180), '3 min'],
    [share(0.256), '26%'],
  ])('are written as %s', (written, expected) => expect(written).toBe(expected));
});
