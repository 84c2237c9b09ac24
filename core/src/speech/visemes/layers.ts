import { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import type { Layer, VisemeWeights } from './weights.ts';

/** Rows that the kernel sums side by side. */
const GROUP = 16;
/** The most inputs that one call takes: two share every read of a weight, which makes each a third cheaper. */
export const NETWORK_FRAMES = 2;

/** Runs one layer on `inputs` inputs that stand one after the other in `input`; the outputs stand in `output`, `pitch` apart. */
export interface LayerRunner {
  readonly input: Float32Array;
  readonly output: Float32Array;
  /** From one output to the next, in numbers: the rows, rounded up. */
  readonly pitch: number;
  run(inputs: number): void;
}

/** All layers of a network, first to last. Whoever runs one has its input and output until the next one is run. */
export type Layers = readonly LayerRunner[];

const prepared = new WeakMap<VisemeWeights, Layers>();

/** The layers of these weights, prepared once for all networks that share them: a thread runs one network at a time. */
export function layersOf(weights: VisemeWeights): Layers {
  const layers = prepared.get(weights) ?? prepareLayers([weights.first, ...weights.blocks, weights.last]);
  prepared.set(weights, layers);
  return layers;
}

function prepareLayers(layers: readonly Layer[]): Layers {
  const widest = Math.max(...layers.map(({ columns }) => columns));
  const highest = Math.max(...layers.map(({ rows }) => pitchOf(rows)));
  const numbers = layers.map(({ rows, columns }) => pitchOf(rows) * (columns + 1));
  const all = numbers.reduce((sum, count) => sum + count, NETWORK_FRAMES * (widest + highest));
  const memory = new KernelMemory(all * 4, layers.length + 2);
  const input = memory.floats(NETWORK_FRAMES * widest);
  const output = memory.floats(NETWORK_FRAMES * highest);
  return layers.map((layer, i) => {
    const packed = memory.floats(numbers[i]!);
    pack(layer, packed);
    const pitch = pitchOf(layer.rows);
    const [at, from, to] = [packed.byteOffset, input.byteOffset, output.byteOffset];
    const run = (inputs: number) => memory.kernels.runLayer(at, layer.columns, pitch / GROUP, from, inputs, to);
    return { input, output, pitch, run };
  });
}

const pitchOf = (rows: number) => Math.ceil(rows / GROUP) * GROUP;

/** As `core/kernels/layer.ts` reads it: group by group its biases, then the weights of its rows column by column. */
function pack({ rows, columns, weights, bias }: Layer, to: Float32Array): void {
  for (let row = 0; row < rows; row++) {
    const lane = row % GROUP;
    const at = (row - lane) * (columns + 1) + lane;
    to[at] = bias[row]!;
    for (let column = 0; column < columns; column++) to[at + (column + 1) * GROUP] = weights[row * columns + column]!;
  }
}
