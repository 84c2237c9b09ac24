import { describe, expect, test } from 'vitest';
import type { LiteGraph, LiteStep, LiteTensor } from './tflite.ts';
import { runLiteGraph } from './tflite-run.ts';

const bytes = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const tensor = (shape: readonly number[], values?: readonly number[]): LiteTensor =>
  values ? { shape, type: 0, data: bytes(values) } : { shape, type: 0 };
const step = (
  operator: number,
  inputs: readonly number[],
  output: number,
  options: Readonly<Record<number, number>> = {},
): LiteStep => ({
  operator,
  inputs,
  outputs: [output],
  option: (field, _, otherwise) => options[field] ?? otherwise,
  customBytes: new Uint8Array(),
});
const run = (tensors: readonly LiteTensor[], steps: readonly LiteStep[], input: readonly number[]) => {
  const graph: LiteGraph = { tensors, steps, inputs: [0], outputs: [tensors.length - 1] };
  return [...runLiteGraph(graph, Float32Array.from(input))];
};

describe('small convolutional graphs', () => {
  test('convolve with stride and same padding', () => {
    const ones = new Array<number>(4 * 9).fill(1);
    const tensors = [tensor([1, 3, 3, 1]), tensor([4, 3, 3, 1], ones), tensor([4], [0, 1, 2, 3]), tensor([1, 2, 2, 4])];
    const out = run(tensors, [step(3, [0, 1, 2], 3, { 1: 2, 2: 2 })], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(out.slice(0, 4)).toEqual([12, 13, 14, 15]); // 1 + 2 + 4 + 5, plus each channel's bias
    expect(out.slice(12)).toEqual([28, 29, 30, 31]);
  });

  test('convolve each channel by itself', () => {
    const weights = [0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0];
    const tensors = [tensor([1, 1, 2, 2]), tensor([1, 3, 3, 2], weights), tensor([2], [0, 0.5]), tensor([1, 1, 2, 2])];
    expect(run(tensors, [step(4, [0, 1, 2], 3)], [1, 2, 3, 4])).toEqual([1, 4.5, 3, 8.5]);
  });

  test('double a picture, weigh channels and squash', () => {
    const enlarged = run([tensor([1, 1, 2, 1]), tensor([1, 2, 4, 1])], [step(23, [0], 1)], [0, 4]);
    expect(enlarged.slice(0, 4)).toEqual([0, 1, 3, 4]);
    const weighed = run(
      [tensor([1, 1, 2, 2]), tensor([1, 1, 1, 2]), tensor([1, 1, 2, 2])],
      [step(1, [0], 1), step(18, [0, 1], 2)],
      [1, 2, 3, 4],
    );
    expect(weighed).toEqual([2, 6, 6, 12]);
    expect(run([tensor([1, 1, 1, 3]), tensor([1, 1, 1, 3])], [step(117, [0], 1)], [-4, 0, 4])).toEqual([-0, 0, 4]);
  });

  test('are refused when they hold what is not known', () => {
    expect(() => run([tensor([1]), tensor([1])], [step(99, [0], 1)], [1])).toThrow(/Operator 99/);
  });
});
