import type { Graph } from '@orator/core/models/graph/graph';
import { weightsOf } from '@orator/core/models/graph/graph';
import { halfGraph, wideConstants } from '@orator/core/models/graph/half-graph';
import { s3fdPixelGraph } from '@orator/core/models/networks/s3fd';
import { syncnetLipGraph, syncnetSoundGraph } from '@orator/core/models/networks/syncnet';
import { syntheticWeight } from '@orator/core/models/networks/synthetic-weights';
import { wav2lipGraph } from '@orator/core/models/networks/wav2lip';
import type { Tensors } from '@orator/core/models/runtime';
import { type TrialInputs, trialTensors } from '@orator/core/models/trial-inputs';
import { beforeAll, expect, test } from 'vitest';
import { differenceOf } from './precision.ts';
import { roundedHalfGraph } from './test-half.ts';
import { onnxForTests, openModelFolder, openTestRuntime } from './test-onnx.ts';

// Networks at full size with weights made of their names: in half floats they say what they say in f32, but for a share of their largest number.
// What processors leave out to round is 0.0004 to 0.0015 off, with all rounded it is 0.0008 to 0.0019.
const MINUTES = 60_000;

beforeAll(() => void onnxForTests(), 5 * MINUTES);

async function compute(graph: Graph, gain: number, inputs: Tensors): Promise<Tensors> {
  await using models = await openModelFolder();
  await using runtime = openTestRuntime();
  await using session = await runtime.open(await models.write(graph, { gain }));
  return await session.run(inputs);
}

const shapesOf = (tensors: Tensors) => Object.entries(tensors).map(([key, { dtype, shape }]) => [key, dtype, shape]);
const planes = (shape: readonly number[], low: number, high: number) => ({ dtype: 'f32', shape, low, high }) as const;
const CASES: readonly [Graph, gain: number, TrialInputs, most: number][] = [
  [wav2lipGraph(96), 1, { mel: planes([1, 80, 16], -4, 4), face: planes([6, 96, 96], 0, 1) }, 0.002],
  [s3fdPixelGraph(), 2, { picture: { dtype: 'u8', shape: [128, 160, 3], low: 0, high: 255 } }, 0.003],
  [syncnetLipGraph(), 2, { lips: planes([3, 5, 224, 224], 0, 255) }, 0.002],
  [syncnetSoundGraph(), 2, { mfcc: planes([1, 13, 20], -20, 20) }, 0.002],
];

test.each(CASES.map(([graph, ...rest]) => [graph.name, graph, ...rest] as const))(
  '%s differs little in half floats',
  { timeout: 3 * MINUTES },
  async (_, graph, gain, inputs, most) => {
    const specs = new Map(weightsOf(graph).map((spec) => [spec.name, spec]));
    const read = async (weight: string) => syntheticWeight(specs.get(weight)!, gain);
    const given = trialTensors(inputs, 1);
    const exact = await compute(graph, gain, given);
    for (const half of [halfGraph(graph, await wideConstants(graph, read)), await roundedHalfGraph(graph, read)]) {
      const found = await compute(half, gain, given);
      expect(shapesOf(found)).toEqual(shapesOf(exact));
      const difference = differenceOf(exact, found);
      expect(difference).toBeLessThan(most);
      expect(difference).toBeGreaterThan(0);
    }
  },
);
