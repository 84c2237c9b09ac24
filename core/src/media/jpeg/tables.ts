/** Numbers of ITU-T T.81, Annex K, that every decoder knows: quantisers for quality 50, and Huffman codes. */

/** For each place in zigzag order where it lies in a block, row by row. */
export const ZIGZAG: readonly number[] = zigzag();

function zigzag(): number[] {
  const places: number[] = [];
  for (let sum = 0; sum < 15; sum++) {
    for (let k = Math.max(0, sum - 7); k <= Math.min(7, sum); k++) {
      const [row, column] = sum % 2 === 0 ? [sum - k, k] : [k, sum - k];
      places.push(row * 8 + column);
    }
  }
  return places;
}

/** Tables K.1 and K.2, row by row. */
export const QUANTISERS = {
  light: [
    ...[16, 11, 10, 16, 24, 40, 51, 61],
    ...[12, 12, 14, 19, 26, 58, 60, 55],
    ...[14, 13, 16, 24, 40, 57, 69, 56],
    ...[14, 17, 22, 29, 51, 87, 80, 62],
    ...[18, 22, 37, 56, 68, 109, 103, 77],
    ...[24, 35, 55, 64, 81, 104, 113, 92],
    ...[49, 64, 78, 87, 103, 121, 120, 101],
    ...[72, 92, 95, 98, 112, 100, 103, 99],
  ],
  colour: [
    ...[17, 18, 24, 47, 99, 99, 99, 99],
    ...[18, 21, 26, 66, 99, 99, 99, 99],
    ...[24, 26, 56, 99, 99, 99, 99, 99],
    ...[47, 66, 99, 99, 99, 99, 99, 99],
    ...Array.from({ length: 32 }, () => 99),
  ],
} as const;

/** Huffman codes: how many there are of each length from 1 to 16, and the symbols by rising length. */
export interface HuffmanTable {
  readonly counts: readonly number[];
  readonly symbols: readonly number[];
}

const bytesOf = (hex: string) => hex.match(/../g)!.map((byte) => Number.parseInt(byte, 16));

/** Numbers of bits, for means. */
const SIZES = Array.from({ length: 12 }, (_, k) => k);

/** Tables K.3 to K.6: means and the other coefficients of light, then of colour. */
export const HUFFMAN: Readonly<Record<'lightMeans' | 'lightRest' | 'colourMeans' | 'colourRest', HuffmanTable>> = {
  lightMeans: { counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], symbols: SIZES },
  lightRest: {
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    symbols: bytesOf(
      '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a343536373839' +
        '3a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7' +
        'a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
    ),
  },
  colourMeans: { counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], symbols: SIZES },
  colourRest: {
    counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
    symbols: bytesOf(
      '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738' +
        '393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5' +
        'a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa',
    ),
  },
};
