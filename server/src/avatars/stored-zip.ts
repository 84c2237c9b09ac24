import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { OratorError } from '@orator/core/base/errors';

const LOCAL = 0x0403_4b50;
const CENTRAL = 0x0201_4b50;
const END = 0x0605_4b50;
const [LOCAL_BYTES, CENTRAL_BYTES, END_BYTES] = [30, 46, 22];
/** Zip counts entries in 16 bits and places in 32; its extension for more is not needed here. */
const MOST_ENTRIES = 0xfffe;
const MOST_BYTES = 0xffff_fffe;
const MOST_DIRECTORY_BYTES = 32 << 20;
/** 1 January 1980, the earliest date there is: archives of the same content are the same bytes. */
const DATE = 0x21;

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Writes entries, as they come, to an archive without compression. Holds one entry at a time. */
export async function* writeZip(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const directory: Buffer[] = [];
  let at = 0;
  for await (const { name, bytes } of entries) {
    const nameBytes = Buffer.from(name);
    const crc = crc32(bytes);
    const local = Buffer.alloc(LOCAL_BYTES);
    local.writeUInt32LE(LOCAL, 0);
    writeFacts(local, 4, crc, bytes.length, nameBytes.length);
    const central = Buffer.alloc(CENTRAL_BYTES);
    central.writeUInt32LE(CENTRAL, 0);
    central.writeUInt16LE(20, 4); // made by version 2.0
    writeFacts(central, 6, crc, bytes.length, nameBytes.length);
    central.writeUInt32LE(at, 42);
    directory.push(Buffer.concat([central, nameBytes]));
    at += LOCAL_BYTES + nameBytes.length + bytes.length;
    if (directory.length > MOST_ENTRIES || at > MOST_BYTES) throw invalidZip('it would hold too much');
    yield Buffer.concat([local, nameBytes]);
    yield bytes;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  yield Buffer.concat([list, end]);
}

/** What both headers of an entry say: version, flags, method 0, time, date, checksum, size twice, length of the name. */
function writeFacts(header: Buffer, from: number, crc: number, size: number, nameBytes: number): void {
  header.writeUInt16LE(20, from);
  header.writeUInt16LE(DATE, from + 8);
  header.writeUInt32LE(crc, from + 10);
  header.writeUInt32LE(size, from + 14);
  header.writeUInt32LE(size, from + 18);
  header.writeUInt16LE(nameBytes, from + 22);
}

interface Place {
  readonly header: number;
  readonly bytes: number;
  readonly crc: number;
}

/** An open archive without compression; disposing it closes the file. */
export class StoredZip implements AsyncDisposable {
  readonly #file: Awaited<ReturnType<typeof open>>;
  readonly #places: ReadonlyMap<string, Place>;

  private constructor(file: Awaited<ReturnType<typeof open>>, places: ReadonlyMap<string, Place>) {
    this.#file = file;
    this.#places = places;
  }

  /** @throws {OratorError} `avatar/invalid` for what is no such archive. */
  static async open(path: string): Promise<StoredZip> {
    const file = await open(path, 'r');
    try {
      return new StoredZip(file, await readDirectory(file));
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  get names(): readonly string[] {
    return [...this.#places.keys()];
  }

  /** The size of an entry, or `undefined` without one of that name. */
  bytesOf(name: string): number | undefined {
    return this.#places.get(name)?.bytes;
  }

  /**
   * Reads `length` bytes of an entry from `from`; the checksum is compared where they are all of it.
   * @throws {OratorError} `avatar/invalid`
   */
  async read(name: string, from = 0, length = (this.bytesOf(name) ?? 0) - from): Promise<Uint8Array> {
    const place = this.#places.get(name);
    if (place === undefined) throw invalidZip(`"${name.slice(0, 80)}" is missing`);
    if (from < 0 || length < 0 || from + length > place.bytes) throw invalidZip('an entry is too short');
    const header = await readAt(this.#file, place.header, LOCAL_BYTES);
    if (header.readUInt32LE(0) !== LOCAL) throw invalidZip('an entry is not where it should be');
    const start = place.header + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
    const bytes = await readAt(this.#file, start + from, length);
    if (length === place.bytes && crc32(bytes) !== place.crc) throw invalidZip('an entry is damaged');
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

async function readDirectory(file: Awaited<ReturnType<typeof open>>): Promise<Map<string, Place>> {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - END_BYTES - 0xffff), Math.min(size, END_BYTES + 0xffff));
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + END_BYTES > tail.length) throw invalidZip('it has no list of entries');
  const [count, bytes, from] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (count > MOST_ENTRIES || bytes > MOST_DIRECTORY_BYTES || from + bytes > size) {
    throw invalidZip('its list of entries is too long or lies elsewhere');
  }
  const list = await readAt(file, from, bytes);
  const places = new Map<string, Place>();
  for (let at = 0, i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > list.length || list.readUInt32LE(at) !== CENTRAL) throw invalidZip('its list is cut off');
    const [flags, method] = [list.readUInt16LE(at + 8), list.readUInt16LE(at + 10)];
    const [packed, stored] = [list.readUInt32LE(at + 20), list.readUInt32LE(at + 24)];
    if (method !== 0 || packed !== stored || flags & 1) throw invalidZip('an entry is compressed or encrypted');
    const nameEnd = at + CENTRAL_BYTES + list.readUInt16LE(at + 28);
    const name = list.toString('utf8', at + CENTRAL_BYTES, nameEnd);
    if (places.has(name)) throw invalidZip('two entries have one name');
    places.set(name, { header: list.readUInt32LE(at + 42), bytes: stored, crc: list.readUInt32LE(at + 16) });
    at = nameEnd + list.readUInt16LE(at + 30) + list.readUInt16LE(at + 32);
  }
  return places;
}

async function readAt(file: Awaited<ReturnType<typeof open>>, from: number, length: number): Promise<Buffer> {
  const { size } = await file.stat(); // never make room for more than is there
  if (from + length > size) throw invalidZip('it is cut off');
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, from);
  if (bytesRead !== length) throw invalidZip('it is cut off');
  return bytes;
}

const invalidZip = (reason: string) =>
  new OratorError('avatar/invalid', `The archive of tensors cannot be read: ${reason}. Build the avatar again.`);
