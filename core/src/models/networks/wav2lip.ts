import { NETWORK, type Shell } from '../formats/onnx-splice.ts';
import { GraphBuilder, type Value } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { type Convolution, convolve, convolveNormalised, type Pair, rectify, squash, stack } from '../graph/layers.ts';

/** Sides of the faces that there are networks for. */
export const FACE_SIZES = [96, 256] as const;
/** The side of a face as the network sees it, in pixels. */
export type FaceSize = (typeof FACE_SIZES)[number];
/** Bands of a column of mel. */
export const MEL_BANDS = 80;
/** Columns for one frame: 0.2 s of sound, from the time of the frame on. */
export const MEL_COLUMNS = 16;

/** A convolution, its normalisation and a rectifier; where it is residual, what came in is added before the last. */
type Unit = Convolution & { readonly residual?: boolean };
type Block = readonly Unit[];

const c = (from: number, to: number, kernel: number, stride: number | Pair, padding: number): Unit => ({
  from,
  to,
  kernel,
  stride,
  padding,
});
const r = (channels: number): Unit => ({ ...c(channels, channels, 3, 1, 1), residual: true });
/** Doubles the sides. */
const t = (from: number, to: number): Unit => ({ ...c(from, to, 3, 2, 1), transposed: true, outputPadding: 1 });
/** Makes one cell into a square. */
const spread = (from: number, to: number, kernel: number): Unit => ({ ...c(from, to, kernel, 1, 0), transposed: true });

const AUDIO_ENCODER: Block = [
  ...[c(1, 32, 3, 1, 1), r(32), r(32)],
  ...[c(32, 64, 3, [3, 1], 1), r(64), r(64)],
  ...[c(64, 128, 3, 3, 1), r(128), r(128)],
  ...[c(128, 256, 3, [3, 2], 1), r(256)],
  ...[c(256, 512, 3, 1, 0), c(512, 512, 1, 1, 0)],
];

const COMMON_ENCODER: readonly Block[] = [
  [c(6, 16, 7, 1, 3)],
  [c(16, 32, 3, 2, 1), r(32), r(32)],
  [c(32, 64, 3, 2, 1), r(64), r(64), r(64)],
  [c(64, 128, 3, 2, 1), r(128), r(128)],
  [c(128, 256, 3, 2, 1), r(256), r(256)],
  [c(256, 512, 3, 2, 1), r(512)],
];
const COMMON_DECODER: readonly Block[] = [
  [t(768, 384), r(384), r(384)],
  [t(512, 256), r(256), r(256)],
  [t(320, 128), r(128), r(128)],
  [t(160, 64), r(64), r(64)],
];

/** What differs by the size of the face. Encoder and decoder have as many blocks: each of the latter ends with a skip from the former. */
const NETWORKS: Readonly<Record<FaceSize, { readonly encoder: readonly Block[]; readonly decoder: readonly Block[] }>> =
  {
    96: {
      encoder: [...COMMON_ENCODER, [c(512, 512, 3, 1, 0), c(512, 512, 1, 1, 0)]],
      decoder: [
        [c(512, 512, 1, 1, 0)],
        [spread(1024, 512, 3), r(512)],
        [t(1024, 512), r(512), r(512)],
        ...COMMON_DECODER,
      ],
    },
    256: {
      encoder: [...COMMON_ENCODER, [c(512, 512, 3, 2, 1), r(512)], [c(512, 512, 4, 1, 0), c(512, 512, 1, 1, 0)]],
      decoder: [
        [c(512, 512, 1, 1, 0)],
        [spread(1024, 512, 4), r(512)],
        [t(1024, 512), r(512)],
        [t(1024, 512), r(512), r(512)],
        ...COMMON_DECODER,
      ],
    },
  };

/**
 * The network as it was trained. `mel` is f32 `[batch, 1, 80, 16]`, -4..4; `face` f32 `[batch, 6, size, size]`, 0..1, BGR twice: with the lower
 * half black, then whole. `mouth` is f32 `[batch, 3, size, size]`, 0..1, BGR; `embedding` what it makes of the sound.
 */
