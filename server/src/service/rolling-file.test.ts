import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { logFilesIn, openRollingFile } from './rolling-file.ts';

const LINE = `${'x'.repeat(599)}\n`;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-rolling-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('where no new file can be begun the old one goes on, and no file of others is closed', () => {
  const file = openRollingFile(folder, { bytes: 1000, kept: 2 });
  file.write(LINE);
  const inTheWay = join(folder, 'orator.2.json');
  mkdirSync(inTheWay);
  file.write(LINE);
  const others = openSync(join(folder, 'others'), 'w'); // gets the lowest number that is free
  file.write(LINE);
  expect(() => fstatSync(others)).not.toThrow();
  closeSync(others);
  expect(readFileSync(join(folder, 'orator.1.json'), 'utf8')).toBe(LINE.repeat(3));

  rmSync(inTheWay, { recursive: true });
  for (let k = 0; k < 3; k++) file.write(LINE);
  expect(logFilesIn(folder)).toEqual([3, 4].map((number) => join(folder, `orator.${number}.json`)));
  expect(readFileSync(join(folder, 'latest.json'), 'utf8')).toBe(LINE);
});
