import type { LiteOperation } from './lite-value.ts';

/** Numbers of one column, and of one row, as the kernel reads them: two neighbours and a share. */
const NUMBERS = 3;

/** How many numbers of room resizing to `shape` needs. */
export const resizeScratch = ([, , width]: readonly number[]): number => NUMBERS * width! + 1;

/** Bilinear, pixel centres aligned. */
export const resize: LiteOperation = ([input], output, { kernels, scratch }) => {
  const [, rows, columns, depth] = input!.shape as [number, number, number, number];
  const [, height, width] = output.shape as [number, number, number, number];
  const words = new Int32Array(scratch.buffer, scratch.byteOffset, NUMBERS * width);
  for (let x = 0; x < width; x++) {
    const [left, right, share] = neighbours(x, columns, width);
    words[NUMBERS * x] = 4 * depth * left;
    words[NUMBERS * x + 1] = 4 * depth * right;
    scratch[NUMBERS * x + 2] = share;
  }
  const down = NUMBERS * width;
  const row = (y: number) => input!.data.byteOffset + 4 * depth * columns * y;
  for (let y = 0; y < height; y++) {
    const [above, below, share] = neighbours(y, rows, height);
    scratch[down] = share;
    const to = output.data.byteOffset + 4 * depth * width * y;
    const shares = [scratch.byteOffset + 4 * down, scratch.byteOffset] as const;
    kernels.blendRows(row(above), row(below), ...shares, width, depth, to);
  }
};

/** The two of `from` places that the i-th of `to` places lies between, and the second one's share. */
function neighbours(i: number, from: number, to: number): readonly [number, number, number] {
  const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
  const low = Math.floor(at);
  return [low, Math.min(from - 1, low + 1), at - low];
}
