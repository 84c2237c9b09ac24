import type { SparseMatrix } from './membrane.ts';

/** A factorised part of a symmetric positive matrix. */
export interface Factor {
  /** Replaces three right-hand sides, interleaved by row, by solutions; only the chosen rows are read and written. */
  solve(values: Float64Array): void;
}

/**
 * Factorises the rows and columns of `matrix` that `free` marks, as an envelope below the diagonal (Cholesky, rows in an order that
 * keeps the envelope narrow).
 */
export function factorise(matrix: SparseMatrix, free: Uint8Array): Factor {
  const order = narrowOrder(matrix, free);
  const count = order.length;
  const place = new Int32Array(matrix.size).fill(-1);
  for (let i = 0; i < count; i++) place[order[i]!] = i;
  const first = new Int32Array(count);
  const base = new Int32Array(count); // index of (row i, column 0) in `values`, which may be negative
  let length = 0;
  for (let i = 0; i < count; i++) {
    first[i] = i;
    const row = order[i]!;
    for (let k = matrix.start[row]!; k < matrix.start[row + 1]!; k++) {
      const j = place[matrix.column[k]!]!;
      if (j >= 0 && j < first[i]!) first[i] = j;
    }
    base[i] = length - first[i]!;
    length += i - first[i]! + 1;
  }
  const values = new Float64Array(length);
  for (let i = 0; i < count; i++) {
    const row = order[i]!;
    for (let k = matrix.start[row]!; k < matrix.start[row + 1]!; k++) {
      const j = place[matrix.column[k]!]!;
      if (j >= 0 && j <= i) values[base[i]! + j] = matrix.value[k]!;
    }
  }
  eliminate(values, first, base);
  return { solve: (target) => substitute(values, first, base, order, target) };
}

function eliminate(values: Float64Array, first: Int32Array, base: Int32Array): void {
  for (let i = 0; i < first.length; i++) {
    const rowI = base[i]!;
    for (let j = first[i]!; j < i; j++) {
      const rowJ = base[j]!;
      let sum = values[rowI + j]!;
      for (let k = Math.max(first[i]!, first[j]!); k < j; k++) sum -= values[rowI + k]! * values[rowJ + k]!;
      values[rowI + j] = sum / values[rowJ + j]!;
    }
    let square = values[rowI + i]!;
    for (let k = first[i]!; k < i; k++) square -= values[rowI + k]! ** 2;
    values[rowI + i] = Math.sqrt(square);
  }
}

function substitute(
  values: Float64Array,
  first: Int32Array,
  base: Int32Array,
  order: Int32Array,
  target: Float64Array,
): void {
  const count = order.length;
  const x = new Float64Array(count * 3);
  for (let i = 0; i < count; i++) {
    const row = base[i]!;
    let [a, b, c] = [target[order[i]! * 3]!, target[order[i]! * 3 + 1]!, target[order[i]! * 3 + 2]!];
    for (let k = first[i]!, at = k * 3; k < i; k++, at += 3) {
      const value = values[row + k]!;
      a -= value * x[at]!;
      b -= value * x[at + 1]!;
      c -= value * x[at + 2]!;
    }
    const scale = 1 / values[row + i]!;
    x[i * 3] = a * scale;
    x[i * 3 + 1] = b * scale;
    x[i * 3 + 2] = c * scale;
  }
  for (let i = count - 1; i >= 0; i--) {
    const row = base[i]!;
    const scale = 1 / values[row + i]!;
    const a = x[i * 3]! * scale;
    const b = x[i * 3 + 1]! * scale;
    const c = x[i * 3 + 2]! * scale;
    for (let k = first[i]!, at = k * 3; k < i; k++, at += 3) {
      const value = values[row + k]!;
      x[at] = x[at]! - value * a;
      x[at + 1] = x[at + 1]! - value * b;
      x[at + 2] = x[at + 2]! - value * c;
    }
    target[order[i]! * 3] = a;
    target[order[i]! * 3 + 1] = b;
    target[order[i]! * 3 + 2] = c;
  }
}

/** Numbers the free rows outwards from a far end, breadth first and few neighbours first, reversed (Cuthill and McKee). */
function narrowOrder({ size, start, column }: SparseMatrix, free: Uint8Array): Int32Array {
  const degree = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    for (let k = start[i]!; k < start[i + 1]!; k++) if (free[column[k]!]) degree[i]!++;
  }
  const done = new Uint8Array(size);
  const order: number[] = [];
  const spread = (from: number, seen: Uint8Array, list: number[]) => {
    seen[from] = 1;
    list.push(from);
    for (let head = list.length - 1; head < list.length; head++) {
      const at = list[head]!;
      const near: number[] = [];
      for (let k = start[at]!; k < start[at + 1]!; k++) {
        const next = column[k]!;
        if (!free[next] || seen[next]) continue;
        seen[next] = 1;
        near.push(next);
      }
      near.sort((a, b) => degree[a]! - degree[b]!);
      list.push(...near);
    }
  };
  for (let i = 0; i < size; i++) {
    if (!free[i] || done[i]) continue;
    let end = i;
    for (let turn = 0; turn < 2; turn++) {
      const list: number[] = [];
      spread(end, done.slice(), list);
      end = list[list.length - 1]!;
    }
    spread(end, done, order);
  }
  return Int32Array.from(order.reverse());
}
