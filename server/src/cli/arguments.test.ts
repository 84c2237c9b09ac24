import { fieldsOf } from '@orator/core/produce/fields';
import { renderRequest } from '@orator/core/produce/request';
import { expect, test } from 'vitest';
import { type Flag, flagOf, readArguments, readFlags } from './arguments.ts';
import { helpLines } from './help.ts';

const FIELDS = fieldsOf(renderRequest);
const FLAGS: readonly Flag[] = [{ name: 'output', short: 'o', type: 'string', value: 'FILE', title: 'Where' }];

test('flags become options by their schema names, numbers as numbers', () => {
  const given = readArguments(['--head-motion', '0.5', '--face=2', '--emotion', 'happy', '-o', 'x.mp4'], FIELDS, FLAGS);
  expect(given.options).toEqual({ headMotion: 0.5, face: 2, emotion: 'happy' });
  expect(given.flags).toEqual({ output: 'x.mp4' });
});

test('what is not a number is left for the schema to refuse', () => {
  expect(readArguments(['--fps', 'many'], FIELDS, FLAGS).options).toEqual({ fps: 'many' });
});

test.each([[['--colour', 'red']], [['--fps']], [['stray']]])('%j is refused with the way to help', (argv) => {
  expect(() => readArguments(argv, FIELDS, FLAGS)).toThrow(/See orator make --help\.$/);
});

test('help names every option with its range and default', () => {
  const help = helpLines(FIELDS, FLAGS).join('\n');
  for (const field of FIELDS) expect(help).toContain(`--${flagOf(field.name)}`);
  expect(help).toMatch(/--fps N\s+Frames per second \(10 to 60; default 25\)/);
});

test('a command refuses flags that it does not know, with its own help', () => {
  const options = { json: { type: 'boolean' } } as const;
  expect(readFlags(['--json'], 'serve', options)).toMatchObject({ json: true });
  expect(readFlags(['-h'], 'serve', options)).toMatchObject({ help: true });
  for (const argv of [['--jsom'], ['extra']])
    expect(() => readFlags(argv, 'serve', options)).toThrow(/See orator serve --help\.$/);
});
