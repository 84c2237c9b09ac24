import type { Refusal } from './refusal.ts';

/** One field of a message as bytes. */
export type Encoded = Uint8Array;

/** Whole numbers, as protocol buffers write them: seven bits a byte, the lowest first. */
export function varint(value: number | bigint): readonly number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}

const tag = (field: number, wire: number) => varint((field << 3) | wire);
const utf8 = new TextEncoder();

/** A field with a whole number. */
export const numberField = (field: number, value: number): Encoded =>
  Uint8Array.from([...tag(field, 0), ...varint(value)]);

/** A field with an f32. */
export function floatField(field: number, value: number): Encoded {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return Uint8Array.from([...tag(field, 5), ...bytes]);
}

/** A field with a text. */
export const textField = (field: number, value: string): Encoded => messageField(field, [utf8.encode(value)]);

/** The beginning of a field of `length` bytes, which follow. */
export const fieldHead = (field: number, length: number): Encoded =>
  Uint8Array.from([...tag(field, 2), ...varint(length)]);

/** A field with a message. */
export const messageField = (field: number, parts: readonly Encoded[]): Encoded =>
  joined([fieldHead(field, lengthOf(parts)), ...parts]);

/** The bytes of all parts together. */
export const lengthOf = (parts: readonly Encoded[]) => parts.reduce((sum, { length }) => sum + length, 0);

/** All parts, one after the other. */
export function joined(parts: readonly Encoded[]): Encoded {
  const all = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A field that was read: its number, and a whole number or bytes. */
export interface DecodedField {
  readonly field: number;
  /** 0 = whole number, 1 = eight bytes, 2 = bytes, 5 = four bytes. */
  readonly wire: number;
  readonly value: bigint;
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** The fields of a message, in order; bytes are views. What is cut off or of an unknown kind is refused. */
export function* readFields(message: Uint8Array, refuse: Refusal): Generator<DecodedField> {
  let at = 0;
  const readVarint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 64n; shift += 7n) {
      if (at === message.length) throw refuse('it is cut off');
      const byte = message[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw refuse('a number is too long');
  };
  const take = (length: bigint | number) => {
    if (length > message.length - at) throw refuse('it is cut off');
    const from = at;
    at += Number(length);
    return message.subarray(from, at);
  };
  while (at < message.length) {
    const key = readVarint();
    const [field, wire] = [Number(key >> 3n), Number(key & 7n)];
    if (field === 0 || field > 0x1fff_ffff) throw refuse('a field has no number');
    if (wire === 0) yield { field, wire, value: readVarint(), bytes: NOTHING };
    else if (wire === 1) yield { field, wire, value: 0n, bytes: take(8) };
    else if (wire === 2) yield { field, wire, value: 0n, bytes: take(readVarint()) };
    else if (wire === 5) yield { field, wire, value: 0n, bytes: take(4) };
    else throw refuse('a field is of an unknown kind');
  }
}

/** The whole numbers of a repeated field, packed or not. */
export function integersOf(field: DecodedField, refuse: Refusal): bigint[] {
  if (field.wire === 0) return [field.value];
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of field.bytes) {
    if (shift > 63n) throw refuse('a number is too long');
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) {
      values.push(BigInt.asUintN(64, value));
      value = 0n;
      shift = 0n;
    }
  }
  if (shift > 0n) throw refuse('it is cut off');
  return values;
}
