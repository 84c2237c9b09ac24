import { describe, expect, test } from 'vitest';
import { s3fdPixelGraph } from '../networks/s3fd.ts';
import { syncnetLipGraph } from '../networks/syncnet.ts';
import { wav2lipGraph, wav2lipPixelGraph } from '../networks/wav2lip.ts';
import { toFloats } from '../tensor.ts';
import { GraphBuilder } from './builder.ts';
import { type Graph, type GraphNode, weightsOf } from './graph.ts';
import { halfGraph, wideConstants } from './half-graph.ts';

const networks = [wav2lipGraph(96), wav2lipPixelGraph(96), wav2lipPixelGraph(256), s3fdPixelGraph(), syncnetLipGraph()];
const named = networks.map((graph) => [graph.name, graph] as const);
const HALF = 10;

const castsOf = ({ nodes }: Graph, to: number) =>
  nodes.filter(({ operator, attributes }) => operator === 'Cast' && attributes.to?.value === to);
const kinds = ({ nodes }: Graph, isHalf: (node: GraphNode) => boolean) =>
  [...new Set(nodes.filter(isHalf).map(({ operator }) => operator))].sort();

/** Operators with an input in half floats, and those without one. */
function split(graph: Graph) {
  const half = new Set([...graph.constants.filter(({ dtype }) => dtype === 'f16').map(({ name }) => name)]);
  for (const { operator, inputs, outputs, attributes } of graph.nodes) {
    const isHalf = operator === 'Cast' ? attributes.to?.value === HALF : inputs.some((name) => half.has(name));
    if (isHalf) for (const name of outputs) half.add(name);
  }
  const takesHalf = ({ operator, inputs }: GraphNode) => operator !== 'Cast' && inputs.some((name) => half.has(name));
  return { half: kinds(graph, takesHalf), single: kinds(graph, (node) => !takesHalf(node)) };
}

describe.each(named)('%s in half floats', (_, graph) => {
  const half = halfGraph(graph);

  test('takes and gives what it did, of the same weights', () => {
    expect([half.inputs, half.outputs, half.name]).toEqual([graph.inputs, graph.outputs, graph.name]);
    expect(weightsOf(half)).toEqual(weightsOf(graph));
    const given = half.nodes.flatMap(({ outputs }) => outputs);
    expect(new Set(given).size).toBe(given.length);
    for (const { name } of graph.outputs) expect(given).toContain(name);
  });

  test('has each value before it is used', () => {
    const known = new Set([...half.inputs, ...half.constants].map(({ name }) => name));
    for (const { inputs, outputs } of half.nodes) {
      for (const name of inputs) expect(known).toContain(name);
      for (const name of outputs) known.add(name);
    }
  });

  test('computes every product in half floats', () => {
    expect(split(half).single.filter((name) => /Conv|Gemm|MatMul/.test(name))).toEqual([]);
    expect(half.nodes.filter(({ operator }) => operator !== 'Cast')).toHaveLength(
      graph.nodes.filter(({ operator }) => operator !== 'Cast').length,
    );
  });
});

test('a picture is masked and scaled, and a mouth rounded to pixels, in f32: Wav2Lip casts thrice', () => {
  const half = halfGraph(wav2lipPixelGraph(96));
  expect(split(half)).toEqual({
    half: ['Add', 'Concat', 'Conv', 'ConvTranspose', 'Relu'],
    single: ['Add', 'Cast', 'Concat', 'Gather', 'Identity', 'Mul', 'Pad', 'Sigmoid', 'Transpose'],
  });
  expect(castsOf(half, HALF).map(({ inputs }) => inputs[0])).toEqual(['mel', expect.stringMatching(/^Pad/)]);
  expect(castsOf(half, 1)).toHaveLength(2); // of the pixels, and before the sigmoid
});

test('the lengths that S3FD divides by stay f32, with what is added to them', () => {
  const half = halfGraph(s3fdPixelGraph());
  expect(split(half).single).toEqual(expect.arrayContaining(['Add', 'Div', 'Mul', 'ReduceL2']));
  const single = half.constants.filter(({ dtype }) => dtype === 'f32').map(({ name }) => name);
  const weights = ['conv3_3_norm.weight', 'conv4_3_norm.weight', 'conv5_3_norm.weight'];
  expect(single).toEqual(['means', 'tiny', ...weights]);
});

