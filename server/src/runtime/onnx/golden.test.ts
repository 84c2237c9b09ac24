import type { Graph } from '@orator/core/models/graph/graph';
import { weightsOf } from '@orator/core/models/graph/graph';
import { s3fdGraph } from '@orator/core/models/networks/s3fd';
import { syncnetLipGraph, syncnetSoundGraph } from '@orator/core/models/networks/syncnet';
import { syntheticInput, syntheticWeight } from '@orator/core/models/networks/synthetic-weights';
import { type FaceSize, wav2lipGraph, wav2lipPixelGraph } from '@orator/core/models/networks/wav2lip';
import type { Tensors } from '@orator/core/models/runtime';
import { countOf } from '@orator/core/models/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { onnxForTests, openModelFolder, openTestRuntime } from './test-onnx.ts';

// Networks at full size with weights made of their names, against what the reference networks compute with the same weights.
const MINUTES = 60_000;
const TOLERANCE = 1e-4;

beforeAll(() => void onnxForTests(), 5 * MINUTES);

const f32 = (label: string, shape: readonly number[], low: number, high: number) =>
  ({ dtype: 'f32', shape, values: syntheticInput(label, countOf(shape), low, high) }) as const;

async function run(graph: Graph, gain: number, inputs: Tensors): Promise<Record<string, Float32Array>> {
  await using models = await openModelFolder();
  await using runtime = openTestRuntime();
  await using session = await runtime.open(await models.write(graph, { gain }));
  const outputs = await session.run(inputs);
  return Object.fromEntries(Object.entries(outputs).map(([name, { values }]) => [name, values as Float32Array]));
}

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanSize = (values: Float32Array) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
const least = (values: Float32Array) => values.reduce((a, b) => Math.min(a, b));
const most = (values: Float32Array) => values.reduce((a, b) => Math.max(a, b));
/** Within the tolerance, or that share of it where numbers are large. */
function expectNear(values: readonly number[], expected: readonly number[]) {
  expect(values).toHaveLength(expected.length);
  for (const [i, value] of values.entries()) {
    expect(Math.abs(value - expected[i]!), `${value} is not ${expected[i]}`).toBeLessThan(
      TOLERANCE * Math.max(1, Math.abs(expected[i]!) / 10),
    );
  }
}

describe('weights that are made of their names', () => {
  test('are those of the specification', () => {
    expectNear([...syntheticInput('face', 4, 0, 1)], [0.075555483, 0.065573992, 0.164215774, 0.567322055]);
    const spec = { name: 'face_encoder_blocks.0.0.conv_block.0.weight', shape: [16, 6, 7, 7] };
    expectNear([...syntheticWeight(spec, 1).subarray(0, 3)], [-0.0919924, -0.0726393, 0.0360409]);
  });

  const isRunning = ({ name }: { name: string }) => /running_(mean|var)$/.test(name);
  test.each([
    ['Wav2Lip 96', [wav2lipGraph(96)], 302, 36_298_035, 22_752],
    ['Wav2Lip 256', [wav2lipGraph(256)], 326, 53_605_683, 26_848],
    ['S3FD', [s3fdGraph()], 65, 22_459_110, 0],
    ['SyncNet', [syncnetLipGraph(), syncnetSoundGraph()], 88, 13_631_616, 8_640],
  ] as const)('fill %s, which has as many as the reference', (_, graphs, tensors, parameters, running) => {
    const weights = graphs.flatMap(weightsOf);
    const total = (some: typeof weights) => some.reduce((sum, { shape }) => sum + countOf(shape), 0);
    expect(weights).toHaveLength(tensors);
    expect(total(weights.filter((each) => !isRunning(each)))).toBe(parameters);
    expect(total(weights.filter(isRunning))).toBe(running);
  });
});

