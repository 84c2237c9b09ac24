import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { openLog } from './log.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-log-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('whatever was thrown is told, also copies of errors and errors without words', async () => {
  const log = (await openLog(loadConfig({ ORATOR_DATA: folder, ORATOR_LOG_CONSOLE: 'false' })))('database');
  const copy = { severity: 'FATAL', code: '57P01', message: 'terminating connection', stack: 'error: terminating' };
  const wordless = Object.assign(new AggregateError([new Error('refused')]), { code: 'ECONNREFUSED' });
  for (const err of [new TypeError('plain'), copy, wordless, 'a word', undefined])
    log.warn({ err }, 'database trouble');
  const lines = (await readFile(join(folder, 'logs', 'latest.json'), 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).error)).toEqual([
    { type: 'TypeError', message: 'plain', stack: expect.any(String) },
    { type: 'Error', message: 'terminating connection', stack: 'error: terminating' },
    { type: 'AggregateError', message: 'ECONNREFUSED', stack: expect.any(String) },
    { type: 'string', message: 'a word' },
    undefined,
  ]);
});
