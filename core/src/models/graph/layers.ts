import type { GraphBuilder, Value } from './builder.ts';
import type { WeightSpec } from './graph.ts';

/** Two numbers: down, then across. */
export type Pair = readonly [number, number];

/** A convolution, square unless it says otherwise. */
export interface Convolution {
  readonly from: number;
  readonly to: number;
  readonly kernel: number | Pair;
  readonly stride?: number | Pair;
  readonly padding?: number | Pair;
  /** Turned round: it enlarges. Rows and columns of zeros are added at the far ends by `outputPadding`. */
  readonly transposed?: boolean;
  readonly outputPadding?: number;
}

/** What the batch normalisation of the reference networks adds to the variance. */
const EPSILON = 1e-5;

const pair = (value: number | Pair): Pair => (typeof value === 'number' ? [value, value] : value);

/** A convolution with bias, its weights under `key`.weight and `key`.bias. */
export function convolve(graph: GraphBuilder, input: Value, key: string, layer: Convolution): Value {
  const shape = kernelShape(layer);
  const weight = { name: `${key}.weight`, shape };
  const bias = { name: `${key}.bias`, shape: [layer.to] };
  const read = padChannels(graph, input, layer);
  return applyConvolution(graph, read.input, layer, [
    graph.weight(weight.name, read.shape(shape), [weight], ([values]) => read.kernels(values!)),
    graph.weight(bias.name, bias.shape, [bias], first),
  ]);
}

/** A convolution and the batch normalisation after it, folded into one: the statistics do not change any more. */
export function convolveNormalised(
  graph: GraphBuilder,
  input: Value,
  keys: { readonly convolution: string; readonly normalisation: string },
  layer: Convolution & { readonly weightShape?: readonly number[] },
): Value {
  const shape = kernelShape(layer);
  const weight = { name: `${keys.convolution}.weight`, shape: layer.weightShape ?? shape };
  const bias = { name: `${keys.convolution}.bias`, shape: [layer.to] };
  const statistics = normalisationWeights(keys.normalisation, layer.to);
  // Turned round, the outputs are the second index.
  const outer = layer.transposed ? layer.from : 1;
  const read = padChannels(graph, input, layer);
  return applyConvolution(graph, read.input, layer, [
    graph.weight(weight.name, read.shape(shape), [weight, ...statistics], ([values, ...norm]) =>
      read.kernels(scaled(values!, gains(norm), outer)),
    ),
    graph.weight(bias.name, bias.shape, [bias, ...statistics], ([values, ...norm]) => shifted(values!, norm)),
  ]);
}

/** A matrix product with bias: `[batch, from]` to `[batch, to]`; a batch normalisation after it is folded in. */
export function connect(
  graph: GraphBuilder,
  input: Value,
  key: string,
  { from, to, normalisation }: { readonly from: number; readonly to: number; readonly normalisation?: string },
): Value {
  const weight = { name: `${key}.weight`, shape: [to, from] };
  const bias = { name: `${key}.bias`, shape: [to] };
  const statistics = normalisation === undefined ? [] : normalisationWeights(normalisation, to);
  const parts = [
    graph.weight(weight.name, weight.shape, [weight, ...statistics], ([values, ...norm]) =>
      norm.length > 0 ? scaled(values!, gains(norm), 1) : values!,
    ),
    graph.weight(bias.name, bias.shape, [bias, ...statistics], ([values, ...norm]) =>
      norm.length > 0 ? shifted(values!, norm) : values!,
    ),
  ];
  return graph.apply('Gemm', [input, ...parts], { transB: 1 });
}

/** The largest value under a window that moves by `stride`. */
export function poolLargest(
  graph: GraphBuilder,
  input: Value,
  {
    kernel,
    stride,
    padding = 0,
  }: { readonly kernel: number | Pair; readonly stride: number | Pair; readonly padding?: number | Pair },
): Value {
  const attributes = { kernel_shape: pair(kernel), strides: pair(stride), pads: bothEnds(pair(padding)) };
  return graph.apply('MaxPool', [input], attributes);
}

