import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeOnnx } from '@orator/core/models/formats/onnx-writer';
import { writeTorchStream } from '@orator/core/models/formats/torch-writer';
import { GraphBuilder } from '@orator/core/models/graph/builder';
import { convolve } from '@orator/core/models/graph/layers';
import type { ModelManifest } from '@orator/core/models/manifest';
import { syntheticWeight } from '@orator/core/models/networks/synthetic-weights';
import { bytesOfFloats } from '@orator/core/models/tensor';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ALLOW_NONE } from '../net/address-guard.ts';
import { onnxForTests, openTestRuntime } from '../runtime/onnx/test-onnx.ts';
import { pullModel } from './model-pull.ts';
import { ModelStore } from './model-store.ts';
import { readyNetwork } from './ready-network.ts';

const [CHANNELS, SIDE] = [16, 8];
const SHAPE = [CHANNELS, SIDE, SIDE];
const x = { dtype: 'f32', shape: [1, ...SHAPE], values: new Float32Array(CHANNELS * SIDE ** 2).fill(0.3) } as const;

function layer() {
  const graph = new GraphBuilder('layer');
  const input = graph.input('x', 'f32', ['batch', ...SHAPE]);
  const convolved = convolve(graph, input, 'layer', { from: CHANNELS, to: CHANNELS, kernel: 3, padding: 1 });
  graph.output('y', convolved, 'f32', ['batch', ...SHAPE]);
  return graph.build();
}

/** A checkpoint of that layer; one of its weights may be another. */
function checkpoint(first?: number): Uint8Array {
  const shapes = { 'layer.weight': [CHANNELS, CHANNELS, 3, 3], 'layer.bias': [CHANNELS] };
  const weights = Object.entries(shapes).map(([name, shape]) => {
    const values = syntheticWeight({ name, shape }, 1);
    if (first !== undefined && shape.length > 1) values[0] = first;
    return { name, dtype: 'f32' as const, shape, bytes: bytesOfFloats(values) };
  });
  return Buffer.concat([...writeTorchStream(weights)]);
}

const manifest: ModelManifest = {
  ...{ title: 'One layer', usedBy: 'a test', file: 'layer.pth', sources: [] },
  licence: { name: 'free', words: 'Do as you like.', restricted: false },
  networks: { layer },
  trials: { layer: { x: { dtype: 'f32', shape: SHAPE, low: -1, high: 1 } } },
};