export function wav2lipGraph(size: FaceSize): Graph {
  const graph = new GraphBuilder(`wav2lip-${size}`);
  const mel = graph.input('mel', 'f32', ['batch', 1, MEL_BANDS, MEL_COLUMNS]);
  const face = graph.input('face', 'f32', ['batch', 6, size, size]);
  const { mouth, embedding } = speak(graph, size, mel, face);
  graph.output('mouth', mouth, 'f32', ['batch', 3, size, size]);
  graph.output('embedding', embedding, 'f32', ['batch', 512, 1, 1]);
  return graph.build();
}

/**
 * The network between pixels: `crops` is u8 `[batch, size, size, 3]`, RGB; `mouths` the same faces, speaking. Masking, scaling and the order of
 * channels happen inside. `mel` as in {@link wav2lipGraph}.
 */
export function wav2lipPixelGraph(size: FaceSize): Graph {
  return pixelGraph(size, (graph, mel, face) => speak(graph, size, mel, face).mouth);
}

/** The same around a network that others published as ONNX. */
export function wav2lipShell(size: FaceSize): Shell {
  return {
    graph: pixelGraph(size, (graph, mel, face) => graph.apply(NETWORK, [mel, face])),
    inputs: [
      ['batch', 1, MEL_BANDS, MEL_COLUMNS],
      ['batch', 6, size, size],
    ],
    output: ['batch', 3, size, size],
  };
}

function pixelGraph(size: FaceSize, draw: (graph: GraphBuilder, mel: Value, face: Value) => Value): Graph {
  const graph = new GraphBuilder(`wav2lip-${size}-pixels`);
  const mel = graph.input('mel', 'f32', ['batch', 1, MEL_BANDS, MEL_COLUMNS]);
  const crops = graph.input('crops', 'u8', ['batch', size, size, 3]);
  const reversed = graph.integers('channels', [2, 1, 0]);
  const numbers = graph.apply('Cast', [crops], { to: 1 });
  const planes = graph.apply('Transpose', [numbers], { perm: [0, 3, 1, 2] });
  const bgr = graph.apply('Gather', [planes, reversed], { axis: 1 });
  const whole = graph.apply('Mul', [bgr, graph.floats('one_255th', [], [1 / 255])]);
  const rows = Array.from({ length: size }, (_, row) => (row < size / 2 ? 1 : 0));
  const upper = graph.apply('Mul', [whole, graph.floats('upper_half', [1, 1, size, 1], rows)]);
  const mouth = draw(graph, mel, stack(graph, [upper, whole]));
  const scaled = graph.apply('Mul', [mouth, graph.floats('range', [], [255])]);
  // What becomes a whole number is cut off: half of one makes that rounding.
  const rounded = graph.apply('Add', [scaled, graph.floats('half', [], [0.5])]);
  const rgb = graph.apply('Gather', [rounded, reversed], { axis: 1 });
  const pixels = graph.apply('Transpose', [rgb], { perm: [0, 2, 3, 1] });
  graph.output('mouths', graph.apply('Cast', [pixels], { to: 2 }), 'u8', ['batch', size, size, 3]);
  return graph.build();
}

function speak(graph: GraphBuilder, size: FaceSize, mel: Value, face: Value): { mouth: Value; embedding: Value } {
  const { encoder, decoder } = NETWORKS[size];
  const embedding = runBlock(graph, mel, 'audio_encoder', AUDIO_ENCODER);
  const skips: Value[] = [];
  let seen = face;
  for (const [i, block] of encoder.entries()) {
    seen = runBlock(graph, seen, `face_encoder_blocks.${i}`, block);
    skips.push(seen);
  }
  let drawn = embedding;
  for (const [i, block] of decoder.entries()) {
    drawn = stack(graph, [runBlock(graph, drawn, `face_decoder_blocks.${i}`, block), skips.pop()!]);
  }
  const last = runUnit(graph, drawn, 'output_block.0', c(80, 32, 3, 1, 1));
  return { mouth: squash(graph, convolve(graph, last, 'output_block.1', c(32, 3, 1, 1, 0))), embedding };
}

const runBlock = (graph: GraphBuilder, input: Value, key: string, block: Block) =>
  block.reduce((value, unit, j) => runUnit(graph, value, `${key}.${j}`, unit), input);

function runUnit(graph: GraphBuilder, input: Value, key: string, unit: Unit): Value {
  const keys = { convolution: `${key}.conv_block.0`, normalisation: `${key}.conv_block.1` };
  const convolved = convolveNormalised(graph, input, keys, unit);
  return rectify(graph, unit.residual ? graph.apply('Add', [convolved, input]) : convolved);
}
