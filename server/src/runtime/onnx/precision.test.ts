import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensors } from '@orator/core/models/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { choosePrecision, differenceOf, wordsForChoice } from './precision.ts';
import { findTrial, keepTrial, readTrials } from './precision-record.ts';
import { tryPrecisions } from './precision-trial.ts';

const f32 = (...values: number[]): Tensors => ({
  y: { dtype: 'f32', shape: [values.length], values: Float32Array.from(values) },
});
const u8 = (...values: number[]): Tensors => ({
  y: { dtype: 'u8', shape: [values.length], values: Uint8Array.from(values) },
});

describe('what a network computes in', () => {
  test.each([
    ['quicker and as good', 9, 5, 0.0004, 'fp16', '1.8x quicker, differs by 0.0004'],
    ['exactly as good', 9, 3, 0, 'fp16', '3.0x quicker, differs by 0'],
    ['quicker by as much as is asked', 11, 10, 0.01, 'fp16', '1.1x quicker, differs by 0.01'],
    ['hardly quicker', 10.4, 10, 0.0004, 'fp32', 'fp16 is 1.04x as quick, less than 1.1x'],
    ['slower', 5, 10, 0.0004, 'fp32', 'fp16 is 0.50x as quick, less than 1.1x'],
    ['quicker, but too different', 9, 3, 0.034, 'fp32', 'fp16 differs by 0.034, more than 0.01'],
    ['quicker, and wrong', 9, 3, Number.NaN, 'fp32', 'numbers of it are too large for fp16'],
    ['too quick for the clock', 0, 0, 0, 'fp32', 'fp16 is NaNx as quick, less than 1.1x'],
  ] as const)('where fp16 is %s', (_, fp32Ms, fp16Ms, difference, precision, reason) => {
    expect(choosePrecision({ fp32Ms, fp16Ms, difference })).toEqual({ precision, reason });
  });

  test('is told with where it runs', () => {
    const choice = choosePrecision({ fp32Ms: 9, fp16Ms: 5, difference: 0.0004 });
    expect(wordsForChoice('cuda', choice)).toBe('cuda, fp16: 1.8x quicker, differs by 0.0004');
  });
});

describe('the difference of two results', () => {
  test.each([
    ['none', f32(1, -4, 2), f32(1, -4, 2), 0],
    ['a share of the largest number', f32(1, -4, 2), f32(1.25, -4, 1.5), 0.125],
    ['levels of pixels, of all that there are', u8(200, 100), u8(199, 102), 2 / 255],
    ['everything where nothing was', f32(0, 0), f32(0, 1), Number.POSITIVE_INFINITY],
    ['another length', f32(1, 2), f32(1), Number.POSITIVE_INFINITY],
    ['nothing at all', f32(1), {}, Number.POSITIVE_INFINITY],
    ['a number that is none', f32(1, 2), f32(1, Number.NaN), Number.NaN],
    ['an overflow', f32(1, 2), f32(1, Number.POSITIVE_INFINITY), Number.NaN],
    ['none where both have none', f32(1, Number.NaN), f32(1, Number.NaN), 0],
  ])('is %s', (_, exact, other, expected) => {
    const difference = differenceOf(exact, other);
    if (Number.isFinite(expected)) expect(difference).toBeCloseTo(expected, 9);
    else expect(difference).toBe(expected);
  });

  test('is that of the worst output', () => {
    const both = (y: number, z: number): Tensors => ({ y: f32(y).y!, z: f32(z).y! });
    expect(differenceOf(both(1, 100), both(1.5, 101))).toBeCloseTo(0.5);
    expect(differenceOf(both(1, 100), both(9, Number.NaN))).toBeNaN();
  });
});

test('both run in turns on the same input, and the quickest runs count', async () => {
  let now = 0;
  const order: string[] = [];
  const way = (name: string, taken: readonly number[], result: number) => async () => {
    order.push(name);
    now += taken[order.filter((each) => each === name).length - 1]!;
    return f32(result, 10);
  };
  const [fp32, fp16] = [
    way('32', [9, 8, 12, 10, 500, 11, 10, 14, 10, 10, 11], 1), // the first two warm up, and one run is disturbed
    way('16', [3, 2, 5, 6, 5, 300, 5, 5, 7, 5, 5], 1.01),
  ];
  const trial = await tryPrecisions(fp32, fp16, f32(3), () => now);
  expect([trial.fp32Ms, trial.fp16Ms]).toEqual([10, 5]);
  expect(trial.difference).toBeCloseTo(0.001);
  expect(order.join(' ')).toBe('32 16 '.repeat(11).trim());
});

describe('what trials found', () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orator-trials-'));
    path = join(folder, 'network.trials.json');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const now = new Date('2026-01-02T03:04:05Z');
  const place = { provider: 'cuda', device: 'a card', runtime: '1.30.0' };
  const trial = { fp32Ms: 9, fp16Ms: 5, difference: 0.0004 };

  test('holds for its place only, and the last counts', async () => {
    expect(await findTrial(path, place)).toBeUndefined();
    await keepTrial(path, place, { ...trial, fp16Ms: 7 }, now);
    await keepTrial(path, { ...place, provider: 'webgpu' }, { ...trial, difference: Number.NaN }, now);
    await keepTrial(path, place, trial, now);
    expect(await findTrial(path, place)).toMatchObject(trial);
    expect(await findTrial(path, { ...place, provider: 'webgpu' })).toMatchObject({ difference: Number.NaN });
    for (const other of [{ device: 'another' }, { runtime: '1.31.0' }, { provider: 'tensorrt' }]) {
      expect(await findTrial(path, { ...place, ...other })).toBeUndefined();
    }
    expect(await readTrials(path)).toHaveLength(2);
    expect(JSON.parse(await readFile(path, 'utf8'))[0].measuredAt).toBe(now.toISOString());
  });

  test('is not there when its file is damaged', async () => {
    await writeFile(path, '[{"provider": "cuda"');
    expect(await findTrial(path, place)).toBeUndefined();
    await keepTrial(path, place, trial, now);
    expect(await findTrial(path, place)).toMatchObject(trial);
  });
});
