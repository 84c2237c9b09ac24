import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphBuilder } from '@orator/core/models/graph/builder';
import type { Graph } from '@orator/core/models/graph/graph';
import { convolve } from '@orator/core/models/graph/layers';
import type { TensorData } from '@orator/core/models/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../config.ts';
import { BatchLine } from './batch-line.ts';
import { ModelRuntime } from './model-runtime.ts';
import { onnxForTests, openModelFolder, openTestRuntime } from './test-onnx.ts';

let models: Awaited<ReturnType<typeof openModelFolder>>;
beforeAll(async () => {
  onnxForTests();
  models = await openModelFolder();
}, 300_000);
afterAll(() => models[Symbol.asyncDispose]());

/** Adds `amount` to what comes in. */
function adder(amount: number, name = `add-${amount}`): Graph {
  const graph = new GraphBuilder(name);
  const input = graph.input('x', 'f32', ['batch', 2]);
  graph.output('y', graph.apply('Add', [input, graph.floats('amount', [], [amount])]), 'f32', ['batch', 2]);
  return graph.build();
}
const pairs = (...values: number[]): { x: TensorData } => ({
  x: { dtype: 'f32', shape: [values.length / 2, 2], values: Float32Array.from(values) },
});

describe('a runtime', () => {
  test('runs a network on the processor and says so', async () => {
    await using runtime = openTestRuntime();
    await using session = await runtime.open(await models.write(adder(3)));
    expect([session.provider, session.passedOver]).toEqual(['cpu', []]);
    expect((await session.run(pairs(1, 2))).y).toEqual({ dtype: 'f32', shape: [1, 2], values: Float32Array.of(4, 5) });
  });

  test('reads values from a file of their own, too', async () => {
    const graph = new GraphBuilder('external');
    const image = graph.input('image', 'f32', ['batch', 3, 8, 8]);
    const layer = { from: 3, to: 5, kernel: 3, padding: 1 };
    graph.output('y', convolve(graph, image, 'layer', layer), 'f32', ['batch', 5, 8, 8]);
    const input = { image: { dtype: 'f32', shape: [1, 3, 8, 8], values: new Float32Array(192).fill(1) } } as const;
    await using runtime = openTestRuntime();
    const results: Float32Array[] = [];
    for (const external of [false, true]) {
      await using session = await runtime.open(
        await models.write({ ...graph.build(), name: `e-${external}` }, { external }),
      );
      results.push((await session.run(input)).y!.values as Float32Array);
    }
    expect(results[1]).toEqual(results[0]);
    expect(new Set(results[0]).size).toBeGreaterThan(5);
  });

  test('has each network in memory once, and drops the one used least lately when room is needed', async () => {
    await using runtime = openTestRuntime({ ORATOR_MODEL_MEMORY_MB: '100' });
    const [one, two, three] = await Promise.all([1, 2, 3].map((amount) => models.write(adder(amount))));
    const [a, b] = await Promise.all([runtime.open(one!), runtime.open(one!)]);
    expect(runtime.loaded).toBe(1);
    const c = await runtime.open(two!);
    await expect(runtime.open(three!)).rejects.toMatchObject({ code: 'runtime/exhausted' });
    await a[Symbol.asyncDispose]();
    await a[Symbol.asyncDispose](); // once is enough
    await expect(runtime.open(three!)).rejects.toMatchObject({ code: 'runtime/exhausted' });
    await b[Symbol.asyncDispose]();
    await using d = await runtime.open(three!);
    expect(runtime.loaded).toBe(2);
    expect((await c.run(pairs(1, 2))).y!.values).toEqual(Float32Array.of(3, 4));
    expect((await d.run(pairs(1, 2))).y!.values).toEqual(Float32Array.of(4, 5));
    await c[Symbol.asyncDispose]();
  });

  test('does not block: the event loop turns while a network runs', async () => {
    const graph = new GraphBuilder('slow');
    let value = graph.input('x', 'f32', [1, 64, 200, 200]);
    for (let i = 0; i < 8; i++) value = convolve(graph, value, `c${i}`, { from: 64, to: 64, kernel: 3, padding: 1 });
    graph.output('y', value, 'f32', [1, 64, 200, 200]);
    await using runtime = openTestRuntime();
    await using session = await runtime.open(await models.write(graph.build()));
    let over = false;
    const x = { dtype: 'f32', shape: [1, 64, 200, 200], values: new Float32Array(64 * 200 * 200) } as const;
    const running = session.run({ x }).then(() => {
      over = true;
    });
    let turns = 0;
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    await running;
    expect(turns).toBeGreaterThan(20);
  });

  test('tells a wrong input in the library’s words, and goes on', async () => {
    await using runtime = openTestRuntime();
    await using session = await runtime.open(await models.write(adder(4)));
    const wrong = { x: { dtype: 'f32', shape: [1, 3], values: new Float32Array(3) } } as const;
    await expect(session.run(wrong)).rejects.toMatchObject({ code: 'model/failed' });
    expect((await session.run(pairs(1, 2))).y!.values).toEqual(Float32Array.of(5, 6));
  });

  test('refuses what is no network, and keeps nothing of it', async () => {
    const path = join(models.folder, 'text.onnx');
    await writeFile(path, 'not a network');
    await using runtime = openTestRuntime();
    const file = { path, bytes: 100, mostBatch: 1 };
    await expect(runtime.open(file)).rejects.toMatchObject({ code: 'model/failed' });
    await expect(runtime.open({ ...file, path: join(models.folder, 'none.onnx') })).rejects.toMatchObject({
      code: 'model/failed',
    });
    expect(runtime.loaded).toBe(0);
  });
});

