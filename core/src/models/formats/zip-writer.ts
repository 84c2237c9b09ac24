import { CENTRAL, CENTRAL_BYTES, type Crc32, END, END_BYTES, LOCAL, LOCAL_BYTES } from './zip-layout.ts';

/** Zip counts entries in 16 bits and places in 32; its extension for more is only read. */
const MOST_ENTRIES = 0xfffe;
const MOST_BYTES = 0xffff_fffe;
/** 1 January 1980, the earliest date there is: archives of the same content are the same bytes. */
const DATE = 0x21;
const VERSION = 20;

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes entries, as they come, to an archive without compression. Holds one entry at a time.
 * @throws {RangeError} beyond 4 GB or 65 534 entries
 */
export async function* writeZip(
  entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>,
  crc32: Crc32,
): AsyncGenerator<Uint8Array> {
  const directory: Uint8Array[] = [];
  let at = 0;
  for await (const { name, bytes } of entries) {
    const nameBytes = new TextEncoder().encode(name);
    const crc = crc32(bytes);
    const [local, localView] = header(LOCAL, LOCAL_BYTES, nameBytes);
    writeFacts(localView, 4, crc, bytes.length, nameBytes.length);
    const [central, centralView] = header(CENTRAL, CENTRAL_BYTES, nameBytes);
    centralView.setUint16(4, VERSION, true);
    writeFacts(centralView, 6, crc, bytes.length, nameBytes.length);
    centralView.setUint32(42, at, true);
    directory.push(central);
    at += local.length + bytes.length;
    if (directory.length > MOST_ENTRIES || at > MOST_BYTES) throw new RangeError('the archive would hold too much');
    yield local;
    yield bytes;
  }
  yield* directory;
  const [end, view] = header(END, END_BYTES, new Uint8Array(0));
  view.setUint16(8, directory.length, true);
  view.setUint16(10, directory.length, true);
  view.setUint32(
    12,
    directory.reduce((sum, { length }) => sum + length, 0),
    true,
  );
  view.setUint32(16, at, true);
  yield end;
}

function header(mark: number, bytes: number, name: Uint8Array): [Uint8Array, DataView] {
  const all = new Uint8Array(bytes + name.length);
  const view = new DataView(all.buffer);
  view.setUint32(0, mark, true);
  all.set(name, bytes);
  return [all, view];
}

/** What both headers of an entry say: version, flags, method 0, time, date, checksum, size twice, length of the name. */
function writeFacts(view: DataView, from: number, crc: number, size: number, nameBytes: number): void {
  view.setUint16(from, VERSION, true);
  view.setUint16(from + 8, DATE, true);
  view.setUint32(from + 10, crc, true);
  view.setUint32(from + 14, size, true);
  view.setUint32(from + 18, size, true);
  view.setUint16(from + 22, nameBytes, true);
}
