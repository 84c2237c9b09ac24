import { DTYPE_BYTES, type Dtype, type StoredTensor } from '../tensor.ts';
import { type ByteSource, readExactly } from './byte-source.ts';
import { PickleDict, readPickleAt } from './pickle.ts';
import type { Refusal } from './refusal.ts';
import { tensorsOf, torchRules } from './torch-tensor.ts';

/** The pickles of 0x1950a86a20f9469cfc6c and of 1001, the format's number. */
export const STREAM_START: readonly number[] = [
  ...[0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e],
  ...[0x80, 2, 0x4d, 0xe9, 3, 0x2e],
];
/** All pickles lie before the numbers; those of 3000 tensors with the optimiser's take some 2 MB. */
const MOST_HEAD_BYTES = 16 << 20;
const COUNT_BYTES = 8;
const MOST_STORAGES = 100_000;

/** Whether a file begins like the stream that torch before 1.6 wrote. */
export const isTorchStream = (head: Uint8Array) => STREAM_START.every((byte, i) => head[i] === byte);

/** Lists the tensors of a file that torch before 1.6 wrote: pickles, then the numbers of every storage. */
export async function readTorchStream(source: ByteSource, refuse: Refusal): Promise<StoredTensor[]> {
  const head = await readExactly(source, 0, Math.min(source.size, MOST_HEAD_BYTES), refuse);
  const system = readPickleAt(head, STREAM_START.length, { globals: new Map(), refuse });
  if (!(system.value instanceof PickleDict) || system.value.get('little_endian') !== true) {
    throw refuse('its numbers are not little-endian');
  }
  const storages = new Map<string, { dtype: Dtype; count: number }>();
  const rules = torchRules(refuse, ({ key, dtype, count }) => {
    const known = storages.get(key);
    if (known && (known.dtype !== dtype || known.count !== count)) throw refuse('a storage is described twice');
    storages.set(key, { dtype, count });
  });
  const object = readPickleAt(head, system.end, rules);
  const keys = readPickleAt(head, object.end, { globals: new Map(), refuse });
  if (!Array.isArray(keys.value) || keys.value.length > MOST_STORAGES) throw refuse('it has no list of storages');
  const places = new Map<string, number>();
  let at = keys.end;
  for (const key of keys.value as readonly unknown[]) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined || places.has(key as string)) throw refuse('its list of storages is wrong');
    const count = await readCount(source, at, refuse);
    if (count !== storage.count) throw refuse('a storage is not as long as it was described');
    places.set(key as string, at + COUNT_BYTES);
    at += COUNT_BYTES + count * DTYPE_BYTES[storage.dtype];
    if (!(at <= source.size)) throw refuse('it is cut off');
  }
  if ([...storages.keys()].some((key) => !places.has(key))) throw refuse('a storage is missing');
  const read = (key: string, from: number, length: number) =>
    readExactly(source, places.get(key)! + from, length, refuse);
  return tensorsOf(object.value, read, refuse);
}

async function readCount(source: ByteSource, at: number, refuse: Refusal): Promise<number> {
  const bytes = await readExactly(source, at, COUNT_BYTES, refuse);
  return Number(new DataView(bytes.buffer, bytes.byteOffset, COUNT_BYTES).getBigInt64(0, true));
}