describe('the ladder of providers', () => {
  test('passes over what has no files here and says why', async () => {
    await using runtime = openTestRuntime({ ORATOR_BACKEND: 'auto' });
    await using session = await runtime.open(await models.write(adder(5)));
    expect(session.provider).toBe('cpu');
    expect(session.passedOver).toEqual([expect.stringMatching(/^cuda: .*not beside the runtime/)]);
  });

  test('ends with all reasons when only one was wanted', async () => {
    await using runtime = openTestRuntime({ ORATOR_BACKEND: 'tensorrt' });
    await expect(runtime.open(await models.write(adder(6)))).rejects.toMatchObject({
      code: 'backend/none',
      message: expect.stringMatching(/tensorrt: .*Set ORATOR_BACKEND/),
    });
  });

  test('without the library ends with the command that brings it', async () => {
    const config = loadConfig({ ORATOR_ONNX_RUNTIME: models.folder, ORATOR_DATA: models.folder });
    await using runtime = new ModelRuntime(config);
    await expect(runtime.open({ path: 'x.onnx', bytes: 1, mostBatch: 1 })).rejects.toMatchObject({
      code: 'backend/none',
      message: expect.stringContaining(
        `npm install --ignore-scripts --prefix ${join(models.folder, 'onnxruntime')} onnxruntime-node@`,
      ),
    });
  });
});

describe('a line of runs', () => {
  /** Doubles, and lets each run wait until it is let go. */
  function openLine(most: number) {
    const batches: number[][] = [];
    const gates: PromiseWithResolvers<void>[] = [];
    const line = new BatchLine(async ({ x }) => {
      batches.push([...(x!.values as Float32Array)]);
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      return { y: { dtype: 'f32', shape: x!.shape, values: (x!.values as Float32Array).map((value) => 2 * value) } };
    }, most);
    return { line, batches, gates };
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  test('gathers what waits into batches and gives each its part', async () => {
    const { line, batches, gates } = openLine(3);
    const runs = [
      [1, 1],
      [2, 2],
      [3, 3, 4, 4],
      [5, 5],
    ].map((values) => line.run(pairs(...values)));
    await settled();
    gates[0]!.resolve();
    await settled();
    gates[1]!.resolve();
    await settled();
    gates[2]!.resolve();
    const outputs = await Promise.all(runs);
    expect(batches).toEqual([
      [1, 1],
      [2, 2, 3, 3, 4, 4],
      [5, 5],
    ]);
    expect(outputs.map(({ y }) => [y!.shape[0], ...(y!.values as Float32Array)])).toEqual([
      [1, 2, 2],
      [1, 4, 4],
      [2, 6, 6, 8, 8],
      [1, 10, 10],
    ]);
  });

  test('never runs what was given up before its turn, and gives up at once what runs', async () => {
    const { line, batches, gates } = openLine(1);
    const [first, second] = [new AbortController(), new AbortController()];
    const running = line.run(pairs(1, 1), first.signal);
    const waiting = line.run(pairs(2, 2), second.signal);
    const last = line.run(pairs(3, 3));
    second.abort();
    first.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    gates[0]!.resolve();
    await settled();
    gates[1]!.resolve();
    await last;
    expect(batches).toEqual([
      [1, 1],
      [3, 3],
    ]);
  });

  test('refuses more than may wait', async () => {
    const { line, gates } = openLine(1);
    const all = Array.from({ length: 257 }, () => line.run(pairs(1, 1)));
    await expect(line.run(pairs(1, 1))).rejects.toMatchObject({ code: 'runtime/exhausted' });
    for (let i = 0; i < 257; i++) {
      gates[i]!.resolve();
      await all[i];
    }
  });
});
