import { expect, test } from 'vitest';
import type { Field, Triple } from '../prepared.ts';
import { meshEdges, meshEnergy, type SparseMatrix } from './membrane.ts';
import { type Pins, solveFields } from './solve.ts';

const SIDE = 5;
const at = (x: number, y: number) => y * SIDE + x;

/** A bumpy sheet of 5 × 5 vertices. */
function sheet(): SparseMatrix {
  const triangles: number[] = [];
  const head = new Float32Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      head.set([x * 0.2, y * 0.21, Math.sin(x + 2 * y) * 0.05], at(x, y) * 3);
      if (x + 1 === SIDE || y + 1 === SIDE) continue;
      triangles.push(at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1));
    }
  }
  return meshEnergy(meshEdges(Uint16Array.from(triangles)), head);
}

/** Solves the same problem by elimination on the full matrix. */
function reference(energy: SparseMatrix, pins: Pins, axis: number): number[] {
  const n = energy.size;
  const rows = Array.from({ length: n }, () => new Array<number>(n + 1).fill(0));
  for (let i = 0; i < n; i++) {
    const pin = pins.get(i);
    if (pin) {
      rows[i]![i] = 1;
      rows[i]![n] = pin[axis]!;
      continue;
    }
    for (let k = energy.start[i]!; k < energy.start[i + 1]!; k++) rows[i]![energy.column[k]!] = energy.value[k]!;
  }
  for (let i = 0; i < n; i++) {
    const best = rows.reduce(
      (found, row, r) => (r > i && Math.abs(row[i]!) > Math.abs(rows[found]![i]!) ? r : found),
      i,
    );
    [rows[i], rows[best]] = [rows[best]!, rows[i]!];
    for (let r = 0; r < n; r++) {
      if (r === i) continue;
      const factor = rows[r]![i]! / rows[i]![i]!;
      for (let c = i; c <= n; c++) rows[r]![c] = rows[r]![c]! - factor * rows[i]![c]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

const displacement = (field: Field, vertex: number, axis: number) => {
  const k = field.index.indexOf(vertex);
  return k < 0 ? 0 : field.delta[k * 3 + axis]!;
};

const STILL: Triple = [0, 0, 0];

test('agrees with elimination on the full matrix, for pins that sets share and pins that they do not', () => {
  const energy = sheet();
  const corners = [at(0, 0), at(4, 0), at(0, 4), at(4, 4)].map((vertex) => [vertex, STILL] as const);
  const sets: Pins[] = [
    new Map([...corners, [at(2, 2), [0.1, -0.2, 0.3]]]),
    new Map([...corners, [at(2, 2), [0, 0.4, 0]], [at(1, 3), [0.05, 0, -0.1]]]),
    new Map([...corners, [at(3, 1), [0.2, 0.1, 0]]]),
  ];
  const fields = solveFields({ energy, between: [] }, sets);
  sets.forEach((pins, i) => {
    for (let axis = 0; axis < 3; axis++) {
      const wanted = reference(energy, pins, axis);
      for (let vertex = 0; vertex < energy.size; vertex++) {
        expect(Math.abs(displacement(fields[i]!, vertex, axis) - wanted[vertex]!)).toBeLessThan(4e-5); // fields leave out what is smaller
      }
    }
  });
});

test('keeps pins exactly and gives vertices in between the mean of their ends', () => {
  const energy = sheet();
  const between = [[at(4, 4), at(3, 4), at(4, 3)]] as const;
  const pins: Pins = new Map([
    [at(0, 0), STILL],
    [at(2, 3), [0.25, 0, 0]],
  ]);
  const [field] = solveFields({ energy, between }, [pins]);
  expect(displacement(field!, at(2, 3), 0)).toBe(0.25);
  expect(displacement(field!, at(0, 0), 0)).toBe(0);
  const mean = (displacement(field!, at(3, 4), 0) + displacement(field!, at(4, 3), 0)) / 2;
  expect(displacement(field!, at(4, 4), 0)).toBeCloseTo(mean, 6);
});
