import { HUFFMAN, type HuffmanTable, QUANTISERS, ZIGZAG } from './tables.ts';

/** Divisors of the 64 coefficients of a block, row by row. */
export interface Quantisers {
  readonly light: readonly number[];
  readonly colour: readonly number[];
}

/** Quantisers for a `quality` of 1 to 100, scaled as the Independent JPEG Group's software does. */
export function quantisersFor(quality: number): Quantisers {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  const scaled = (table: readonly number[]) =>
    table.map((divisor) => Math.max(1, Math.min(255, Math.floor((divisor * percent + 50) / 100))));
  return { light: scaled(QUANTISERS.light), colour: scaled(QUANTISERS.colour) };
}

const MEANS = 0x00;
const REST = 0x10;

/** All of a baseline JPEG, 4:2:0, up to its scan. Sides in pixels. */
export function jpegHeader(width: number, height: number, { light, colour }: Quantisers): Uint8Array {
  const word = (value: number) => [value >> 8, value & 255];
  const segment = (marker: number, ...bytes: number[]) => [0xff, marker, ...word(bytes.length + 2), ...bytes];
  const divisors = (id: number, table: readonly number[]) => segment(0xdb, id, ...ZIGZAG.map((place) => table[place]!));
  const codes = (id: number, { counts, symbols }: HuffmanTable) => segment(0xc4, id, ...counts, ...symbols);
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xe0, ...[0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0], ...word(1), ...word(1), 0, 0), // JFIF 1.1, square pixels
    ...divisors(0, light),
    ...divisors(1, colour),
    ...segment(0xc0, 8, ...word(height), ...word(width), 3, ...[1, 0x22, 0], ...[2, 0x11, 1], ...[3, 0x11, 1]),
    ...codes(MEANS, HUFFMAN.lightMeans),
    ...codes(REST, HUFFMAN.lightRest),
    ...codes(MEANS + 1, HUFFMAN.colourMeans),
    ...codes(REST + 1, HUFFMAN.colourRest),
    ...segment(0xda, 3, ...[1, 0x00], ...[2, 0x11], ...[3, 0x11], 0, 63, 0),
  ]);
}
