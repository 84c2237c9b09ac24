import { expect, test } from 'vitest';
import { toFloats } from '../tensor.ts';
import { GraphBuilder } from './builder.ts';
import { convolve, convolveNormalised } from './layers.ts';

/** What a convolution from so many channels to four becomes. */
function build(from: number, transposed = false) {
  const graph = new GraphBuilder('layer');
  const x = graph.input('x', 'f32', ['batch', from, 8, 8]);
  const layer = { from, to: 4, kernel: [1, 3], transposed } as const;
  graph.output('y', convolve(graph, x, 'a', layer), 'f32', ['batch', 4, 8, 6]);
  const { nodes, constants } = graph.build();
  const weight = constants.find(({ name }) => name === 'a.weight')!;
  return { operators: nodes.map(({ operator }) => operator), weight };
}

test.each([3, 4, 5, 8, 12, 16, 24])('%i channels are read as they are', (from) => {
  const { operators, weight } = build(from);
  expect(operators).toEqual(['Conv', 'Identity']);
  expect(weight.shape).toEqual([4, from, 1, 3]);
});

test.each([
  [6, 8],
  [9, 12],
  [15, 16],
  [18, 20],
])('%i channels, which WebGPU would misread, become %i with zeros', (from, wide) => {
  const { operators, weight } = build(from);
  expect(operators).toEqual(['Pad', 'Conv', 'Identity']);
  expect(weight.shape).toEqual([4, wide, 1, 3]);
  expect(weight.from).toEqual([{ name: 'a.weight', shape: [4, from, 1, 3] }]);
  const values = Float32Array.from({ length: 4 * from * 3 }, (_, i) => i + 1);
  const padded = toFloats('f32', weight.make([values]));
  expect(padded).toHaveLength(4 * wide * 3);
  for (let k = 0; k < 4; k++) {
    const kernel = padded.subarray(k * wide * 3, (k + 1) * wide * 3);
    expect(kernel.subarray(0, from * 3)).toEqual(values.subarray(k * from * 3, (k + 1) * from * 3));
    expect(kernel.subarray(from * 3).every((value) => value === 0)).toBe(true);
  }
});

test('turned round they are read as they are, and a normalisation is folded in before zeros are added', () => {
  expect(build(6, true).operators).toEqual(['ConvTranspose', 'Identity']);
  const graph = new GraphBuilder('normalised');
  const x = graph.input('x', 'f32', ['batch', 6, 8, 8]);
  convolveNormalised(graph, x, { convolution: 'a', normalisation: 'b' }, { from: 6, to: 2, kernel: 1 });
  const weight = graph.build().constants.find(({ name }) => name === 'a.weight')!;
  const ones = (count: number, value = 1) => new Float32Array(count).fill(value);
  const made = toFloats('f32', weight.make([ones(12), Float32Array.of(2, 3), ones(2), ones(2), ones(2, 1 - 1e-5)]));
  expect([...made].map(Math.round)).toEqual([2, 2, 2, 2, 2, 2, 0, 0, 3, 3, 3, 3, 3, 3, 0, 0]);
});
