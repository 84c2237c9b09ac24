import { pickleInteger } from '@orator/core/models/formats/pickle-writer';

/** Four pixel positions: (y1, y2, x1, x2) of a Wav2Lip face, (x1, y1, x2, y2) in MuseTalk's files. */
export type CoordsRow = readonly [number, number, number, number];

const PROTO_2 = [0x80, 0x02];
const EMPTY_LIST = 0x5d;
const MARK = 0x28;
const TUPLE = 0x74;
const APPENDS = 0x65;
const STOP = 0x2e;

/**
 * Pickles rows as Python's `pickle.load` reads them in any protocol: a list of tuples (Wav2Lip) or of lists (MuseTalk).
 * Values are whole numbers of 32 bits. @throws {RangeError} for any other value.
 */
export function writeCoords(rows: readonly CoordsRow[], rowKind: 'tuple' | 'list' = 'tuple'): Uint8Array {
  const [open, close] = rowKind === 'tuple' ? [[MARK], TUPLE] : [[EMPTY_LIST, MARK], APPENDS];
  const bytes = [...PROTO_2, EMPTY_LIST, MARK];
  for (const row of rows) {
    bytes.push(...open);
    for (const value of row) bytes.push(...pickleInteger(value));
    bytes.push(close);
  }
  bytes.push(APPENDS, STOP);
  return Uint8Array.from(bytes);
}
