import { OratorError } from '../base/errors.ts';
import type { LiteGraph, LiteStep, LiteTensor } from './tflite.ts';

/** Values with their shape: batch 1, rows, columns, channels. */
interface Value {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
type Operation = (inputs: readonly Value[], output: LiteTensor, step: LiteStep) => Float32Array;

const OPERATIONS: Readonly<Record<number, Operation>> = {
  0: ([a, b]) => combine(a!, b!, false),
  1: ([input]) => meanOfPlane(input!),
  3: ([input, weights, bias], output, step) =>
    convolve(input!, weights!, bias!, output, [step.option(2, 'int', 1), step.option(1, 'int', 1)]),
  4: ([input, weights, bias], output, step) =>
    convolveDepthwise(input!, weights!, bias!, output, [step.option(2, 'int', 1), step.option(1, 'int', 1)]),
  6: ([input]) => input!.data,
  14: ([input]) => input!.data.map((x) => 1 / (1 + Math.exp(-x))),
  18: ([a, b]) => combine(a!, b!, true),
  19: ([input]) => rectify(input!.data),
  23: ([input], output) => resize(input!, output),
  117: ([input]) => rectifyHard(input!.data),
};
const TRANSPOSED = 'Convolution2DTransposeBias';

/**
 * Runs a small convolutional graph, batch 1, "same" padding, in plain arithmetic: it takes some 100 ms for 30 million products and
 * needs no library.
 * @throws {OratorError} `internal` when the graph holds an operator that is not in the table above.
 */
export function runLiteGraph(graph: LiteGraph, input: Float32Array): Float32Array {
  const values = new Map<number, Float32Array>([[graph.inputs[0]!, input]]);
  const lastUse = new Map<number, number>();
  graph.steps.forEach((step, at) => {
    for (const tensor of step.inputs) lastUse.set(tensor, at);
  });
  const read = (tensor: number): Value => {
    const { shape, data, type } = graph.tensors[tensor]!;
    const value = values.get(tensor) ?? (data ? constant(data, type) : undefined);
    if (!value) throw new OratorError('internal', `Tensor ${tensor} is used before it is made.`);
    return { shape, data: value };
  };
  graph.steps.forEach((step, at) => {
    const operation = step.custom === TRANSPOSED ? convolveTransposed : OPERATIONS[step.operator];
    if (!operation) throw new OratorError('internal', `Operator ${step.custom ?? step.operator} is not known.`);
    const [made] = step.outputs;
    values.set(made!, operation(step.inputs.map(read), graph.tensors[made!]!, step));
    for (const tensor of step.inputs) if (lastUse.get(tensor) === at) values.delete(tensor);
  });
  return values.get(graph.outputs[0]!)!;
}

function constant(bytes: Uint8Array, type: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 0) return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
  if (type === 2) return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(i * 4, true));
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => fromHalf(view.getUint16(i * 2, true)));
}

/** A 16-bit float: 1 sign, 5 exponent and 10 fraction bits. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

/** Adds or multiplies two values; the second may have one value per channel. */
function combine({ data: a }: Value, { data: b }: Value, multiply: boolean): Float32Array {
  const out = new Float32Array(a.length);
  const period = b.length;
  for (let from = 0; from < a.length; from += period) {
    for (let c = 0; c < period; c++) out[from + c] = multiply ? a[from + c]! * b[c]! : a[from + c]! + b[c]!;
  }
  return out;
}

function rectify(values: Float32Array): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = Math.max(0, values[i]!);
  return out;
}

/** x · clamp(x + 3, 0, 6) / 6. */
function rectifyHard(values: Float32Array): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    out[i] = (x * Math.min(6, Math.max(0, x + 3))) / 6;
  }
  return out;
}

function meanOfPlane({ shape, data }: Value): Float32Array {
  const channels = shape[3]!;
  const sums = new Float64Array(channels);
  for (let from = 0; from < data.length; from += channels) {
    for (let c = 0; c < channels; c++) sums[c] = sums[c]! + data[from + c]!;
  }
  return Float32Array.from(sums, (sum) => (sum * channels) / data.length);
}

/** Rows (or columns) of padding before the first one, so that output = ceil(input / stride). */
const padding = (input: number, output: number, kernel: number, stride: number) =>
  Math.max(0, (output - 1) * stride + kernel - input) >> 1;

