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

  test('sum several channels of a row whose length is no multiple of four', () => {
    const weights = [1, 10, 0, 1, 1, 0, 2, 2].flatMap((weight) => [weight, 0]);
    const tensors = [
      tensor([1, 1, 5, 4]),
      tensor([4, 1, 1, 4], weights),
      tensor([4], [0, 0, 0, 1]),
      tensor([1, 1, 5, 4]),
    ];
    const out = run(
      tensors,
      [step(3, [0, 1, 2], 3)],
      Array.from({ length: 20 }, (_, i) => i),
    );
    expect(out.slice(0, 4)).toEqual([20, 2, 0, 5]);
    expect(out.slice(16)).toEqual([196, 18, 16, 69]);
  });

  test('convolve each channel by itself', () => {
    const weights = Array.from({ length: 36 }, (_, i) => (i === 16 ? 1 : i === 17 ? 2 : 0)); // the middle of two channels
    const tensors = [
      tensor([1, 1, 2, 4]),
      tensor([1, 3, 3, 4], weights),
      tensor([4], [0, 0.5, 0, 7]),
      tensor([1, 1, 2, 4]),
    ];
    expect(run(tensors, [step(4, [0, 1, 2], 3)], [1, 2, 9, 9, 3, 4, 9, 9])).toEqual([1, 4.5, 0, 7, 3, 8.5, 0, 7]);
  });

  test('double a picture, weigh channels and squash', () => {
    const enlarged = run([tensor([1, 1, 2, 4]), tensor([1, 2, 4, 4])], [step(23, [0], 1)], [0, 0, 0, 8, 4, 0, 0, 8]);
    expect(enlarged.slice(0, 16)).toEqual([0, 0, 0, 8, 1, 0, 0, 8, 3, 0, 0, 8, 4, 0, 0, 8]);
    const weighed = run(
      [tensor([1, 1, 2, 4]), tensor([1, 1, 1, 4]), tensor([1, 1, 2, 4])],
      [step(1, [0], 1), step(18, [0, 1], 2)],
      [1, 2, 0, 0, 3, 4, 0, 0],
    );
    expect(weighed).toEqual([2, 6, 0, 0, 6, 12, 0, 0]);
    expect(run([tensor([1, 1, 1, 4]), tensor([1, 1, 1, 4])], [step(117, [0], 1)], [-4, 0, 4, 1])).toEqual([
      -0,
      0,
      4,
      Math.fround(4 / 6),
    ]);
  });

  test('are refused when they hold what is not known', () => {
    expect(() => run([tensor([1]), tensor([1])], [step(99, [0], 1)], [1])).toThrow(/Operator 99/);
  });
});
