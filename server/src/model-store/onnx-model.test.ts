import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeOnnx } from '@orator/core/models/formats/onnx-writer';
import { GraphBuilder } from '@orator/core/models/graph/builder';
import { syntheticInput } from '@orator/core/models/networks/synthetic-weights';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { onnxForTests, openTestRuntime } from '../runtime/onnx/test-onnx.ts';
import { ModelStore } from './model-store.ts';
import { readyNetwork } from './ready-network.ts';
import { installWeights } from './test-weights.ts';

let folder: string;
beforeAll(async () => {
  onnxForTests();
  folder = await mkdtemp(join(tmpdir(), 'orator-onnx-model-'));
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A network of others for one face at a time, which gives back three of the six planes that it is shown. */
async function writeTheirs(path: string, planes: readonly number[], face = 96): Promise<void> {
  const graph = new GraphBuilder('theirs');
  graph.input('source', 'f32', [1, 1, 80, 16]);
  const target = graph.input('target', 'f32', [1, 6, face, face]);
  const seen = graph.apply('Gather', [target, graph.integers('planes', planes)], { axis: 1 });
  graph.output('out', seen, 'f32', [1, 3, face, face]);
  await writeFile(path, writeOnnx(graph.build(), async () => new Float32Array(0)).model);
}

async function draw(planes: readonly number[]): Promise<{ crops: Uint8Array; mouths: Uint8Array }> {
  const place = await mkdtemp(join(folder, 'place-'));
  await writeTheirs(join(place, 'theirs.onnx'), planes);
  await installWeights(place, 'wav2lip', join(place, 'theirs.onnx'));
  await using runtime = openTestRuntime();
  await using network = await runtime.open(await readyNetwork(new ModelStore(place), 'wav2lip', 'speak', 8));
  const crops = Uint8Array.from(syntheticInput('crops', 2 * 96 * 96 * 3, 0, 255.9));
  const { mouths } = await network.run({
    mel: { dtype: 'f32', shape: [2, 1, 80, 16], values: new Float32Array(2 * 80 * 16) },
    crops: { dtype: 'u8', shape: [2, 96, 96, 3], values: crops },
  });
  return { crops, mouths: mouths!.values as Uint8Array };
}

test('a network that comes as ONNX is shown the same faces as ours, several at once, and is read the same way', async () => {
  const whole = await draw([3, 4, 5]);
  expect(whole.mouths).toEqual(whole.crops);
  const masked = await draw([0, 1, 2]);
  const half = 96 * 48 * 3;
  expect(masked.mouths.subarray(0, half)).toEqual(masked.crops.subarray(0, half));
  expect(masked.mouths.subarray(half, 2 * half).every((value) => value === 0)).toBe(true);
});

test('one of another size is refused, and nothing of it stays', async () => {
  const place = await mkdtemp(join(folder, 'place-'));
  await writeTheirs(join(place, 'theirs.onnx'), [0, 1, 2], 128);
  const pulling = installWeights(place, 'wav2lip', join(place, 'theirs.onnx'));
  await expect(pulling).rejects.toMatchObject({ code: 'model/invalid' });
  expect((await new ModelStore(place).look('wav2lip')).record).toBeNull();
});
