import { OratorError } from '../base/errors.ts';
import { KernelMemory } from '../base/kernels/kernel-memory.ts';
import { fromHalf } from './half-float.ts';
import { convolve, convolveChannels, convolveTransposed, scratchCount } from './lite-convolution.ts';
import { resize } from './lite-resize.ts';
import type { LiteOperation, LitePlace, LiteValue } from './lite-value.ts';
import type { LiteGraph, LiteTensor } from './tflite.ts';

const OPERATIONS: Readonly<Record<number, LiteOperation>> = {
  0: ([a, b], out, { kernels }) => kernels.addPeriodic(...periodic(a!, b!), out.data.byteOffset),
  1: ([input], out, { kernels }) => {
    const channels = input!.shape[3]!;
    kernels.meanOfPlane(input!.data.byteOffset, input!.data.length / channels, channels, out.data.byteOffset);
  },
  3: convolve,
  4: convolveChannels,
  6: ([input], out) => out.data.set(input!.data),
  14: ([input], out) => {
    for (let i = 0; i < out.data.length; i++) out.data[i] = 1 / (1 + Math.exp(-input!.data[i]!));
  },
  18: ([a, b], out, { kernels }) => kernels.multiplyPeriodic(...periodic(a!, b!), out.data.byteOffset),
  19: ([input], out, { kernels }) => kernels.rectify(input!.data.byteOffset, out.data.length, out.data.byteOffset),
  23: resize,
  117: ([input], out, { kernels }) => kernels.rectifyHard(input!.data.byteOffset, out.data.length, out.data.byteOffset),
};
const TRANSPOSED = 'Convolution2DTransposeBias';

/**
 * Runs a small convolutional graph, batch 1, "same" padding, channels in fours, on our own kernels: the one that finds people takes some 30 ms
 * and needs no library.
 * @throws {OratorError} `internal` when the graph holds an operator that is not in the table above; `runtime/exhausted`.
 */
export function runLiteGraph(graph: LiteGraph, input: Float32Array): Float32Array {
  const place = openPlace(graph);
  const values = new Map<number, Float32Array>();
  const put = (tensor: number): LiteValue => {
    const { shape } = graph.tensors[tensor]!;
    const data = place.take(countOf(shape));
    values.set(tensor, data);
    return { shape, data };
  };
  const lastUse = new Map<number, number>();
  graph.steps.forEach((step, at) => {
    for (const tensor of step.inputs) lastUse.set(tensor, at);
  });
  const read = (tensor: number): LiteValue => {
    const { shape, data, type } = graph.tensors[tensor]!;
    if (!values.has(tensor) && data) put(tensor).data.set(constant(data, type));
    const value = values.get(tensor);
    if (!value) throw new OratorError('internal', `Tensor ${tensor} is used before it is made.`);
    return { shape, data: value };
  };
  put(graph.inputs[0]!).data.set(input);
  graph.steps.forEach((step, at) => {
    const operation = step.custom === TRANSPOSED ? convolveTransposed : OPERATIONS[step.operator];
    if (!operation) throw new OratorError('internal', `Operator ${step.custom ?? step.operator} is not known.`);
    operation(step.inputs.map(read), put(step.outputs[0]!), place, step);
    for (const tensor of new Set(step.inputs)) {
      if (lastUse.get(tensor) !== at) continue;
      place.giveBack(values.get(tensor)!);
      values.delete(tensor);
    }
  });
  return values.get(graph.outputs[0]!)!.slice();
}

/** Room for every tensor; what was given back is taken again first, so that little of it is ever touched. */
function openPlace({ tensors, steps }: LiteGraph): LitePlace {
  const scratch = Math.max(4, ...steps.map((step) => scratchCount(step, tensors)));
  const all = tensors.reduce((sum, { shape }) => sum + countOf(shape), scratch);
  const memory = new KernelMemory(4 * all, tensors.length + 1);
  const free = new Map<number, Float32Array[]>();
  return {
    kernels: memory.kernels,
    scratch: memory.floats(scratch),
    take: (count) => free.get(count)?.pop() ?? memory.floats(count),
    giveBack: (data) => {
      free.set(data.length, [...(free.get(data.length) ?? []), data]);
    },
  };
}

const countOf = (shape: LiteTensor['shape']) => shape.reduce((product, size) => product * size, 1);

function constant(bytes: Uint8Array, type: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.length / (type === 1 ? 2 : 4));
  for (let i = 0; i < values.length; i++) {
    if (type === 0) values[i] = view.getFloat32(i * 4, true);
    else if (type === 2) values[i] = view.getInt32(i * 4, true);
    else values[i] = fromHalf(view.getUint16(i * 2, true));
  }
  return values;
}

/** The second value may have one number per channel. */
const periodic = ({ data: a }: LiteValue, { data: b }: LiteValue) =>
  [a.byteOffset, a.length, b.byteOffset, b.length] as const;
