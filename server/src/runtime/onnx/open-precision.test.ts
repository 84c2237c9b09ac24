import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { GraphBuilder } from '@orator/core/models/graph/builder';
import type { Graph } from '@orator/core/models/graph/graph';
import { convolve, rectify } from '@orator/core/models/graph/layers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../config.ts';
import type { ModelFile } from './model-file.ts';
import type { ModelRuntime } from './model-runtime.ts';
import type { PrecisionTrial } from './precision.ts';
import { keepTrial } from './precision-record.ts';
import { onnxForTests, openModelFolder, openTestRuntime } from './test-onnx.ts';
import { trialPlace } from './trial-place.ts';

// The processor is as good as a card to try both on: only what is quicker differs, and that is for the pure part to judge.
let models: Awaited<ReturnType<typeof openModelFolder>>;
beforeAll(async () => {
  onnxForTests();
  models = await openModelFolder();
}, 300_000);
afterAll(() => models[Symbol.asyncDispose]());

const SHAPE = [2, 8, 8];
const trial = { x: { dtype: 'f32', shape: SHAPE, low: -1, high: 1 } } as const;
const input = { x: { dtype: 'f32', shape: [1, ...SHAPE], values: new Float32Array(128).fill(1 / 3) } } as const;

/** Two convolutions. Between them numbers are multiplied and divided again; detours take time and change nothing. */
function network(name: string, { factor = 1, detours = 0 } = {}): Graph {
  const graph = new GraphBuilder(name);
  const x = graph.input('x', 'f32', ['batch', ...SHAPE]);
  const first = rectify(graph, convolve(graph, x, 'first', { from: 2, to: 4, kernel: 3, padding: 1 }));
  // A product by two constants is two products: what is between them shows.
  const scaled = graph.apply('Mul', [first, graph.floats('factor', [4, 1, 1], [1, factor, 1, factor])]);
  let value = graph.apply('Mul', [scaled, graph.floats('back', [4, 1, 1], [1, 1 / factor, 1, 1 / factor])]);
  for (let k = 0; k < detours; k++) {
    const wide = convolve(graph, value, `wide${k}`, { from: 4, to: 256, kernel: 7, padding: 3 });
    const none = graph.apply('Mul', [
      graph.apply('ReduceMax', [wide], { axes: [1], keepdims: 1 }),
      graph.floats('none', [], [0]),
    ]);
    value = graph.apply('Add', [value, none]);
  }
  graph.output('y', convolve(graph, value, 'second', { from: 4, to: 2, kernel: 3, padding: 1 }), 'f32', [
    'batch',
    ...SHAPE,
  ]);
  return graph.build();
}
const always = () => true;

/** Opens a network and says what it computes in, why, and what it makes of the input. */
async function open(runtime: ModelRuntime, file: ModelFile) {
  await using session = await runtime.open(file);
  const { provider, precision, precisionReason } = session;
  const { y } = await session.run(input);
  return { provider, precision, precisionReason, y: y!.values as Float32Array };
}
const trialsOf = async ({ half }: ModelFile) => JSON.parse(await readFile(half!.trials, 'utf8'));

/** Notes a trial as if it had been made here before. */
async function note(file: ModelFile, found: PrecisionTrial) {
  const place = await trialPlace('cpu', onnxForTests(), loadConfig({}));
  await keepTrial(file.half!.trials, place, found, new Date(0));
}

