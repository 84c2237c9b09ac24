import { rm, writeFile } from 'node:fs/promises';
import { GraphBuilder } from '@orator/core/models/graph/builder';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkNumbers } from './check-numbers.ts';
import { OnnxThread } from './onnx-thread.ts';
import { onnxForTests, openModelFolder } from './test-onnx.ts';

let models: Awaited<ReturnType<typeof openModelFolder>>;
beforeAll(async () => {
  onnxForTests();
  models = await openModelFolder();
}, 300_000);
afterAll(() => models[Symbol.asyncDispose]());

const inputs = { x: { dtype: 'f32', shape: [4], low: -1, high: 1 } } as const;
const place = { provider: 'webgpu', device: 'a card; number 0', runtime: '1.30.0', precision: 'fp32' } as const;

/** Opens a network that multiplies, on the processor. */
async function openProduct(factor: number): Promise<OnnxThread> {
  const graph = new GraphBuilder(`times-${factor}`);
  const x = graph.input('x', 'f32', ['batch', 4]);
  graph.output('y', graph.apply('Mul', [x, graph.floats('factor', [], [factor])]), 'f32', ['batch', 4]);
  const { path } = await models.write(graph.build());
  const options = {
    executionProviders: [{ name: 'cpu' }],
    ...{ intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 as const },
  };
  return OnnxThread.open({ library: onnxForTests(), path, options });
}

/** Checks one factor against 2, and counts how often the processor was asked. */
async function check(factor: number, where: Partial<typeof place> | { precision: 'fp16' } = {}): Promise<number> {
  let asked = 0;
  await using thread = await openProduct(factor);
  await checkNumbers(thread, {
    ...{ inputs, checks: `${models.folder}/a.checks.json`, place: { ...place, ...where } },
    openExact: () => {
      asked++;
      return openProduct(2);
    },
  });
  return asked;
}

test('what computes other numbers than the processor is refused, each time', async () => {
  for (let time = 0; time < 2; time++) {
    await expect(check(2.2)).rejects.toMatchObject({
      code: 'model/failed',
      message: expect.stringMatching(/^On webgpu .* differ by 0\.10*, more than 0\.05\. Set ORATOR_BACKEND to cpu\.$/),
    });
  }
  await expect(check(Number.NaN)).rejects.toMatchObject({ code: 'model/failed' });
});

test('what computes the same but for rounding is asked once for each place and precision', async () => {
  expect(await check(2.002)).toBe(1);
  expect(await check(2.002)).toBe(0);
  expect(await check(2.002, { precision: 'fp16' })).toBe(1);
  expect(await check(2.002)).toBe(0);
  await writeFile(`${models.folder}/a.checks.json`, 'damaged');
  expect(await check(2.002)).toBe(1);
  await rm(`${models.folder}/a.checks.json`);
  expect(await check(2)).toBe(1);
});
