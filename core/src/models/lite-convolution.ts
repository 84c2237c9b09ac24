import { resizeScratch } from './lite-resize.ts';
import type { LiteOperation, LiteValue } from './lite-value.ts';
import type { LiteStep, LiteTensor } from './tflite.ts';

/** Output channels that the kernel sums side by side. */
const LANES = 4;
/** Options of a convolution: their places in its table. */
const STRIDE_X = 1;
const STRIDE_Y = 2;
const CONVOLVE = 3;
const CONVOLVE_CHANNELS = 4;
const RESIZE = 23;

/** How a convolution sweeps over a picture whose border was widened by zeros. */
interface Sweep {
  readonly rows: number;
  readonly columns: number;
  readonly strideX: number;
  readonly strideY: number;
  /** Zeros before the first row and column, so that output = ceil(input / stride). */
  readonly top: number;
  readonly left: number;
  /** Size of the widened picture. */
  readonly width: number;
  readonly height: number;
}

function sweepOf(step: LiteStep, input: Shape, weights: Shape, output: Shape): Sweep {
  const [strideX, strideY] = [step.option(STRIDE_X, 'int', 1), step.option(STRIDE_Y, 'int', 1)];
  const [rows, columns] = [weights[1]!, weights[2]!];
  const reach = (count: number, kernel: number, stride: number) => (count - 1) * stride + kernel;
  const height = Math.max(input[1]!, reach(output[1]!, rows, strideY));
  const width = Math.max(input[2]!, reach(output[2]!, columns, strideX));
  const [top, left] = [(height - input[1]!) >> 1, (width - input[2]!) >> 1];
  return { rows, columns, strideX, strideY, top, left, width, height };
}

type Shape = readonly number[];

/** How many numbers of room a step needs beside its values: for the widened picture and for weights in the kernel's order. */
export function scratchCount(step: LiteStep, tensors: readonly LiteTensor[]): number {
  const output = tensors[step.outputs[0]!]!.shape;
  if (step.operator === RESIZE) return resizeScratch(output);
  if (step.operator !== CONVOLVE && step.operator !== CONVOLVE_CHANNELS) return 0;
  const [input, weights] = step.inputs.map((tensor) => tensors[tensor]!.shape) as [Shape, Shape];
  const { width, height } = sweepOf(step, input, weights, output);
  return width * height * input[3]! + weights.reduce((product, size) => product * size, 1);
}

/** A convolution over all channels. */
export const convolve: LiteOperation = ([input, weights, bias], output, { kernels, scratch }, step) => {
  const sweep = sweepOf(step, input!.shape, weights!.shape, output.shape);
  const packed = pack(weights!, scratch);
  const from = widen(input!, sweep, scratch.subarray(packed.length));
  const [, height, width, channels] = output.shape as [number, number, number, number];
  const pixel = 4 * input!.shape[3]!;
  const pitch = pixel * sweep.width;
  const run = sweep.columns * input!.shape[3]!;
  for (let y = 0; y < height; y++) {
    kernels.convolveRow(
      from.byteOffset + y * sweep.strideY * pitch,
      pitch,
      pixel * sweep.strideX,
      sweep.rows,
      run,
      packed.byteOffset,
      bias!.data.byteOffset,
      channels / LANES,
      width,
      output.data.byteOffset + 4 * y * width * channels,
    );
  }
};

/** A convolution of each channel by itself. */
export const convolveChannels: LiteOperation = ([input, weights, bias], output, { kernels, scratch }, step) => {
  const sweep = sweepOf(step, input!.shape, weights!.shape, output.shape);
  const from = widen(input!, sweep, scratch);
  const [, height, width, channels] = output.shape as [number, number, number, number];
  const pitch = 4 * channels * sweep.width;
  for (let y = 0; y < height; y++) {
    kernels.convolveChannels(
      from.byteOffset + y * sweep.strideY * pitch,
      pitch,
      4 * channels * sweep.strideX,
      sweep.rows,
      sweep.columns,
      weights!.data.byteOffset,
      bias!.data.byteOffset,
      channels,
      width,
      output.data.byteOffset + 4 * y * width * channels,
    );
  }
};

/** Doubles a picture into one channel: every input value paints its own 2 × 2 output values. */
export const convolveTransposed: LiteOperation = ([input, weights, bias], output, { kernels }) => {
  const [, rows, columns, depth] = input!.shape as [number, number, number, number];
  const pitch = 4 * output.shape[2]!;
  for (let y = 0; y < rows; y++) {
    const [from, to] = [input!.data.byteOffset + 4 * y * columns * depth, output.data.byteOffset + 2 * y * pitch];
    kernels.doubleRow(from, columns, depth, weights!.data.byteOffset, bias!.data.byteOffset, to, pitch);
  }
};

/** The weights of each four output channels together, as `core/kernels/convolve.ts` reads them. */
function pack({ shape, data }: LiteValue, scratch: Float32Array): Float32Array {
  const packed = scratch.subarray(0, data.length);
  const inputs = data.length / shape[0]!;
  for (let channel = 0, from = 0; channel < shape[0]!; channel++) {
    const lane = channel % LANES;
    let to = (channel - lane) * inputs + lane;
    for (let k = 0; k < inputs; k++, to += LANES) packed[to] = data[from++]!;
  }
  return packed;
}

/** The picture with its border of zeros; itself where it needs none. */
function widen({ shape, data }: LiteValue, { top, left, width, height }: Sweep, scratch: Float32Array): Float32Array {
  const [, rows, columns, depth] = shape as [number, number, number, number];
  if (width === columns && height === rows) return data;
  const wide = scratch.subarray(0, width * height * depth).fill(0);
  for (let y = 0; y < rows; y++) {
    const row = data.subarray(y * columns * depth, (y + 1) * columns * depth);
    wide.set(row, ((y + top) * width + left) * depth);
  }
  return wide;
}