describe('by itself', () => {
  test('the processor computes in fp32, without a trial', async () => {
    const file = await models.write(network('processor'), { trial });
    await using runtime = openTestRuntime();
    expect(await open(runtime, file)).toMatchObject({ precision: 'fp32', precisionReason: 'fp16 is no quicker there' });
    await expect(trialsOf(file)).rejects.toThrow(/ENOENT/);
  });

  test('both are compared once, and what was found is kept beside the network', async () => {
    const file = await models.write(network('compared'), { trial, mostBatch: 2 });
    await using first = openTestRuntime({}, always);
    const found = await open(first, file);
    expect(found.precisionReason).toMatch(
      /x quicker, differs by 0\.000\d+$|^fp16 is \d+\.\d\dx as quick, less than 1\.1x$/,
    );
    const [record, ...others] = await trialsOf(file);
    expect(others).toEqual([]);
    expect(record).toMatchObject({ provider: 'cpu', runtime: '1.30.0', device: expect.any(String) });
    expect(record.difference).toBeGreaterThan(0); // they are not the same network twice
    expect(record.difference).toBeLessThan(0.002);
    await using second = openTestRuntime({}, always);
    const again = await open(second, file);
    expect(again.precisionReason).toBe(found.precisionReason);
    expect(await trialsOf(file)).toEqual([record]);
  });

  test('what was found before is believed: fp16 where it gained, fp32 where it did not', async () => {
    const file = await models.write(network('believed'), { trial });
    const run = async (found: PrecisionTrial) => {
      await note(file, found);
      await using runtime = openTestRuntime({}, always);
      return open(runtime, file);
    };
    const half = await run({ fp32Ms: 18, fp16Ms: 10, difference: 0.0004 });
    expect(half).toMatchObject({ precision: 'fp16', precisionReason: '1.8x quicker, differs by 0.0004' });
    const exact = await run({ fp32Ms: 10, fp16Ms: 10, difference: 0.0004 });
    expect(exact.precision).toBe('fp32');
    const off = half.y.map((value, i) => Math.abs(value - exact.y[i]!));
    expect(Math.max(...off)).toBeGreaterThan(0);
    expect(Math.max(...off)).toBeLessThan(0.002);
  });

  test('fp16 is taken where it is quicker and as good', async () => {
    const slow = await models.write(network('slow', { detours: 12 }), { trial });
    const quick = await models.write(network('quick'));
    await using runtime = openTestRuntime({}, always);
    const ready = async () => quick.path;
    const found = await open(runtime, { ...slow, half: { ...slow.half!, ready } });
    expect(found).toMatchObject({
      precision: 'fp16',
      precisionReason: expect.stringMatching(/x quicker, differs by 0$/),
    });
    expect(found.y).toEqual((await open(runtime, quick)).y);
  });

  test('a network whose numbers are too large for half floats computes in fp32', async () => {
    const file = await models.write(network('large', { factor: 60_000 }), { trial, gain: 30 });
    await using runtime = openTestRuntime({}, always);
    expect(await open(runtime, file)).toMatchObject({
      ...{ precision: 'fp32', precisionReason: 'numbers of it are too large for fp16' },
    });
    expect(await trialsOf(file)).toMatchObject([{ difference: null }]);
  });

  test('one that loses too much in half floats does so, too', async () => {
    const file = await models.write(network('small', { factor: 3e-7 }), { trial });
    await using runtime = openTestRuntime({}, always);
    expect((await open(runtime, file)).precisionReason).toMatch(/^fp16 differs by [\d.]+, more than 0.01$/);
  });

  test('fp16 that does not open is told, passed over and tried again the next time', async () => {
    const file = await models.write(network('unopened'), { trial });
    const broken = join(models.folder, 'broken.onnx');
    await writeFile(broken, 'not a network');
    const ready = async () => broken;
    await using runtime = openTestRuntime({}, always);
    const found = await open(runtime, { ...file, half: { ...file.half!, ready } });
    expect(found).toMatchObject({
      precision: 'fp32',
      precisionReason: expect.stringMatching(/^fp16 does not run: Load model from broken\.onnx/),
    });
    await expect(trialsOf(file)).rejects.toThrow(/ENOENT/);
    await note(file, { fp32Ms: 18, fp16Ms: 10, difference: 0 });
    await using later = openTestRuntime({}, always);
    expect(await open(later, { ...file, half: { ...file.half!, ready } })).toMatchObject({ precision: 'fp32' });
  });

  test('a trial whose finding cannot be kept counts all the same', async () => {
    const file = await models.write(network('unkept'), { trial });
    const trials = join(models.folder, 'nowhere', 'trials.json');
    await using runtime = openTestRuntime({}, always);
    expect((await open(runtime, { ...file, half: { ...file.half!, trials } })).precisionReason).toMatch(/quick/);
  });

  test('fp32 that does not open is told as ever', async () => {
    const file = await models.write(network('gone'), { trial });
    await rm(file.path);
    await using runtime = openTestRuntime({}, always);
    await expect(runtime.open(file)).rejects.toMatchObject({ code: 'model/failed' });
    expect(runtime.loaded).toBe(0);
  });
});

describe('as ORATOR_PRECISION says', () => {
  test.each(['fp32', 'fp16'] as const)('it is %s, on the processor, too, without a trial', async (precision) => {
    const file = await models.write(network(`set-${precision}`), { trial });
    await using runtime = openTestRuntime({ ORATOR_PRECISION: precision }, always);
    const found = await open(runtime, file);
    expect(found).toMatchObject({ provider: 'cpu', precision, precisionReason: 'as ORATOR_PRECISION says' });
    await expect(trialsOf(file)).rejects.toThrow(/ENOENT/);
  });

  test('a network that has no fp16 stays what it is', async () => {
    const file = await models.write(network('single'));
    await using runtime = openTestRuntime({ ORATOR_PRECISION: 'fp16' });
    expect(await open(runtime, file)).toMatchObject({ precision: 'fp32', precisionReason: 'the network has no fp16' });
  });

  test('fp16 that cannot be made, or does not open, is an error', async () => {
    const file = await models.write(network('refused'), { trial });
    await using runtime = openTestRuntime({ ORATOR_PRECISION: 'fp16', ORATOR_BACKEND: 'auto' });
    const ready = async (): Promise<string> => {
      throw new OratorError('backend/none', 'It came as ONNX.');
    };
    const none = { ...file, half: { ...file.half!, ready } };
    await expect(runtime.open(none)).rejects.toMatchObject({ code: 'backend/none', message: 'It came as ONNX.' });
    const broken = { ...file, half: { ...file.half!, ready: async () => join(models.folder, 'none.onnx') } };
    await expect(runtime.open(broken)).rejects.toMatchObject({ code: 'model/failed' });
    expect(runtime.loaded).toBe(0);
  });
});
