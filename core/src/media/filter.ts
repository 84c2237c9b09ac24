import { KernelMemory } from '../base/kernels/kernel-memory.ts';
import type { Words } from './words.ts';

/** For each new position along one axis: the first source position and `taps` weights, which sum to 1. */
export interface Axis {
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Float32Array;
}

/** Weighs, for each of `count` new positions, the `taps` whole source positions around `centreOf` it by `weightOf` their distance. */
export function planAxis(
  count: number,
  taps: number,
  centreOf: (position: number) => number,
  weightOf: (distance: number) => number,
): Axis {
  const first = new Int32Array(count);
  const weights = new Float32Array(count * taps);
  for (let i = 0; i < count; i++) {
    const centre = centreOf(i);
    const from = Math.round(centre - (taps - 1) / 2);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += weightOf(from + tap - centre);
    for (let tap = 0; tap < taps; tap++) weights[i * taps + tap] = weightOf(from + tap - centre) / sum;
    first[i] = from;
  }
  return { taps, first, weights };
}

/** Resamples `source` to the positions of two axes, beyond its border showing the border. Writes words to `into`, row by row. */
export function filterWords(source: Words, across: Axis, down: Axis, into: Int32Array): void {
  const [width, height] = [across.first.length, down.first.length];
  const { taps } = across;
  const bytes = 4 * (source.width + width + width * (1 + taps) + down.weights.length + 4 * width * down.taps);
  const memory = new KernelMemory(bytes, 6);
  const row = memory.words(source.width);
  const first = memory.words(width);
  const weights = memory.floats(width * taps);
  const ring = memory.floats(4 * width * down.taps); // consecutive rows never meet in one place
  const shares = memory.floats(down.weights.length);
  const out = memory.words(width);
  first.set(across.first);
  weights.set(across.weights);
  shares.set(down.weights);
  const lastRow = source.height - 1;
  let filtered = -1; // the last source row that is in the ring
  for (let y = 0; y < height; y++) {
    const from = down.first[y]!;
    const until = Math.min(lastRow, Math.max(0, from + down.taps - 1));
    for (let r = Math.max(filtered + 1, Math.min(lastRow, Math.max(0, from))); r <= until; r++) {
      row.set(source.pixels.subarray(r * source.width, (r + 1) * source.width));
      const place = ring.byteOffset + (r % down.taps) * 16 * width;
      const columns = [first.byteOffset, weights.byteOffset, taps, width] as const;
      memory.kernels.filterRow(row.byteOffset, source.width - 1, ...columns, place);
      filtered = r;
    }
    const share = shares.byteOffset + 4 * y * down.taps;
    memory.kernels.mixRows(ring.byteOffset, from, lastRow, down.taps, share, width, out.byteOffset);
    into.set(out, y * width);
  }
}
