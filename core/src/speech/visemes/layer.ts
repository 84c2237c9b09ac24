import type { Layer } from './weights.ts';

/** Rows that are summed side by side: independent sums keep the processor's adders busy, and more would not fit its registers. */
const LANES = 4;

/**
 * Prepares one layer for running: `output` gets `weights · input + bias` for one or two inputs that stand one after the other.
 * Every sum runs over the columns in order, alone or in pairs, so both ways give the same bits.
 */
export function createLayer({ rows, columns, weights, bias }: Layer) {
  const groups = Math.ceil(rows / LANES);
  // Four rows at a time, column by column, so that the inner loop reads memory in order; double precision spares a conversion.
  const packed = new Float64Array(groups * columns * LANES);
  for (let row = 0; row < rows; row++) {
    const base = Math.floor(row / LANES) * columns * LANES + (row % LANES);
    for (let column = 0; column < columns; column++) packed[base + column * LANES] = weights[row * columns + column]!;
  }
  const sums = new Float64Array(groups * LANES * 2);

  return (input: Float64Array, output: Float64Array, frames: number): void => {
    if (frames === 1) multiplyOne(packed, input, sums, columns, groups);
    else multiplyTwo(packed, input, sums, columns, groups);
    for (let frame = 0; frame < frames; frame++) {
      const from = frame * groups * LANES;
      for (let row = 0; row < rows; row++) output[frame * rows + row] = sums[from + row]! + bias[row]!;
    }
  };
}

function multiplyOne(packed: Float64Array, input: Float64Array, sums: Float64Array, columns: number, groups: number) {
  for (let group = 0, at = 0; group < groups; group++) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let column = 0; column < columns; column++) {
      const x = input[column]!;
      a += packed[at++]! * x;
      b += packed[at++]! * x;
      c += packed[at++]! * x;
      d += packed[at++]! * x;
    }
    const row = group * LANES;
    sums[row] = a;
    sums[row + 1] = b;
    sums[row + 2] = c;
    sums[row + 3] = d;
  }
}

function multiplyTwo(packed: Float64Array, input: Float64Array, sums: Float64Array, columns: number, groups: number) {
  const second = groups * LANES;
  for (let group = 0, at = 0; group < groups; group++) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let e = 0;
    let f = 0;
    let g = 0;
    let h = 0;
    for (let column = 0; column < columns; column++, at += LANES) {
      const x = input[column]!;
      const y = input[columns + column]!;
      const p = packed[at]!;
      const q = packed[at + 1]!;
      const r = packed[at + 2]!;
      const s = packed[at + 3]!;
      a += p * x;
      b += q * x;
      c += r * x;
      d += s * x;
      e += p * y;
      f += q * y;
      g += r * y;
      h += s * y;
    }
    const row = group * LANES;
    sums[row] = a;
    sums[row + 1] = b;
    sums[row + 2] = c;
    sums[row + 3] = d;
    sums[second + row] = e;
    sums[second + row + 1] = f;
    sums[second + row + 2] = g;
    sums[second + row + 3] = h;
  }
}