describe('a constant', () => {
  /** A product by one constant, and a sum with another one. */
  function build(factors: readonly number[], addend = 1): Graph {
    const graph = new GraphBuilder('constants');
    const x = graph.input('x', 'f32', ['batch', 2]);
    const factor = graph.weight('factor', [2, 2], [{ name: 'w', shape: [4] }], ([values]) => values!);
    const scaled = graph.apply('MatMul', [x, factor]);
    graph.output('y', graph.apply('Add', [scaled, graph.floats('addend', [], [addend])]), 'f32', ['batch', 2]);
    graph.output('z', graph.apply('Div', [x, graph.floats('factors', [2], factors.slice(0, 2))]), 'f32', ['batch', 2]);
    return graph.build();
  }
  const wideOf = (factors: readonly number[], addend?: number) =>
    wideConstants(build(factors, addend), async () => Float32Array.from(factors));

  test('is rounded to the nearest half float', () => {
    const factors = Float32Array.of(1, 1 / 3, -65_504, 6e-5);
    const { constants } = halfGraph(build([...factors]));
    const factor = constants.find(({ name }) => name === 'factor/half')!;
    expect([factor.dtype, factor.shape]).toEqual(['f16', [2, 2]]);
    const values = toFloats('f16', factor.make([factors]));
    for (const [i, value] of values.entries()) expect(Math.abs(value / factors[i]! - 1)).toBeLessThan(2 ** -11);
  });

  test.each([
    ['fits', [1, 2, 3, 65_504], undefined, []],
    ['of nothing but zeros fits', [0, 0, 0, 0], undefined, []],
    ['is too large', [1, 2, 3, 65_505], undefined, ['factor']],
    ['is no number', [1, 2, Number.NaN, 4], undefined, ['factor']],
    ['is a trifle', [1, 2, 3, 4], 1e-10, ['addend']],
    ['has trifles among others', [1e-10, 2, 3, 4], undefined, []],
  ] as const)('that %s is known for it', async (_, factors, addend, expected) => {
    expect([...(await wideOf(factors, addend))].filter((name) => name !== 'factors')).toEqual(expected);
  });

  test('that does not fit keeps its operator in f32', () => {
    const graph = build([1, 2, 3, 1e6]);
    const half = halfGraph(graph, new Set(['factor', 'factors']));
    expect(castsOf(half, HALF)).toEqual([]);
    expect(half.nodes).toEqual(graph.nodes);
    expect(half.constants.every(({ dtype }) => dtype === 'f32')).toBe(true);
  });

  test('that is taken both ways is kept both ways, and a value is cast once', () => {
    const graph = new GraphBuilder('both');
    const x = graph.input('x', 'f32', [1, 2]);
    const factor = graph.weight('factor', [2, 2], [{ name: 'w', shape: [4] }], ([values]) => values!);
    const products = [graph.apply('MatMul', [x, factor]), graph.apply('MatMul', [x, factor])];
    graph.output('y', graph.apply('Add', products), 'f32', [1, 2]);
    graph.output('z', graph.apply('Div', [x, factor]), 'f32', [1, 2]);
    const half = halfGraph(graph.build());
    expect(half.constants.map(({ name, dtype }) => [name, dtype])).toEqual([
      ['factor/half', 'f16'],
      ['factor', 'f32'],
    ]);
    expect(castsOf(half, HALF)).toHaveLength(1);
  });
});

test('whole numbers stay whole, also those that are made of floats', () => {
  const graph = new GraphBuilder('whole');
  const x = graph.input('x', 'f32', [2, 2]);
  const factor = graph.floats('factor', [2, 2], [1, 2, 3, 4]);
  const product = graph.apply('MatMul', [x, factor]);
  const shape = graph.apply('Shape', [product]);
  graph.output('y', graph.apply('Reshape', [product, shape]), 'f32', [2, 2]);
  const { nodes } = halfGraph(graph.build());
  expect(nodes.find(({ operator }) => operator === 'Reshape')!.inputs).toEqual([product, shape]);
});