/** Four output channels are summed side by side: one alone would wait for each addition. Channel counts are multiples of four. */
function convolve(
  input: Value,
  weights: Value,
  bias: Value,
  { shape: [, height, width, channels] }: LiteTensor,
  [strideY, strideX]: readonly [number, number],
): Float32Array {
  const [, rows, columns, depth] = input.shape as [number, number, number, number];
  const [, kernelY, kernelX] = weights.shape as [number, number, number, number];
  const top = padding(rows, height!, kernelY, strideY);
  const left = padding(columns, width!, kernelX, strideX);
  const out = new Float32Array(height! * width! * channels!);
  const next = kernelY * kernelX * depth;
  const source = input.data;
  const factor = weights.data;
  let to = 0;
  for (let y = 0; y < height!; y++) {
    for (let x = 0; x < width!; x++) {
      for (let c = 0; c < channels!; c += 4) {
        let [a, b, d, e] = [bias.data[c]!, bias.data[c + 1]!, bias.data[c + 2]!, bias.data[c + 3]!];
        for (let ky = 0; ky < kernelY; ky++) {
          const row = y * strideY - top + ky;
          if (row < 0 || row >= rows) continue;
          for (let kx = 0; kx < kernelX; kx++) {
            const column = x * strideX - left + kx;
            if (column < 0 || column >= columns) continue;
            const from = (row * columns + column) * depth;
            const weight = c * next + (ky * kernelX + kx) * depth;
            for (let k = 0; k < depth; k++) {
              const value = source[from + k]!;
              a += value * factor[weight + k]!;
              b += value * factor[weight + next + k]!;
              d += value * factor[weight + 2 * next + k]!;
              e += value * factor[weight + 3 * next + k]!;
            }
          }
        }
        out[to] = a;
        out[to + 1] = b;
        out[to + 2] = d;
        out[to + 3] = e;
        to += 4;
      }
    }
  }
  return out;
}

function convolveDepthwise(
  input: Value,
  weights: Value,
  bias: Value,
  { shape: [, height, width, channels] }: LiteTensor,
  [strideY, strideX]: readonly [number, number],
): Float32Array {
  const [, rows, columns] = input.shape as [number, number, number, number];
  const [, kernelY, kernelX] = weights.shape as [number, number, number, number];
  const top = padding(rows, height!, kernelY, strideY);
  const left = padding(columns, width!, kernelX, strideX);
  const depth = channels!;
  const out = new Float32Array(height! * width! * depth);
  const source = input.data;
  const factor = weights.data;
  for (let y = 0; y < height!; y++) {
    for (let x = 0; x < width!; x++) {
      const to = (y * width! + x) * depth;
      out.set(bias.data, to);
      for (let ky = 0; ky < kernelY; ky++) {
        const row = y * strideY - top + ky;
        if (row < 0 || row >= rows) continue;
        for (let kx = 0; kx < kernelX; kx++) {
          const column = x * strideX - left + kx;
          if (column < 0 || column >= columns) continue;
          const from = (row * columns + column) * depth;
          const weight = (ky * kernelX + kx) * depth;
          for (let c = 0; c < depth; c++) out[to + c] = out[to + c]! + source[from + c]! * factor[weight + c]!;
        }
      }
    }
  }
  return out;
}

/** Doubles the picture: every input value paints its own 2 × 2 output values. */
function convolveTransposed([input, weights, bias]: readonly Value[], { shape }: LiteTensor): Float32Array {
  const [, rows, columns, depth] = input!.shape as [number, number, number, number];
  const width = shape[2]!;
  const out = new Float32Array(shape[1]! * width);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let k = 0; k < 4; k++) {
        let sum = bias!.data[0]!;
        for (let c = 0; c < depth; c++)
          sum += input!.data[(y * columns + x) * depth + c]! * weights!.data[k * depth + c]!;
        out[(2 * y + (k >> 1)) * width + 2 * x + (k & 1)] = sum;
      }
    }
  }
  return out;
}

/** Bilinear, pixel centres aligned. */
function resize(input: Value, { shape }: LiteTensor): Float32Array {
  const [, rows, columns, depth] = input.shape as [number, number, number, number];
  const [, height, width] = shape as [number, number, number, number];
  const out = new Float32Array(height * width * depth);
  const place = (i: number, from: number, to: number) => {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const low = Math.floor(at);
    return [low, Math.min(from - 1, low + 1), at - low] as const;
  };
  const across = Array.from({ length: width }, (_, x) => place(x, columns, width));
  const { data } = input;
  for (let y = 0, to = 0; y < height; y++) {
    const [above, below, down] = place(y, rows, height);
    for (const [left, right, share] of across) {
      const corners = [
        above * columns + left,
        above * columns + right,
        below * columns + left,
        below * columns + right,
      ];
      const [a, b, c, d] = corners.map((corner) => corner * depth) as [number, number, number, number];
      for (let k = 0; k < depth; k++) {
        const upper = data[a + k]! * (1 - share) + data[b + k]! * share;
        const lower = data[c + k]! * (1 - share) + data[d + k]! * share;
        out[to++] = upper * (1 - down) + lower * down;
      }
    }
  }
  return out;
}