/** Negative values become 0. */
export const rectify = (graph: GraphBuilder, input: Value) => graph.apply('Relu', [input]);
/** Values become 0 to 1. */
export const squash = (graph: GraphBuilder, input: Value) => graph.apply('Sigmoid', [input]);
/** Puts channels one after the other. */
export const stack = (graph: GraphBuilder, inputs: readonly Value[]) => graph.apply('Concat', inputs, { axis: 1 });

const first = ([values]: readonly Float32Array[]) => values!;
const same = <T>(value: T) => value;
const bothEnds = ([down, across]: Pair) => [down, across, down, across];

function kernelShape({ from, to, kernel, transposed }: Convolution): readonly number[] {
  return [...(transposed ? [from, to] : [to, from]), ...pair(kernel)];
}

/** Channels are read in threes or in fours. */
const [THREE, FOUR] = [3, 4];

/**
 * WebGPU of ONNX Runtime 1.30 reads channels in threes where they are no multiple of four, and sums them up wrongly where there are more than
 * three (its issue 29651). Channels of zeros, which weigh nothing, make them a multiple of four.
 */
function padChannels(graph: GraphBuilder, input: Value, { from, to, transposed }: Convolution) {
  const isMisread = !transposed && from > THREE && from % THREE === 0 && from % FOUR > 0;
  if (!isMisread) return { input, shape: same<readonly number[]>, kernels: same<Float32Array> };
  const more = FOUR - (from % FOUR);
  const ends = graph.integers(`channels_and_${more}`, [0, 0, 0, 0, 0, more, 0, 0]);
  return {
    input: graph.apply('Pad', [input, ends]),
    shape: ([, , ...rest]: readonly number[]) => [to, from + more, ...rest],
    kernels: (values: Float32Array) => {
      const each = values.length / to;
      const wider = (each / from) * (from + more);
      const padded = new Float32Array(to * wider);
      for (let k = 0; k < to; k++) padded.set(values.subarray(k * each, (k + 1) * each), k * wider);
      return padded;
    },
  };
}

function applyConvolution(graph: GraphBuilder, input: Value, layer: Convolution, parts: readonly Value[]): Value {
  const { kernel, stride = 1, padding = 0, transposed, outputPadding = 0 } = layer;
  return graph.apply(transposed ? 'ConvTranspose' : 'Conv', [input, ...parts], {
    kernel_shape: pair(kernel),
    strides: pair(stride),
    pads: bothEnds(pair(padding)),
    ...(outputPadding > 0 ? { output_padding: pair(outputPadding) } : {}),
  });
}

const normalisationWeights = (key: string, channels: number): readonly WeightSpec[] =>
  ['weight', 'bias', 'running_mean', 'running_var'].map((part) => ({ name: `${key}.${part}`, shape: [channels] }));

/** What each channel is multiplied with. */
function gains([gamma, , , variance]: readonly Float32Array[]): Float64Array {
  return Float64Array.from(gamma!, (value, i) => value / Math.sqrt(variance![i]! + EPSILON));
}

/** Multiplies the weights of each output; `outer` blocks hold all outputs each. */
function scaled(weights: Float32Array, gain: Float64Array, outer: number): Float32Array {
  const inner = weights.length / (gain.length * outer);
  const out = new Float32Array(weights.length);
  for (let at = 0, block = 0; block < outer; block++) {
    for (const factor of gain) for (const end = at + inner; at < end; at++) out[at] = weights[at]! * factor;
  }
  return out;
}

function shifted(bias: Float32Array, statistics: readonly Float32Array[]): Float32Array {
  const [, beta, mean] = statistics;
  const gain = gains(statistics);
  return bias.map((value, i) => (value - mean![i]!) * gain[i]! + beta![i]!);
}
