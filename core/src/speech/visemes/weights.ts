import { OratorError } from '../../base/errors.ts';
import { VISEMES } from '../viseme.ts';
import { FEATURES } from './features.ts';

/** One layer: `rows` outputs, each the sum over `columns` inputs ([tap][channel], oldest tap first) plus its bias. */
export interface Layer {
  readonly rows: number;
  readonly columns: number;
  /** [row][column]. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** The network as a file holds it, ready to run. */
export interface VisemeWeights {
  /** The network's answer of one frame describes the sound this many frames (10 ms each) earlier. */
  readonly lookAhead: number;
  readonly channels: number;
  readonly firstTaps: number;
  /** Frames between the three taps of each residual block. */
  readonly dilations: readonly number[];
  readonly first: Layer;
  readonly blocks: readonly Layer[];
  readonly last: Layer;
}

const MAGIC = 0x5349564f; // "OVIS", little-endian
const VERSION = 1;
const HEADER = 16;
/** Taps of a residual block. */
export const BLOCK_TAPS = 3;

/**
 * Reads a weights file: 16 bytes of header, the dilations padded to 4 bytes, scale and bias of every output of every layer
 * as float32, then all weights as int8, [layer][output][tap][input]; a weight is its int8 times its output's scale.
 * @throws {OratorError} `model/missing` when the bytes are not such a file.
 */
export function parseVisemeWeights(bytes: Uint8Array): VisemeWeights {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < HEADER || view.getUint32(0, true) !== MAGIC || view.getUint8(4) !== VERSION) {
    throw broken(`${bytes.byteLength} bytes without the header of version ${VERSION}`);
  }
  const [lookAhead, blockCount, firstTaps] = [view.getUint8(5), view.getUint8(6), view.getUint8(7)];
  const [inputs, channels, outputs] = [view.getUint16(8, true), view.getUint16(10, true), view.getUint16(12, true)];
  if (inputs !== FEATURES || outputs !== VISEMES.length) throw broken(`${inputs} inputs and ${outputs} outputs`);
  const dilations = Array.from({ length: blockCount }, (_, i) => view.getUint8(HEADER + i));
  const shapes = [
    { rows: channels, columns: firstTaps * inputs },
    ...dilations.map(() => ({ rows: channels, columns: BLOCK_TAPS * channels })),
    { rows: outputs, columns: channels },
  ];
  const numbers = HEADER + Math.ceil(blockCount / 4) * 4;
  const rows = shapes.reduce((sum, shape) => sum + shape.rows, 0);
  const size = numbers + 8 * rows + shapes.reduce((sum, shape) => sum + shape.rows * shape.columns, 0);
  if (size !== bytes.byteLength) throw broken(`${bytes.byteLength} bytes instead of ${size}`);
  const layers = readLayers(view, shapes, numbers, numbers + 8 * rows);
  return {
    lookAhead,
    channels,
    firstTaps,
    dilations,
    first: layers[0]!,
    blocks: layers.slice(1, -1),
    last: layers.at(-1)!,
  };
}

function readLayers(
  view: DataView,
  shapes: readonly { rows: number; columns: number }[],
  numbers: number,
  whole: number,
) {
  let [atNumber, atWeight] = [numbers, whole];
  return shapes.map(({ rows, columns }): Layer => {
    const read = (at: number) => Float32Array.from({ length: rows }, (_, row) => view.getFloat32(at + 4 * row, true));
    const scale = read(atNumber);
    const bias = read(atNumber + 4 * rows);
    const weights = new Float32Array(rows * columns);
    for (let i = 0; i < weights.length; i++) weights[i] = view.getInt8(atWeight + i) * scale[Math.floor(i / columns)]!;
    atNumber += 8 * rows;
    atWeight += rows * columns;
    return { rows, columns, weights, bias };
  });
}

const broken = (seen: string) =>
  new OratorError('model/missing', `The viseme weights are damaged: ${seen}. Fetch core/models/visemes.bin again.`);
