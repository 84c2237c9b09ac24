import { type ByteSource, readExactly } from './byte-source.ts';
import type { Refusal } from './refusal.ts';
import { CENTRAL, CENTRAL_BYTES, type Crc32, END, END_BYTES, LOCAL, LOCAL_BYTES } from './zip-layout.ts';

const END_64 = 0x0606_4b50;
const LOCATOR_64 = 0x0706_4b50;
const [END_64_BYTES, LOCATOR_64_BYTES] = [56, 20];
/** A number that did not fit and stands in the extra field. */
const ELSEWHERE = 0xffff_ffff;
const EXTRA_64 = 1;
const LONGEST_COMMENT_BYTES = 0xffff;
/** The largest known files of weights have some 3000 tensors. */
const MOST_ENTRIES = 0xfffe;
const MOST_DIRECTORY_BYTES = 32 << 20;

interface Place {
  readonly header: number;
  readonly bytes: number;
  readonly crc: number;
}

/**
 * An archive without compression, as torch writes them, also beyond 4 GB. Names are looked up, never used as paths; what it claims is
 * believed only as far as the file reaches.
 */
export class StoredZip {
  readonly #source: ByteSource;
  readonly #places: ReadonlyMap<string, Place>;
  readonly #crc32: Crc32;
  readonly #refuse: Refusal;

  private constructor(source: ByteSource, places: ReadonlyMap<string, Place>, crc32: Crc32, refuse: Refusal) {
    this.#source = source;
    this.#places = places;
    this.#crc32 = crc32;
    this.#refuse = refuse;
  }

  /** Reads the list of entries; what is no such archive is refused. */
  static async open(source: ByteSource, crc32: Crc32, refuse: Refusal): Promise<StoredZip> {
    return new StoredZip(source, await readDirectory(source, refuse), crc32, refuse);
  }

  get names(): readonly string[] {
    return [...this.#places.keys()];
  }

  /** The size of an entry, or `undefined` without one of that name. */
  bytesOf(name: string): number | undefined {
    return this.#places.get(name)?.bytes;
  }

  /** Reads `length` bytes of an entry from `from`; the checksum is compared where they are all of it. */
  async read(name: string, from = 0, length = (this.bytesOf(name) ?? 0) - from): Promise<Uint8Array> {
    const place = this.#places.get(name);
    if (place === undefined) throw this.#refuse(`"${name.slice(0, 80)}" is missing in it`);
    if (from < 0 || length < 0 || from + length > place.bytes) throw this.#refuse('an entry is too short');
    const header = viewOf(await readExactly(this.#source, place.header, LOCAL_BYTES, this.#refuse));
    if (header.getUint32(0, true) !== LOCAL) throw this.#refuse('an entry is not where it should be');
    const start = place.header + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
    const bytes = await readExactly(this.#source, start + from, length, this.#refuse);
    if (length === place.bytes && this.#crc32(bytes) !== place.crc) throw this.#refuse('an entry is damaged');
    return bytes;
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Where the list of entries lies. */
interface Directory {
  readonly count: number;
  readonly at: number;
  readonly bytes: number;
}

async function readDirectory(source: ByteSource, refuse: Refusal): Promise<Map<string, Place>> {
  const { count, at: from, bytes } = await findDirectory(source, refuse);
  if (count > MOST_ENTRIES || bytes > MOST_DIRECTORY_BYTES || !(from + bytes <= source.size)) {
    throw refuse('its list of entries is too long or lies elsewhere');
  }
  const list = await readExactly(source, from, bytes, refuse);
  const view = viewOf(list);
  const places = new Map<string, Place>();
  for (let at = 0, i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > list.length || view.getUint32(at, true) !== CENTRAL) throw refuse('its list is cut off');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const nameEnd = at + CENTRAL_BYTES + nameBytes!;
    const end = nameEnd + extraBytes! + commentBytes!;
    if (end > list.length) throw refuse('its list is cut off');
    const name = new TextDecoder().decode(list.subarray(at + CENTRAL_BYTES, nameEnd));
    if (places.has(name)) throw refuse('two entries have one name');
    places.set(name, placeOf(view, at, nameEnd, nameEnd + extraBytes!, refuse));
    at = end;
  }
  return places;
}

/** One entry of the list; sizes and places beyond 4 GB stand in its extra field, in this order, where they are needed. */
function placeOf(view: DataView, at: number, extra: number, extraEnd: number, refuse: Refusal): Place {
  const large = largeNumbers(view, extra, extraEnd, refuse);
  const wide = (field: number) => {
    const value = view.getUint32(at + field, true);
    return value === ELSEWHERE ? large() : value;
  };
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [stored, packed, header] = [wide(24), wide(20), wide(42)];
  if (method !== 0 || packed !== stored || flags & 1) throw refuse('an entry is compressed or encrypted');
  return { header, bytes: stored, crc: view.getUint32(at + 16, true) };
}

/** Gives the numbers of the extra field one by one. */
function largeNumbers(view: DataView, from: number, end: number, refuse: Refusal): () => number {
  let next = end;
  let last = end;
  for (let at = from; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== EXTRA_64) continue;
    next = at + 4;
    last = Math.min(end, next + view.getUint16(at + 2, true));
    break;
  }
  return () => {
    if (next + 8 > last) throw refuse('a size is missing in its list');
    next += 8;
    return Number(view.getBigUint64(next - 8, true));
  };
}

async function findDirectory(source: ByteSource, refuse: Refusal): Promise<Directory> {
  const length = Math.min(source.size, LOCATOR_64_BYTES + END_BYTES + LONGEST_COMMENT_BYTES);
  const tail = viewOf(await readExactly(source, source.size - length, length, refuse));
  for (let at = length - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    const locator = at - LOCATOR_64_BYTES;
    if (locator >= 0 && tail.getUint32(locator, true) === LOCATOR_64) {
      return readLargeEnd(source, Number(tail.getBigUint64(locator + 8, true)), refuse);
    }
    return {
      count: tail.getUint16(at + 10, true),
      bytes: tail.getUint32(at + 12, true),
      at: tail.getUint32(at + 16, true),
    };
  }
  throw refuse('it has no list of entries');
}

async function readLargeEnd(source: ByteSource, at: number, refuse: Refusal): Promise<Directory> {
  const end = viewOf(await readExactly(source, at, END_64_BYTES, refuse));
  if (end.getUint32(0, true) !== END_64) throw refuse('its list of entries lies elsewhere');
  const [count, bytes, from] = [32, 40, 48].map((field) => Number(end.getBigUint64(field, true)));
  return { count: count!, bytes: bytes!, at: from! };
}