describe.each<[FaceSize, number[]]>([
  [96, [0.3929422, 0.1478465, 0.7773803, 0.5299472, 0.4171059, 0.4640304, 0.3480146, 0.4069672]],
  [256, [0.4367949, 0.1613373, 0.7212508, 0.5548593, 0.5753943, 0.4884557, 0.4431874, 0.3455394]],
])('Wav2Lip %i', (size, expected) => {
  const mel = f32('mel', [1, 1, 80, 16], -4, 4);
  const face = f32('face', [1, 6, size, size], 0, 1);

  test('computes what the reference does', { timeout: 3 * MINUTES }, async () => {
    const { mouth, embedding } = await run(wav2lipGraph(size), 1, { mel, face });
    const at = (channel: number, row: number, column: number) => mouth![(channel * size + row) * size + column]!;
    const places = [at(0, 0, 0), at(1, size / 2, size / 2), at(2, size - 1, size - 1), at(0, 10, 20), at(2, 20, 10)];
    expectNear([mean(mouth!), least(mouth!), most(mouth!), ...places], expected);
    expectNear([mean(embedding!), most(embedding!), embedding![511]!], [1.136218, 9.308501, 0.1153984]);
  });
});

test('Wav2Lip between pixels masks, scales and turns colours as the reference is fed', {
  timeout: 3 * MINUTES,
}, async () => {
  const size = 96;
  const crops = Uint8Array.from(syntheticInput('crop', size * size * 3, 0, 255));
  const mel = f32('mel', [1, 1, 80, 16], -4, 4);
  const face = new Float32Array(6 * size * size);
  for (let at = 0; at < size * size; at++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = crops[at * 3 + 2 - channel]! / 255;
      face[channel * size * size + at] = at < (size * size) / 2 ? value : 0;
      face[(channel + 3) * size * size + at] = value;
    }
  }
  const { mouth } = await run(wav2lipGraph(size), 1, {
    mel,
    face: { dtype: 'f32', shape: [1, 6, size, size], values: face },
  });
  const pixels = { dtype: 'u8', shape: [1, size, size, 3], values: crops } as const;
  const { mouths } = await run(wav2lipPixelGraph(size), 1, { mel, crops: pixels });
  let differing = 0;
  for (let at = 0; at < size * size * 3; at++) {
    const value = mouth![(2 - (at % 3)) * size * size + Math.floor(at / 3)]! * 255;
    if (Math.round(value) !== mouths![at]) differing++;
    expect(Math.abs(value - mouths![at]!)).toBeLessThan(0.51);
  }
  expect(differing).toBeLessThan(20); // those that lie between two
});

test('S3FD computes what the reference does', { timeout: 3 * MINUTES }, async () => {
  const outputs = await run(s3fdGraph(), 2, { image: f32('s3fd', [1, 3, 128, 160], -128, 128) });
  const expected: Record<string, [count: number, first: number, last: number]> = {
    cls1: [2 * 32 * 40, 0.04874925, -0.04244413],
    reg1: [4 * 32 * 40, -0.1232689, -0.06515203],
    cls2: [2 * 16 * 20, 0.08828013, 0.006646014],
    reg2: [4 * 16 * 20, -0.0001595169, 0.04377674],
    cls3: [2 * 8 * 10, 0.0480152, 0.09614129],
    reg3: [4 * 8 * 10, 0.09460239, -0.04484391],
    cls4: [2 * 8 * 9, 21.5043, 2.854357],
    reg4: [4 * 8 * 9, -15.84709, -9.965025],
    cls5: [2 * 4 * 5, 32.44351, 61.728],
    reg5: [4 * 4 * 5, 11.74376, 50.77662],
    cls6: [2 * 2 * 3, -2.366126, 130.4319],
    reg6: [4 * 2 * 3, 88.1762, -78.23833],
  };
  expect(Object.keys(outputs).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, [count, first, last]] of Object.entries(expected)) {
    expect(outputs[name], name).toHaveLength(count);
    expectNear([outputs[name]!.at(0)!, outputs[name]!.at(-1)!], [first, last]);
  }
});

test.each([
  [
    'sound',
    syncnetSoundGraph(),
    { mfcc: f32('mfcc', [1, 1, 13, 20], -20, 20) },
    [-59.53314, 23.93244, 35.51719, 49.46823],
  ],
  [
    'lips',
    syncnetLipGraph(),
    { lips: f32('lip', [1, 3, 5, 224, 224], 0, 255) },
    [-1743.115, -572.4675, -485.2936, 547.8267],
  ],
] as const)(
  'SyncNet describes %s as the reference does',
  { timeout: 3 * MINUTES },
  async (_, graph, inputs, expected) => {
    const { features } = await run(graph, 2, inputs);
    expect(features).toHaveLength(1024);
    expectNear([features![0]!, features![1]!, features![1023]!, meanSize(features!)], expected);
  },
);
