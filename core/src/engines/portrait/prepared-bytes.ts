import { OratorError } from '../../base/errors.ts';
import type { PreparedPortrait } from './prepared.ts';

/** Changes whenever a stored portrait would be drawn differently or cannot be read: part of every cache key. */
export const PREPARED_VERSION = 8;

const MAGIC = 0x31_50_52_4f; // "ORP1", little-endian
const HEADER_BYTES = 12;
const ARRAYS = { u16: Uint16Array, f32: Float32Array, u8: Uint8Array, c8: Uint8ClampedArray } as const;
type ArrayKind = keyof typeof ARRAYS;
type StoredArray = InstanceType<(typeof ARRAYS)[ArrayKind]>;

/** Stands for an array in the text part: its kind, place and length. */
interface ArrayReference {
  readonly $: ArrayKind;
  readonly at: number;
  readonly length: number;
}

/** Packs a prepared portrait: a header, its values as JSON, then its arrays, little-endian and aligned to four bytes. */
export function serialisePortrait(portrait: PreparedPortrait): Uint8Array {
  const arrays: StoredArray[] = [];
  let length = 0;
  const text = JSON.stringify(portrait, (_, value: unknown) => {
    const kind = kindOf(value);
    if (!kind) return value;
    const array = value as StoredArray;
    const reference: ArrayReference = { $: kind, at: length, length: array.length };
    arrays.push(array);
    length += (array.byteLength + 3) & ~3;
    return reference;
  });
  const json = new TextEncoder().encode(text);
  const start = (HEADER_BYTES + json.length + 3) & ~3;
  const bytes = new Uint8Array(start + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, PREPARED_VERSION, true);
  view.setUint32(8, json.length, true);
  bytes.set(json, HEADER_BYTES);
  let at = start;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += (array.byteLength + 3) & ~3;
  }
  return bytes;
}

function kindOf(value: unknown): ArrayKind | undefined {
  for (const kind of Object.keys(ARRAYS) as ArrayKind[]) if (value instanceof ARRAYS[kind]) return kind;
  return undefined;
}

/**
 * Reads what `serialisePortrait` wrote; the result owns its memory.
 * @throws {OratorError} `internal` when the bytes are of another version or damaged: prepare the photo again.
 */
export function parsePortrait(bytes: Uint8Array): PreparedPortrait {
  const fail = (why: string) => new OratorError('internal', `The stored portrait ${why}. Prepare the photo again.`);
  if (bytes.length < HEADER_BYTES) throw fail('is cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw fail('is not a portrait');
  if (view.getUint32(4, true) !== PREPARED_VERSION) throw fail('was made by another version');
  const jsonLength = view.getUint32(8, true);
  const start = (HEADER_BYTES + jsonLength + 3) & ~3;
  if (start > bytes.length) throw fail('is cut short');
  const text = new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + jsonLength));
  return JSON.parse(text, (_, value: unknown) => {
    if (!isReference(value)) return value;
    const kind = ARRAYS[value.$];
    const from = start + value.at;
    if (from + value.length * kind.BYTES_PER_ELEMENT > bytes.length) throw fail('is cut short');
    return new kind(new Uint8Array(bytes.subarray(from, from + value.length * kind.BYTES_PER_ELEMENT)).buffer);
  }) as PreparedPortrait;
}

function isReference(value: unknown): value is ArrayReference {
  return typeof value === 'object' && value !== null && '$' in value && (value as ArrayReference).$ in ARRAYS;
}
