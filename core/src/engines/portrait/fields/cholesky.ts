import { KernelMemory } from '../../../base/kernels/kernel-memory.ts';
import type { SparseMatrix } from './membrane.ts';

/** Right-hand sides that are solved at once: two vectors of doubles. */
export const LANES = 4;

/** A factorised part of a symmetric positive matrix. */
export interface Factor {
  /** Replaces `LANES` right-hand sides, interleaved by row, by solutions; only the chosen rows are read and written. */
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
  const memory = new KernelMemory(8 * (length + LANES * count + count), 4);
  const values = memory.doubles(length);
  for (let i = 0; i < count; i++) {
    const row = order[i]!;
    for (let k = matrix.start[row]!; k < matrix.start[row + 1]!; k++) {
      const j = place[matrix.column[k]!]!;
      if (j >= 0 && j <= i) values[base[i]! + j] = matrix.value[k]!;
    }
  }
  const firsts = memory.words(count);
  const bases = memory.words(count);
  const x = memory.doubles(LANES * count);
  firsts.set(first);
  bases.set(base);
  const rows = [values.byteOffset, firsts.byteOffset, bases.byteOffset, count] as const;
  memory.kernels.eliminate(...rows);
  return {
    solve: (target) => {
      for (let i = 0; i < count; i++) {
        for (let lane = 0; lane < LANES; lane++) x[i * LANES + lane] = target[order[i]! * LANES + lane]!;
      }
      memory.kernels.substitute(...rows, x.byteOffset);
      for (let i = 0; i < count; i++) {
        for (let lane = 0; lane < LANES; lane++) target[order[i]! * LANES + lane] = x[i * LANES + lane]!;
      }
    },
  };
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
