import { countOf, DTYPE_BYTES, type Dtype, type StoredTensor, type TensorSpec } from '../tensor.ts';
import { type ByteSource, readExactly } from './byte-source.ts';
import type { Refusal } from './refusal.ts';

const LENGTH_BYTES = 8;
/** The format's own limit is 100 MB; models of 3000 tensors need 0.5. */
const MOST_HEADER_BYTES = 16 << 20;
const MOST_SIDES = 8;

const DTYPES: ReadonlyMap<unknown, Dtype> = new Map([
  ['F32', 'f32'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
  ['F64', 'f64'],
  ['I64', 'i64'],
  ['I32', 'i32'],
  ['I16', 'i16'],
  ['I8', 'i8'],
  ['U8', 'u8'],
  ['BOOL', 'bool'],
]);

/** Lists the tensors of a `.safetensors` file; whatever the format's rules forbid is refused. */
export async function readSafetensors(source: ByteSource, refuse: Refusal): Promise<readonly StoredTensor[]> {
  const length = await readExactly(source, 0, LENGTH_BYTES, refuse);
  const headerBytes = Number(new DataView(length.buffer, length.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
  if (headerBytes > MOST_HEADER_BYTES) throw refuse(`its header claims ${headerBytes} bytes`);
  const header = parseHeader(await readExactly(source, LENGTH_BYTES, headerBytes, refuse), refuse);
  const start = LENGTH_BYTES + headerBytes;
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, facts]) => tensorOf(name, facts, source, start, refuse));
  // The values follow each other without gaps or overlaps, up to the end.
  let end = start;
  for (const { at, bytes } of tensors.map(({ place }) => place).sort((a, b) => a.at - b.at || a.bytes - b.bytes)) {
    if (at !== end) throw refuse('its tensors overlap or leave gaps');
    end = at + bytes;
  }
  if (end !== source.size) throw refuse(end > source.size ? 'it is cut off' : 'something follows its tensors');
  return tensors.map(({ tensor }) => tensor);
}

function parseHeader(bytes: Uint8Array, refuse: Refusal): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return { ...header };
  } catch {
    // said below
  }
  throw refuse('its header is no list of tensors');
}

function tensorOf(name: string, facts: unknown, source: ByteSource, start: number, refuse: Refusal) {
  const { dtype: kind, shape, data_offsets: offsets } = (facts ?? {}) as Record<string, unknown>;
  const dtype = DTYPES.get(kind);
  if (dtype === undefined) throw refuse(`"${name.slice(0, 80)}" has numbers of the kind ${String(kind).slice(0, 20)}`);
  if (!isCounts(shape) || !isCounts(offsets) || shape.length > MOST_SIDES || offsets.length !== 2) {
    throw refuse(`"${name.slice(0, 80)}" has no shape or place`);
  }
  const [from, to] = offsets as readonly [number, number];
  if (to - from !== countOf(shape) * DTYPE_BYTES[dtype]) throw refuse(`"${name.slice(0, 80)}" does not fill its place`);
  const place = { at: start + from, bytes: to - from };
  const spec: TensorSpec = { name, dtype, shape };
  return { place, tensor: { ...spec, read: () => readExactly(source, place.at, place.bytes, refuse) } };
}

const isCounts = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);

/** What is written of a tensor. */
export interface WrittenTensor extends TensorSpec {
  readonly bytes: Uint8Array;
}

/** Writes tensors as a `.safetensors` file, in the order given. */
export function* writeSafetensors(tensors: readonly WrittenTensor[]): Generator<Uint8Array> {
  const names = new Map([...DTYPES].map(([name, dtype]) => [dtype, name]));
  let at = 0;
  const header: Record<string, unknown> = {};
  for (const { name, dtype, shape, bytes } of tensors) {
    header[name] = { dtype: names.get(dtype), shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  const text = JSON.stringify(header);
  // Values begin at a multiple of eight bytes.
  const encoded = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil(encoded.length / 8) * 8).fill(0x20);
  padded.set(encoded);
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true);
  yield length;
  yield padded;
  for (const { bytes } of tensors) yield bytes;
}
