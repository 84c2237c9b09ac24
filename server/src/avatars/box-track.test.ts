import type { FaceBox } from '@orator/core/media/face-crop';
import { describe, expect, test } from 'vitest';
import { BoxTrack, padBox, rowOf, WAV2LIP_PADS } from './box-track.ts';

type Row = readonly [number, number, number, number];
const boxOf = ([y1, y2, x1, x2]: Row): FaceBox => ({ y1, y2, x1, x2 });
const size = { width: 640, height: 480 };

function track(rows: readonly (Row | null)[], smooth = true): { out: Row[]; counts: number[] } {
  const boxes = new BoxTrack({ smooth });
  const given = rows.map((row) => boxes.add(row && boxOf(row)));
  given.push(boxes.finish());
  return { out: given.flat().map(rowOf), counts: given.map((known) => known.length) };
}

/** The original, on a whole array: means over five rows from each on, or over the last five, written where they are read. */
function reference(rows: readonly Row[]): Row[] {
  const boxes = rows.map((row) => [...row]);
  for (let i = 0; i < boxes.length; i++) {
    const window = i + 5 <= boxes.length ? boxes.slice(i, i + 5) : boxes.slice(-5);
    boxes[i] = [0, 1, 2, 3].map((k) => Math.trunc(window.reduce((sum, row) => sum + row[k]!, 0) / window.length));
  }
  return boxes as unknown as Row[];
}

const JITTER: readonly Row[] = [
  [10, 110, 20, 120],
  [12, 113, 21, 119],
  [17, 110, 22, 121],
  [11, 111, 20, 122],
  [10, 112, 25, 120],
  [15, 115, 21, 125],
  [13, 111, 23, 121],
];

describe('boxes of a face', () => {
  test('are smoothed to the same whole numbers as by Wav2Lip', () => {
    expect(track(JITTER).out).toEqual([
      [12, 111, 21, 120],
      [13, 112, 21, 121],
      [13, 111, 22, 121],
      [12, 112, 22, 121],
      [12, 112, 22, 121],
      [13, 112, 22, 121],
      [12, 111, 22, 121],
    ]);
  });
  test.each([0, 1, 3, 4, 5, 6, 9, 50])('in a video of %d frames come out as many, smoothed as a whole', (count) => {
    const rows = Array.from({ length: count }, (_, i): Row => [i % 7, 100 + (i % 5), 3 * (i % 4), 90 + (i % 11)]);
    expect(track(rows).out).toEqual(reference(rows));
  });
  test('are known four frames later', () => {
    expect(track(JITTER).counts).toEqual([0, 0, 0, 0, 1, 1, 1, 4]);
    expect(track(JITTER, false).counts).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
  });
  test('are filled in where the face was not seen', () => {
    const rows = [null, [0, 100, 0, 100], null, null, null, [40, 140, 8, 108], null] as const;
    expect(track(rows, false).out.map(([y1, , x1]) => [y1, x1])).toEqual([
      [0, 0],
      [0, 0],
      [10, 2],
      [20, 4],
      [30, 6],
      [40, 8],
      [40, 8],
    ]);
  });
  test('tell how long and how often the face was away', () => {
    const boxes = new BoxTrack();
    for (const seen of [true, false, true, false, false]) boxes.add(seen ? boxOf([0, 9, 0, 9]) : null);
    expect(boxes.gap).toBe(2);
    expect(boxes.missingShare).toBeCloseTo(0.6);
    expect(new BoxTrack().finish()).toEqual([]);
  });
});

describe('a padded box', () => {
  test('reaches ten pixels lower', () => {
    expect(padBox(boxOf([100, 200, 50, 150]), WAV2LIP_PADS, size)).toEqual(boxOf([100, 210, 50, 150]));
  });
  test('stays inside the frame', () => {
    expect(padBox(boxOf([-5.5, 475, -20, 700.2]), WAV2LIP_PADS, size)).toEqual(boxOf([0, 480, 0, 640]));
  });
  test('outside the frame is none', () => {
    expect(padBox(boxOf([100, 200, 639, 700]), WAV2LIP_PADS, size)).toBeNull();
    expect(padBox(boxOf([-90, -20, 0, 100]), WAV2LIP_PADS, size)).toBeNull();
  });
});
