import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { undocumentedExports } from './documentation.ts';
import { ROOT } from './setup.mjs';
import { clientFiles, coreFiles, type SourceFile, sourceFiles } from './source-files.ts';

/** The rooms of core in the order in which they may know of each other; `inspect` measures what all the others make. */
const ROOMS = [
  'base',
  'media',
  'models',
  'speech',
  'motion',
  'render',
  'engines',
  'encode',
  'produce',
  'live',
  'inspect',
];
/** Where style says to split by concept, come what may. */
const LONGEST_FILE_LINES = 400;
/** How a file begins that is written by a script of ours. */
const MADE = /^\/\/ Made by `npm run /;

const OURS = '{core,client,server,web,fixtures,scripts,bench,training,deploy}/**/*.{ts,tsx,mjs}';
const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?'([^']+)'|\bimport\('([^']+)'\)/g;

const importsOf = (text: string) => [...text.matchAll(IMPORT)].map((match) => (match[1] ?? match[2])!);
const roomOf = (path: string) => path.split('/')[2]!;

/** Every relative import of core, from file to file. */
const imports = () =>
  sourceFiles('core/src/**/*.ts').flatMap(({ path, text }) =>
    importsOf(text)
      .filter((to) => to.startsWith('.'))
      .map((to) => ({ from: path, to: posix.join(posix.dirname(path), to) })),
  );

/** Packages and globals of Node or a page that some files reach for and should not. */
const foreignOf = (files: readonly SourceFile[], packages: readonly string[]) =>
  files.flatMap(({ path, text }) => {
    const imported = importsOf(text).filter((to) => !to.startsWith('.') && !packages.includes(to));
    const globals = text.match(/\b(?:Buffer|process|__dirname|document|window)\.\w+/g) ?? [];
    return [...imported, ...globals].map((what) => `${path}: ${what}`);
  });

describe('core', () => {
  test('a room imports only from rooms above it', () => {
    const wrong = imports().filter(({ from, to }) => ROOMS.indexOf(roomOf(to)) > ROOMS.indexOf(roomOf(from)));
    expect(wrong).toEqual([]);
  });

  test('has no room that the plan of the house does not know', () => {
    expect([...new Set(coreFiles().map(({ path }) => roomOf(path)))].filter((room) => !ROOMS.includes(room))).toEqual(
      [],
    );
  });

  test('imports name a file that is there', () => {
    expect(imports().filter(({ to }) => !existsSync(join(ROOT, to)))).toEqual([]);
  });

  test('knows no file, socket, process or page, and only zod of all packages', () => {
    expect(foreignOf(coreFiles(), ['zod'])).toEqual([]);
  });

  test('is reached from outside by its room and file, not by a path', () => {
    const crossing = sourceFiles('{client,server,web}/**/*.{ts,tsx}').filter(({ text }) =>
      importsOf(text).some((to) => to.includes('core/src')),
    );
    expect(crossing.map(({ path }) => path)).toEqual([]);
  });
});

describe('the client', () => {
  test('knows no file, process or page, no package and nothing of the other workspaces', () => {
    expect(foreignOf(clientFiles(), [])).toEqual([]);
    const out = clientFiles().filter(({ text }) => importsOf(text).some((to) => to.startsWith('../')));
    expect(out.map(({ path }) => path)).toEqual([]);
  });

  test('is no part of what core and the service run on', () => {
    const shipped = sourceFiles('{core,server}/src/**/*.ts').filter(
      ({ path }) => !/(?:\.test|[/-]?test-\w+)\.ts$/.test(path),
    );
    const wrong = shipped.filter(({ text }) => importsOf(text).some((to) => /^@orator\/client|\/client\/src/.test(to)));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

describe('every file of ours', () => {
  const files = sourceFiles(OURS);

  test(`has at most ${LONGEST_FILE_LINES} lines, unless a script made it`, () => {
    const long = files.filter(({ text }) => !MADE.test(text) && text.split('\n').length > LONGEST_FILE_LINES + 1);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test('is named by a kebab-case noun that says what it defines', () => {
    const names = files.map(({ path }) => path.split('/').at(-1)!);
    const wrong = names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.\w+)*\.(ts|tsx|mjs)$/.test(name));
    const vague = names.filter((name) => /^(utils?|helpers?|managers?|types|common|misc|index)\./.test(name));
    expect([...wrong, ...vague]).toEqual([]);
  });

  test('gives every export one sentence of documentation', () => {
    const bare = files
      .filter(({ path }) => !/(?:\.test|[.-]contract)\.ts$|\.config\.|^bench\//.test(path))
      .flatMap(({ path, text }) => undocumentedExports(path, text));
    expect(bare).toEqual([]);
  });

  test('leaves nothing undone, holds no banner and never says any', () => {
    const signs =
      /\b(?:TODO|FIXME|XXX)\b|^\s*(?:\/\/|\*)\s*[-=*#]{4,}|:\s*any\b|\bas any\b|<any>|\benum\s+[A-Z]\w*\s*\{/m;
    const wrong = files.filter(({ path, text }) => !path.endsWith('house.test.ts') && signs.test(text));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

test('nothing that we keep names a place on the machine it was written on', () => {
  const kept = sourceFiles(
    '{*.{md,json,ts},.ci/*,{core,client,server,web,fixtures,scripts,bench,training,docs,deploy}/**/*.{ts,tsx,mjs,md,json}}',
  );
  const home = dirname(ROOT.replace(/\/$/, ''));
  const isAnyMachines = /^\/(?:tmp|usr|opt|srv|var|app|data|mnt)?$/.test(home); // a checkout may lie where others have other things
  const places = new RegExp(
    ['/home/\\w+/', '/Users/\\w+/', '/root/', ...(isAnyMachines ? [] : [`${home}/`])].join('|'),
  );
  expect(
    kept.filter(({ path, text }) => path !== 'scripts/house.test.ts' && places.test(text)).map(({ path }) => path),
  ).toEqual([]);
});
