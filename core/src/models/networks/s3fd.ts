import { GraphBuilder, type Value } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { convolve, poolLargest, rectify, stack } from '../graph/layers.ts';

/** One convolution: its name and channels; 3 × 3 with padding unless it says otherwise. */
interface Layer {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: number;
}

/** A part of the trunk: it may halve its input first, and its output may be looked at for faces. */
interface Stage {
  readonly pool: boolean;
  readonly layers: readonly Layer[];
  readonly level?: { readonly name: string; readonly channels: number; readonly normalised: boolean };
}

const l = (key: string, from: number, to: number, special: Omit<Layer, 'key' | 'from' | 'to'> = {}): Layer => ({
  key,
  from,
  to,
  ...special,
});

const STAGES: readonly Stage[] = [
  { pool: false, layers: [l('conv1_1', 3, 64), l('conv1_2', 64, 64)] },
  { pool: true, layers: [l('conv2_1', 64, 128), l('conv2_2', 128, 128)] },
  {
    pool: true,
    layers: [l('conv3_1', 128, 256), l('conv3_2', 256, 256), l('conv3_3', 256, 256)],
    level: { name: 'conv3_3_norm', channels: 256, normalised: true },
  },
  {
    pool: true,
    layers: [l('conv4_1', 256, 512), l('conv4_2', 512, 512), l('conv4_3', 512, 512)],
    level: { name: 'conv4_3_norm', channels: 512, normalised: true },
  },
  {
    pool: true,
    layers: [l('conv5_1', 512, 512), l('conv5_2', 512, 512), l('conv5_3', 512, 512)],
    level: { name: 'conv5_3_norm', channels: 512, normalised: true },
  },
  {
    pool: true,
    // The first pads by 3: from here on the maps are 4 cells larger.
    layers: [l('fc6', 512, 1024, { padding: 3 }), l('fc7', 1024, 1024, { kernel: 1, padding: 0 })],
    level: { name: 'fc7', channels: 1024, normalised: false },
  },
  {
    pool: false,
    layers: [l('conv6_1', 1024, 256, { kernel: 1, padding: 0 }), l('conv6_2', 256, 512, { stride: 2 })],
    level: { name: 'conv6_2', channels: 512, normalised: false },
  },
  {
    pool: false,
    layers: [l('conv7_1', 512, 128, { kernel: 1, padding: 0 }), l('conv7_2', 128, 256, { stride: 2 })],
    level: { name: 'conv7_2', channels: 256, normalised: false },
  },
];

/** Levels of the pyramid. Level `i` has a cell for every 2^(i + 2) pixels. */
export const FACE_LEVELS = 6;
/** What the network takes away from red, green and blue. These are means of blue, green and red: it was trained so. */
export const FACE_MEANS = [104, 117, 123] as const;
const TINY = 1e-10;

/**
 * The face detector as it was trained: `image` is f32 `[1, 3, height, width]`, RGB minus {@link FACE_MEANS}. For each level there are `cls`, the
 * weight of "no face" and "face" before the softmax, and `reg`, the place of the box.
 */
export function s3fdGraph(): Graph {
  const graph = new GraphBuilder('s3fd');
  findFaces(graph, graph.input('image', 'f32', [1, 3, 'height', 'width']));
  return graph.build();
}

/** The face detector on pixels: `picture` is u8 `[1, height, width, 3]`, RGB. Outputs as in {@link s3fdGraph}. */
export function s3fdPixelGraph(): Graph {
  const graph = new GraphBuilder('s3fd-pixels');
  const picture = graph.input('picture', 'u8', [1, 'height', 'width', 3]);
  const numbers = graph.apply('Cast', [picture], { to: 1 });
  const centred = graph.apply('Sub', [numbers, graph.floats('means', [3], FACE_MEANS)]);
  findFaces(graph, graph.apply('Transpose', [centred], { perm: [0, 3, 1, 2] }));
  return graph.build();
}

function findFaces(graph: GraphBuilder, image: Value): void {
  let value = image;
  let level = 0;
  for (const { pool, layers, level: head } of STAGES) {
    if (pool) value = poolLargest(graph, value, { kernel: 2, stride: 2 });
    for (const layer of layers) value = rectify(graph, convolveLayer(graph, value, layer));
    if (!head) continue;
    level++;
    const { name, channels, normalised } = head;
    const seen = normalised ? normalise(graph, value, name, channels) : value;
    const kinds = level === 1 ? 4 : 2;
    const raw = convolveLayer(graph, seen, l(`${name}_mbox_conf`, channels, kinds));
    const scores = level === 1 ? withOneBackground(graph, raw) : raw;
    const boxes = convolveLayer(graph, seen, l(`${name}_mbox_loc`, channels, 4));
    graph.output(`cls${level}`, scores, 'f32', [1, 2, `rows${level}`, `columns${level}`]);
    graph.output(`reg${level}`, boxes, 'f32', [1, 4, `rows${level}`, `columns${level}`]);
  }
}

const convolveLayer = (
  graph: GraphBuilder,
  input: Value,
  { key, kernel = 3, stride = 1, padding = 1, from, to }: Layer,
) => convolve(graph, input, key, { from, to, kernel, stride, padding });

/** Scales each cell to the length 1, then each channel by its own weight. */
function normalise(graph: GraphBuilder, input: Value, key: string, channels: number): Value {
  const length = graph.apply('ReduceL2', [input], { axes: [1], keepdims: 1 });
  const unit = graph.apply('Div', [input, graph.apply('Add', [length, graph.floats('tiny', [], [TINY])])]);
  const from = [{ name: `${key}.weight`, shape: [channels] }];
  const weight = graph.weight(`${key}.weight`, [1, channels, 1, 1], from, ([values]) => values!);
  return graph.apply('Mul', [unit, weight]);
}

/** The finest level has three opinions of the background, the strongest of which counts. */
function withOneBackground(graph: GraphBuilder, scores: Value): Value {
  const pick = (name: string, channels: readonly number[]) =>
    graph.apply('Gather', [scores, graph.integers(name, channels)], { axis: 1 });
  const background = graph.apply('ReduceMax', [pick('background', [0, 1, 2])], { axes: [1], keepdims: 1 });
  return stack(graph, [background, pick('face', [3])]);
}
