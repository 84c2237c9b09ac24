import { describe, expect, test } from 'vitest';
import type { Tensors } from '../runtime.ts';
import { readFaces } from './s3fd-faces.ts';

/** Cells of each level for a picture of 128 × 160. */
const MAPS = [
  [32, 40],
  [16, 20],
  [8, 10],
  [8, 9],
  [4, 5],
  [2, 3],
] as const;

interface Seen {
  readonly level: number;
  readonly row: number;
  readonly column: number;
  readonly score: number;
  readonly place?: readonly [number, number, number, number];
}

/** What the network would answer if it saw nothing but these. */
function outputs(...faces: readonly Seen[]): Tensors {
  const tensors: Record<string, Tensors[string]> = {};
  for (const [i, [rows, columns]] of MAPS.entries()) {
    const cells = rows * columns;
    const cls = new Float32Array(2 * cells).fill(9, 0, cells);
    const reg = new Float32Array(4 * cells);
    for (const { level, row, column, score, place = [0, 0, 0, 0] } of faces) {
      if (level !== i + 1) continue;
      const cell = row * columns + column;
      cls[cell] = 1;
      cls[cells + cell] = 1 + Math.log(score / (1 - score));
      for (const [k, value] of place.entries()) reg[k * cells + cell] = value;
    }
    tensors[`cls${i + 1}`] = { dtype: 'f32', shape: [1, 2, rows, columns], values: cls };
    tensors[`reg${i + 1}`] = { dtype: 'f32', shape: [1, 4, rows, columns], values: reg };
  }
  return tensors;
}

const rounded = (tensors: Tensors) =>
  readFaces(tensors).map(({ x1, y1, x2, y2, score }) =>
    [x1, y1, x2, y2, score].map((value) => Number(value.toFixed(3))),
  );

describe('the faces of S3FD', () => {
  test('lie around the middle of their cells, four cells large', () => {
    expect(rounded(outputs({ level: 1, row: 3, column: 5, score: 0.9 }))).toEqual([[14, 6, 30, 22, 0.9]]);
    expect(rounded(outputs({ level: 4, row: 1, column: 2, score: 0.8 }))).toEqual([[16, -16, 144, 112, 0.8]]);
  });

  test('are moved by tenths of their side and grow by the exponent', () => {
    const place = [1, -2, 5 * Math.log(2), -5 * Math.log(2)] as const;
    expect(rounded(outputs({ level: 2, row: 4, column: 4, score: 0.9, place }))).toEqual([
      [36 + 3.2 - 32, 36 - 6.4 - 8, 36 + 3.2 + 32, 36 - 6.4 + 8, 0.9].map((value) => Number(value.toFixed(3))),
    ]);
  });

  test('are told once each, the surest first, and not when they are unsure', () => {
    const faces = rounded(
      outputs(
        { level: 2, row: 2, column: 2, score: 0.7 },
        { level: 2, row: 2, column: 3, score: 0.95 }, // the same face, a cell on
        { level: 2, row: 12, column: 15, score: 0.99 },
        { level: 2, row: 12, column: 4, score: 0.45 },
      ),
    );
    expect(faces.map(([, , , , score]) => score)).toEqual([0.99, 0.95]);
  });

  test('are none where nothing is seen', () => {
    expect(readFaces(outputs())).toEqual([]);
  });
});