let folder: string;
let store: ModelStore;
let round = 0;
beforeAll(async () => {
  onnxForTests();
  folder = await mkdtemp(join(tmpdir(), 'orator-half-'));
}, 300_000);
beforeEach(() => {
  store = new ModelStore(join(folder, `${round++}`), { layer: manifest });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function install(bytes: Uint8Array, into = store): Promise<void> {
  const given = join(folder, `given-${round}`);
  await writeFile(given, bytes);
  const { signal } = new AbortController();
  for await (const _ of pullModel({ id: 'layer', from: given }, into, { allow: ALLOW_NONE }, signal));
}
const networks = async () => (await readdir(store.networksOf('layer'))).sort();

describe('a network in half floats', () => {
  test('is written when it is asked for, once, beside the other and half as large', async () => {
    await install(checkpoint());
    const { path, half } = await readyNetwork(store, 'layer', 'layer', 2);
    expect(await networks()).toHaveLength(1);
    const twin = await half!.ready();
    const [whole, halved] = [await stat(path), await stat(twin)];
    expect(halved.size / whole.size).toBeCloseTo(0.5, 1);
    expect(await half!.ready()).toBe(twin);
    expect((await stat(twin)).mtimeMs).toBe(halved.mtimeMs);
    expect(await networks()).toHaveLength(2);
  });

  test('computes the same, and what a trial found lies beside it', async () => {
    await install(checkpoint());
    const results: Float32Array[] = [];
    for (const ORATOR_PRECISION of ['fp32', 'fp16', 'auto']) {
      await using runtime = openTestRuntime({ ORATOR_PRECISION }, () => true);
      await using session = await runtime.open(await readyNetwork(store, 'layer', 'layer', 2));
      if (ORATOR_PRECISION !== 'auto') expect(session.precision).toBe(ORATOR_PRECISION);
      results.push((await session.run({ x })).y!.values as Float32Array);
    }
    const off = results[0]!.map((value, i) => Math.abs(value - results[1]![i]!));
    expect(Math.max(...off)).toBeGreaterThan(0);
    expect(Math.max(...off)).toBeLessThan(0.003);
    const names = await networks();
    expect(names.filter((name) => name.endsWith('.trials.json'))).toHaveLength(1);
    expect(new Set(names.map((name) => name.slice(0, 'layer-0123456789abcdef'.length))).size).toBe(1);
  });

  test('keeps weights that it cannot hold in f32', async () => {
    await install(checkpoint(1e5));
    const { half } = await readyNetwork(store, 'layer', 'layer', 2);
    await using runtime = openTestRuntime({ ORATOR_PRECISION: 'fp16' });
    await using session = await runtime.open({ path: await half!.ready(), bytes: 1, mostBatch: 1 });
    const { values } = (await session.run({ x })).y!;
    expect(Math.abs(Number(values[9 + SIDE]) - 3e4)).toBeLessThan(10);
  });

  test('goes with the one that it is of, when other weights come', async () => {
    await install(checkpoint());
    await (await readyNetwork(store, 'layer', 'layer', 2)).half!.ready();
    await rm(store.recordOf('layer'));
    await install(checkpoint(0.5));
    const { half } = await readyNetwork(store, 'layer', 'layer', 2);
    expect(await networks()).toHaveLength(1);
    await half!.ready();
    expect(await networks()).toHaveLength(2);
  });

  test('is not made of weights that were changed meanwhile', async () => {
    await install(checkpoint());
    const { half } = await readyNetwork(store, 'layer', 'layer', 2);
    await writeFile(store.fileOf('layer'), checkpoint(0.25));
    await expect(half!.ready()).rejects.toMatchObject({ code: 'model/invalid' });
    expect(await networks()).toHaveLength(1);
  });

  test('there is none where no trial is known', async () => {
    const { trials: _, ...rest } = manifest;
    const other = new ModelStore(join(folder, `${round++}`), { layer: rest });
    await install(checkpoint(), other);
    expect((await readyNetwork(other, 'layer', 'layer', 2)).half).toBeUndefined();
  });
});

test('a network that comes as ONNX is run as it is: fp16 is refused, and by itself it is fp32', async () => {
  const graph = new GraphBuilder('theirs');
  graph.input('source', 'f32', [1, 1, 80, 16]);
  const target = graph.input('target', 'f32', [1, 6, 96, 96]);
  const seen = graph.apply('Gather', [target, graph.integers('planes', [3, 4, 5])], { axis: 1 });
  graph.output('out', seen, 'f32', [1, 3, 96, 96]);
  const parts: Uint8Array[] = [];
  for await (const part of writeOnnx(graph.build(), async () => new Float32Array(0)).model) parts.push(part);
  const place = new ModelStore(join(folder, 'theirs'));
  const given = join(folder, 'theirs.onnx');
  await writeFile(given, Buffer.concat(parts));
  const order = { id: 'wav2lip', from: given, acceptLicence: true };
  for await (const _ of pullModel(order, place, { allow: ALLOW_NONE }, new AbortController().signal));
  const file = await readyNetwork(place, 'wav2lip', 'speak', 2);
  await using forced = openTestRuntime({ ORATOR_PRECISION: 'fp16' });
  await expect(forced.open(file)).rejects.toMatchObject({
    code: 'backend/none',
    message: expect.stringMatching(/came as ONNX .* Set ORATOR_PRECISION to auto or fp32/),
  });
  await using free = openTestRuntime({}, () => true);
  await using session = await free.open(file);
  expect([session.precision, session.precisionReason]).toEqual([
    'fp32',
    expect.stringMatching(/^fp16 does not run: ".*" came as ONNX/),
  ]);
});
