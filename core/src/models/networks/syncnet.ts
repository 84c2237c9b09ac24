import { GraphBuilder, type Value } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { connect, convolveNormalised, type Pair, poolLargest, rectify } from '../graph/layers.ts';

/** Frames that a look at the lips takes. */
export const LIP_FRAMES = 5;
/** Side of the pictures of the face. */
export const LIP_SIZE = 224;
/** Numbers of a column of sound, and columns of a look at it: 0.2 s. */
export const [MFCC_BANDS, MFCC_COLUMNS] = [13, 20] as const;
/** Numbers that describe a look. */
export const SYNC_FEATURES = 1024;

/** A convolution, its normalisation and a rectifier, or a pool; `at` is its number among the layers of the reference. */
type Layer =
  | {
      readonly at: number;
      readonly from: number;
      readonly to: number;
      readonly kernel: Pair;
      readonly stride?: number;
      readonly padding?: number;
    }
  | { readonly pool: number; readonly stride: Pair; readonly padding?: number };

/** The first layer looks at three colours of five frames at once: in one plane those are fifteen channels. */
const LIPS: readonly Layer[] = [
  { at: 0, from: 3 * LIP_FRAMES, to: 96, kernel: [7, 7], stride: 2 },
  { pool: 3, stride: [2, 2] },
  { at: 4, from: 96, to: 256, kernel: [5, 5], stride: 2, padding: 1 },
  { pool: 3, stride: [2, 2], padding: 1 },
  { at: 8, from: 256, to: 256, kernel: [3, 3], padding: 1 },
  { at: 11, from: 256, to: 256, kernel: [3, 3], padding: 1 },
  { at: 14, from: 256, to: 256, kernel: [3, 3], padding: 1 },
  { pool: 3, stride: [2, 2] },
  { at: 18, from: 256, to: 512, kernel: [6, 6] },
];

const SOUND: readonly Layer[] = [
  { at: 0, from: 1, to: 64, kernel: [3, 3], padding: 1 },
  { at: 4, from: 64, to: 192, kernel: [3, 3], padding: 1 },
  { pool: 3, stride: [1, 2] },
  { at: 8, from: 192, to: 384, kernel: [3, 3], padding: 1 },
  { at: 11, from: 384, to: 256, kernel: [3, 3], padding: 1 },
  { at: 14, from: 256, to: 256, kernel: [3, 3], padding: 1 },
  { pool: 3, stride: [2, 2] },
  { at: 18, from: 256, to: 512, kernel: [5, 4] },
];

/** How the lips look: `lips` is f32 `[batch, 3, 5, 224, 224]`, BGR, 0..255, five frames in a row; `features` f32 `[batch, 1024]`. */
export function syncnetLipGraph(): Graph {
  const graph = new GraphBuilder('syncnet-lips');
  const lips = graph.input('lips', 'f32', ['batch', 3, LIP_FRAMES, LIP_SIZE, LIP_SIZE]);
  const plane = graph.integers('plane', [-1, 3 * LIP_FRAMES, LIP_SIZE, LIP_SIZE]);
  const flat = graph.apply('Reshape', [lips, plane]);
  describe(graph, runLayers(graph, flat, 'netcnnlip', LIPS, volumeShape), 'netfclip');
  return graph.build();
}

/** How the sound is: `mfcc` is f32 `[batch, 1, 13, 20]`; `features` f32 `[batch, 1024]`. */
export function syncnetSoundGraph(): Graph {
  const graph = new GraphBuilder('syncnet-sound');
  const mfcc = graph.input('mfcc', 'f32', ['batch', 1, MFCC_BANDS, MFCC_COLUMNS]);
  describe(graph, runLayers(graph, mfcc, 'netcnnaud', SOUND, undefined), 'netfcaud');
  return graph.build();
}

/** The reference keeps the weights of its pictures as volumes; laid out they are the same numbers in the same order. */
const volumeShape = (at: number, from: number, to: number, kernel: Pair) =>
  at === 0 ? [to, from / LIP_FRAMES, LIP_FRAMES, ...kernel] : [to, from, 1, ...kernel];

function runLayers(
  graph: GraphBuilder,
  input: Value,
  key: string,
  layers: readonly Layer[],
  weightShape: typeof volumeShape | undefined,
): Value {
  return layers.reduce((value, layer) => {
    if ('pool' in layer) return poolLargest(graph, value, { ...layer, kernel: layer.pool });
    const { at, from, to, kernel } = layer;
    const keys = { convolution: `${key}.${at}`, normalisation: `${key}.${at + 1}` };
    const shape = weightShape?.(at, from, to, kernel);
    return rectify(graph, convolveNormalised(graph, value, keys, { ...layer, weightShape: shape }));
  }, input);
}

function describe(graph: GraphBuilder, input: Value, key: string): void {
  const flat = graph.apply('Flatten', [input], { axis: 1 });
  const middle = connect(graph, flat, `${key}.0`, { from: 512, to: 512, normalisation: `${key}.1` });
  const features = connect(graph, rectify(graph, middle), `${key}.3`, { from: 512, to: SYNC_FEATURES });
  graph.output('features', features, 'f32', ['batch', SYNC_FEATURES]);
}
