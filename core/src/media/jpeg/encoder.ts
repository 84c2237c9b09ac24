import { OratorError } from '../../base/errors.ts';
import type { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import type { Words } from '../words.ts';
import { jpegHeader, type Quantisers, quantisersFor } from './header.ts';
import { HUFFMAN, type HuffmanTable, ZIGZAG } from './tables.ts';

const BLOCK = 64;
const SYMBOLS = 256;
const UNIT = 2 ** 15;
/** Shares of red, green, blue and alpha in Y, Cb and Cr, full range: ITU-T T.871, section 7. */
const SHARES = [
  ...[0.299, 0.587, 0.114, 0],
  ...[-0.299 / 1.772, -0.587 / 1.772, 0.5, 0],
  ...[0.5, -0.587 / 1.402, -0.114 / 1.402, 0],
];
/** The kernel's samples are so many times as large; those of colour are sums of four pixels. */
const LIGHT = UNIT;
const COLOUR = 4 * UNIT;
/** How much larger than in T.81, less a common √8, the kernel's transform leaves each frequency of a row. */
const LARGER = Array.from({ length: 8 }, (_, k) => (k === 0 ? 1 : Math.SQRT2 * Math.cos((k * Math.PI) / 16)));
const CODES = [HUFFMAN.lightMeans, HUFFMAN.lightRest, HUFFMAN.colourMeans, HUFFMAN.colourRest];

/** Words of what the kernel reads and writes: its task, the pixels, samples and coefficients of one MCU, and the tables. */
const TASK_WORDS = 12;
const PIXEL_WORDS = 256;
const SAMPLE_WORDS = 384;
const WORK_WORDS = 96;
const WORDS =
  TASK_WORDS + PIXEL_WORDS + SAMPLE_WORDS + WORK_WORDS + SHARES.length / 2 + (2 * BLOCK) / 4 + CODES.length * SYMBOLS;

/** The bytes that an encoder takes in 8 parts, besides the room for what it writes. */
export const JPEG_BYTES = 4 * (WORDS + 2 * BLOCK);

/** Bytes in which any picture fits, whatever its quality: noise at the best one takes 2.6 a pixel. */
export const jpegRoom = (width: number, height: number): number => 4 * width * height + 8192;

const END = [0xff, 0xd9];

/**
 * Encodes opaque pictures of one size as baseline JPEG, 4:2:0 (ITU-T T.81) with its usual tables, from where they were painted: live pictures
 * come every 40 ms for each of many viewers.
 */
export class JpegEncoder {
  readonly #memory: KernelMemory;
  readonly #width: number;
  readonly #height: number;
  readonly #room: Uint8Array;
  readonly #task: Int32Array;
  readonly #scales: Float32Array;
  #quality = 0;
  #headerBytes = 0;

  /** Writes into `room`, `jpegRoom` bytes of the memory that pictures lie in as well. */
  constructor(width: number, height: number, room: Uint8Array, memory: KernelMemory) {
    this.#memory = memory;
    this.#width = width;
    this.#height = height;
    this.#room = room;
    this.#scales = memory.floats(2 * BLOCK);
    const shares = memory.shorts(SHARES.length);
    shares.set(SHARES.map((share) => Math.round(share * UNIT)));
    const orders = memory.bytes(2 * BLOCK);
    for (const [place, at] of ZIGZAG.entries()) orders[at] = place;
    orders.set(ZIGZAG, BLOCK);
    const codes = memory.words(CODES.length * SYMBOLS);
    for (const [k, table] of CODES.entries()) codes.set(codesOf(table), k * SYMBOLS);
    this.#task = memory.words(TASK_WORDS);
    this.#task.set([
      ...[0, width, height, 0, room.byteOffset + room.length - END.length],
      ...[shares.byteOffset, this.#scales.byteOffset, orders.byteOffset, codes.byteOffset],
      ...[memory.words(PIXEL_WORDS).byteOffset, memory.words(SAMPLE_WORDS).byteOffset],
      memory.words(WORK_WORDS).byteOffset,
    ]);
  }

  /**
   * A picture of the encoder's size in its memory at a `quality` of 1 to 100, valid until the next call. Its alpha is not looked at.
   * @throws {OratorError} `internal` when it does not fit, which no picture is known to do.
   */
  encode(picture: Words, quality: number): Uint8Array {
    const room = this.#room;
    if (quality !== this.#quality) this.#prepare(quality);
    this.#task[0] = picture.pixels.byteOffset;
    this.#task[3] = room.byteOffset + this.#headerBytes;
    const scanEnd = this.#memory.kernels.encodeJpeg(this.#task.byteOffset) - room.byteOffset;
    if (scanEnd <= 0) throw new OratorError('internal', 'A picture took more room as JPEG than was kept for it.');
    room.set(END, scanEnd);
    return room.subarray(0, scanEnd + END.length);
  }

  #prepare(quality: number): void {
    const quantisers = quantisersFor(quality);
    const header = jpegHeader(this.#width, this.#height, quantisers);
    this.#room.set(header);
    this.#headerBytes = header.length;
    this.#quality = quality;
    this.#scales.set(scalesOf(quantisers));
  }
}

/** What the kernel multiplies its coefficients by. */
function scalesOf({ light, colour }: Quantisers): number[] {
  const scale = (table: readonly number[], larger: number) =>
    table.map((divisor, place) => 1 / (divisor * LARGER[place % 8]! * LARGER[Math.floor(place / 8)]! * 8 * larger));
  return [...scale(light, LIGHT), ...scale(colour, COLOUR)];
}

/** For each symbol its code and, in the lowest byte, how many bits that has: T.81, Annex C. */
function codesOf({ counts, symbols }: HuffmanTable): number[] {
  const codes = new Array<number>(SYMBOLS).fill(0);
  let code = 0;
  let next = 0;
  for (const [k, count] of counts.entries()) {
    for (let i = 0; i < count; i++) codes[symbols[next++]!] = (code++ << 8) | (k + 1);
    code <<= 1;
  }
  return codes;
}
