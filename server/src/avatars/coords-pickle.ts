import { OratorError } from '@orator/core/base/errors';
import {
  type Buildable,
  type PickleGlobal,
  PickleTuple,
  readPickle,
  safeNumber,
} from '@orator/core/models/formats/pickle';
import type { CoordsRow } from './pickle-writer.ts';

/** The error for a pickle that is not what it should be. */
export const invalidPickle = (reason: string) =>
  new OratorError('avatar/invalid', `The pickle cannot be read: ${reason}. Build the avatar again.`);

/** An hour at 25 frames per second. */
const MOST_ROWS = 90_000;

/**
 * Reads `coords.pkl` or `mask_coords.pkl`: as we write it, or with numpy integers inside, as LiveTalking writes it.
 * @throws {OratorError} `avatar/invalid` for anything but a list of rows of four whole numbers.
 */
export function readCoords(bytes: Uint8Array): CoordsRow[] {
  const value = readPickle(bytes, { globals: NUMPY, refuse: invalidPickle });
  if (!Array.isArray(value)) throw invalidPickle('it holds no list');
  if (value.length > MOST_ROWS) throw invalidPickle(`it has ${value.length} rows; ${MOST_ROWS} are allowed`);
  return value.map(readRow);
}

function readRow(row: unknown): CoordsRow {
  const items: readonly unknown[] = row instanceof PickleTuple ? row.items : Array.isArray(row) ? row : [];
  const [a, b, c, d] = items;
  if (items.length !== 4 || !isWhole(a) || !isWhole(b) || !isWhole(c) || !isWhole(d)) {
    throw invalidPickle('a row is not four whole numbers');
  }
  return [a, b, c, d];
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

/** How numpy's scalars are read from their bytes, by the name of their kind. */
const KINDS: ReadonlyMap<string, readonly [number, (view: DataView, little: boolean) => number]> = new Map([
  ['i1', [1, (view) => view.getInt8(0)]],
  ['u1', [1, (view) => view.getUint8(0)]],
  ['i2', [2, (view, little) => view.getInt16(0, little)]],
  ['u2', [2, (view, little) => view.getUint16(0, little)]],
  ['i4', [4, (view, little) => view.getInt32(0, little)]],
  ['u4', [4, (view, little) => view.getUint32(0, little)]],
  ['i8', [8, (view, little) => safeNumber(view.getBigInt64(0, little), invalidPickle)]],
  ['u8', [8, (view, little) => safeNumber(view.getBigUint64(0, little), invalidPickle)]],
  ['f4', [4, (view, little) => view.getFloat32(0, little)]],
  ['f8', [8, (view, little) => view.getFloat64(0, little)]],
]);

/** A numpy number type: made from its name, told its byte order by its state. */
class NumpyKind implements Buildable {
  readonly #bytes: number;
  readonly #read: (view: DataView, little: boolean) => number;
  #little = true;

  constructor([name]: readonly unknown[]) {
    const kind = KINDS.get(String(name));
    if (kind === undefined) throw invalidPickle('it holds a numpy type that is no plain number');
    [this.#bytes, this.#read] = kind;
  }

  build(state: unknown): void {
    const order = state instanceof PickleTuple ? state.items[1] : undefined;
    if (order !== '<' && order !== '>' && order !== '|' && order !== '=') throw invalidPickle('a byte order is wrong');
    this.#little = order !== '>';
  }

  read(bytes: unknown): number {
    if (!(bytes instanceof Uint8Array) || bytes.length !== this.#bytes)
      throw invalidPickle('a numpy number is cut off');
    return this.#read(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), this.#little);
  }
}

function readScalar([kind, bytes]: readonly unknown[]): number {
  if (!(kind instanceof NumpyKind)) throw invalidPickle('a numpy number has no type');
  return kind.read(bytes);
}

/** How protocol 2, which has no bytes, writes them: as a text of which each letter is one. */
function encodeText([text, encoding]: readonly unknown[]): Uint8Array {
  if (typeof text !== 'string' || encoding !== 'latin1') throw invalidPickle('it encodes what is no text of bytes');
  return Buffer.from(text, 'latin1');
}

const NUMPY: ReadonlyMap<string, PickleGlobal> = new Map<string, PickleGlobal>([
  ['_codecs encode', encodeText],
  ['numpy dtype', (args) => new NumpyKind(args)],
  ['numpy.core.multiarray scalar', readScalar],
  ['numpy._core.multiarray scalar', readScalar], // its place since numpy 2
]);
