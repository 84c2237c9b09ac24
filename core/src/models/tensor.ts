import { fromHalf, toHalf } from './half-float.ts';

/** Kinds of numbers that weights are kept as, with the bytes of one. */
export const DTYPE_BYTES = {
  f32: 4,
  f16: 2,
  bf16: 2,
  f64: 8,
  i64: 8,
  i32: 4,
  i16: 2,
  i8: 1,
  u8: 1,
  bool: 1,
} as const;
/** A kind of numbers. */
export type Dtype = keyof typeof DTYPE_BYTES;

/** The name, kind and shape of a tensor, without its values. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** A tensor of a file, whose values are read when they are needed: little-endian, last index fastest. */
export interface StoredTensor extends TensorSpec {
  read(): Promise<Uint8Array>;
}

/** How many numbers a tensor of this shape has; 1 for the empty shape. */
export const countOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

/** A shape for people, as in `3 × 96 × 96`. */
export const wordsForShape = (shape: readonly number[]) => shape.join(' × ') || 'a single number';

type Floats = Float32Array<ArrayBuffer>;

/** The numbers of little-endian bytes as f32, rounded where the kind is wider. */
export function toFloats(dtype: Dtype, bytes: Uint8Array): Floats {
  const count = bytes.length / DTYPE_BYTES[dtype];
  // A copy is aligned, whatever the bytes are a part of. (Node's buffers do not copy when they are sliced.)
  if (dtype === 'f32') return new Float32Array(new Uint8Array(bytes).buffer);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const floats = new Float32Array(count);
  const read = READERS[dtype];
  for (let i = 0; i < count; i++) floats[i] = read(view, i);
  return floats;
}

/** The little-endian bytes of f32 numbers: a view of the same memory. */
export const bytesOfFloats = (floats: Float32Array): Uint8Array =>
  new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);

/** The little-endian bytes of f32 numbers, rounded to half floats. */
export function bytesOfHalves(floats: Float32Array): Uint8Array {
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < halves.length; i++) halves[i] = toHalf(floats[i]!);
  return new Uint8Array(halves.buffer);
}

const word = new DataView(new ArrayBuffer(4));

const READERS: Readonly<Record<Exclude<Dtype, 'f32'>, (view: DataView, index: number) => number>> = {
  f16: (view, i) => fromHalf(view.getUint16(2 * i, true)),
  bf16: (view, i) => {
    word.setUint16(0, view.getUint16(2 * i, true)); // the upper half of an f32
    return word.getFloat32(0);
  },
  f64: (view, i) => view.getFloat64(8 * i, true),
  i64: (view, i) => Number(view.getBigInt64(8 * i, true)),
  i32: (view, i) => view.getInt32(4 * i, true),
  i16: (view, i) => view.getInt16(2 * i, true),
  i8: (view, i) => view.getInt8(i),
  u8: (view, i) => view.getUint8(i),
  bool: (view, i) => view.getUint8(i),
};
