import { describe, expect, test } from 'vitest';
import { createFilters, type MelEdge, MelStream } from './mel.ts';

const TONES = Float32Array.from(
  { length: 16_000 },
  (_, n) => 0.5 * Math.sin((2 * Math.PI * 440 * n) / 16_000) + 0.25 * Math.sin((2 * Math.PI * 1234.5 * n) / 16_000),
);
const NOISE = Float32Array.from({ length: 16_640 }, (_, n) => (((n * 7919) % 10_007) / 10_007 - 0.5) * 0.6);

function melOf(pcm: Float32Array, edge: MelEdge, chunk = pcm.length): Float32Array[] {
  const stream = new MelStream(edge);
  const columns: Float32Array[] = [];
  for (let at = 0; at < pcm.length; at += chunk) columns.push(...stream.push(pcm.subarray(at, at + chunk)));
  return [...columns, ...stream.end()];
}

type Cell = readonly [row: number, column: number, silence: number, mirror?: number];
const TABLES: readonly [string, Float32Array, number, readonly Cell[], readonly [number, number]][] = [
  [
    'two tones',
    TONES,
    81,
    [
      [0, 0, -0.944084, -0.753225],
      [0, 40, -4, -4],
      [10, 0, 1.693523, 1.918898],
      [10, 1, 1.980406, 1.97824],
      [10, 2, 1.989764, 1.989764],
      [10, 40, 1.989764, 1.989764],
      [33, 40, -1.54472],
      [34, 40, -2.499203],
      [10, 80, 1.700471, 2.052761],
      [34, 80, 0.288943, 0.560826],
    ],
    [-3.319887, -3.316411],
  ],
  [
    'noise',
    NOISE,
    84,
    [
      [0, 0, -2.30267, -0.45049],
      [0, 40, -2.1752],
      [5, 40, -1.74713],
      [20, 40, -0.54642],
      [40, 0, -0.62971, -0.79703],
      [40, 1, -0.57342, -0.5328],
      [40, 2, -0.48769],
      [40, 40, -0.5495],
      [40, 83, -0.60227, -0.64962],
      [60, 40, -0.08083],
      [79, 40, 0.89009],
    ],
    [-0.299994, -0.29295],
  ],
];

describe.each(TABLES)('the mel of %s', (_, pcm, count, cells, means) => {
  test.each(['silence', 'mirror'] as const)('with %s beyond its ends is the reference', (edge) => {
    const mel = melOf(pcm, edge);
    expect(mel).toHaveLength(count);
    for (const [row, column, silence, mirror = silence] of cells) {
      expect(mel[column]![row], `row ${row}, column ${column}`).toBeCloseTo(edge === 'mirror' ? mirror : silence, 4);
    }
    const mean = mel.reduce((sum, column) => sum + column.reduce((a, b) => a + b), 0) / (80 * count);
    expect(mean).toBeCloseTo(means[edge === 'mirror' ? 1 : 0], 4);
  });

  test.each([1, 199, 640, 5000])('is the same in chunks of %i samples', (chunk) => {
    expect(melOf(pcm, 'mirror', chunk)).toEqual(melOf(pcm, 'mirror'));
  });
});

test('the loudest band of two tones is that of the upper one, which the emphasis lifts', () => {
  const column = melOf(TONES, 'silence')[40]!;
  expect(column.indexOf(Math.max(...column))).toBe(31);
});

describe('the filters', () => {
  test('lie over the bins of the reference', () => {
    const filters = createFilters();
    const bins = (row: number) => [filters[row]!.first, filters[row]!.first + filters[row]!.weights.length - 1];
    const rows = [0, 1, 10, 20, 40, 60, 79];
    expect(rows.map(bins)).toEqual([
      [3, 6],
      [5, 8],
      [21, 24],
      [39, 42],
      [84, 89],
      [175, 187],
      [353, 379],
    ]);
    const peaks = [0, 1, 10, 40, 79].map((row) => Math.max(...filters[row]!.weights));
    for (const [i, peak] of [0.0208124, 0.0224853, 0.0203957, 0.0143432, 0.0036353].entries()) {
      expect(peaks[i]).toBeCloseTo(peak, 7);
    }
  });
});

test('silence is -4 in every band, however short', () => {
  for (const length of [0, 1, 400, 4000]) {
    const mel = melOf(new Float32Array(length), 'mirror');
    expect(mel.length).toBeGreaterThan(0);
    expect(mel.every((column) => column.every((level) => level === -4))).toBe(true);
  }
});

test('what is no number is refused', () => {
  const broken = TONES.slice();
  broken[5000] = Number.NaN;
  expect(() => melOf(broken, 'mirror')).toThrow(expect.objectContaining({ code: 'audio/unreadable' }));
});
