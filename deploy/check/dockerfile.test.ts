import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contextFiles, isInContext } from './build-context.ts';
import { parseDockerfile, settingsOf, stagesUnder, wordsOf } from './dockerfile.ts';
import { wrongSettings } from './settings-in-use.ts';

const TEXT = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8');
const VARIANTS = ['cpu', 'cuda'] as const;

describe.each(VARIANTS)('the image for %s', (variant) => {
  const stages = parseDockerfile(TEXT, { VARIANT: variant });
  const names = stages.map(({ name }) => name);
  const image = settingsOf(stages, 'orator');

  test('is the last stage, on a base of its own', () => {
    expect(names.at(-1)).toBe('orator');
    const [lowest, ...rest] = stagesUnder(stages, 'orator');
    expect(lowest!.base).toMatch(variant === 'cpu' ? /^node:24-/ : /^nvidia\/cuda:[\d.]+-cudnn-runtime-/);
    expect([lowest!.name, ...rest.map(({ name }) => name)]).toContain(`base-${variant}`);
  });

  test('copies only from stages above and from files that the context has', () => {
    const wrong = stages.flatMap(({ instructions }, i) =>
      instructions.flatMap(({ word, flags, rest }) => {
        if (word !== 'COPY') return [];
        if (flags.from) return names.slice(0, i).includes(flags.from) ? [] : [`--from=${flags.from}`];
        return wordsOf(rest)
          .slice(0, -1)
          .filter((source) => contextFiles(source).length === 0);
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('runs as nobody in particular, with its data in its one volume', () => {
    expect(image.user).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
    expect(image.volumes).toEqual([image.env.ORATOR_DATA]);
    expect(image.ports.map(String)).toEqual([image.env.ORATOR_PORT]);
    expect(image.env.ORATOR_HOST).toBe('0.0.0.0');
    expect(wrongSettings(image.env)).toEqual([]);
  });

  test('starts Orator under tini, without a shell that would keep SIGTERM to itself', () => {
    expect(image.entrypoint.slice(0, 3)).toEqual(['/usr/bin/tini', '--', 'node']);
    expect(image.command).toEqual(['serve']);
    const installs = stages.at(-1)!.instructions.find(({ rest }) => rest.startsWith('apt-get'))!.rest;
    expect(installs).toMatch(/\btini\b/);
    expect(installs).toMatch(/\bffmpeg\b/);
    expect(installs).toContain(`--uid ${image.user!.split(':')[0]} `);
  });
});

test('neither secrets, data, other packages nor the history of the checkout enter the build', () => {
  const out = ['.env', 'deploy/.env', 'server/.env', '.git/config', 'node_modules/a/b.js', 'server/dist/cli.js'];
  expect([...out, 'core/node_modules/a.js', 'core/src/base/seed.test.ts', '.cache/x'].filter(isInContext)).toEqual([]);
  expect(['package-lock.json', '.npmrc', 'server/bin/orator.mjs', 'core/models/visemes.bin'].every(isInContext)).toBe(
    true,
  );
});

describe('the reader of Dockerfiles', () => {
  test('joins lines, fills arguments in and reads flags', () => {
    const [stage] = parseDockerfile(`ARG A=one\nFROM x:\${A} AS y\n# said\nCOPY --from=z a \\\n  b c/\n`, { A: 'two' });
    expect(stage).toEqual({
      name: 'y',
      base: 'x:two',
      instructions: [{ word: 'COPY', flags: { from: 'z' }, rest: 'a b c/' }],
    });
  });

  test.each([
    ['FROM x', /no name/],
    [`FROM \${B} AS y`, /B is not set/],
    ['FROM x AS y\nADD a b', /not understood/],
    ['FROM x AS y\nRUN <<EOF', /not understood/],
    ['COPY a b', /before the first FROM/],
  ])('refuses %j', (text, reason) => {
    expect(() => parseDockerfile(text)).toThrow(reason);
  });

  test('refuses a program behind a shell', () => {
    expect(() => settingsOf(parseDockerfile('FROM x AS y\nCMD node a.js'), 'y')).toThrow(/shell/);
  });
});
