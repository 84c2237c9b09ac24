import { describe, expect, test } from 'vitest';
import type { Picture } from '../../../media/frame.ts';
import { sharedTopology } from '../mesh/mesh.ts';
import { FacePixels } from './face-pixels.ts';
import type { HeadFrame } from './head-frame.ts';
import { refineLips } from './lips.ts';

const IOD = 100;
const SIZE = 360;
/** The middle of the mouth. */
const [X, Y] = [180, 240];
const HALF = 42;

const frame: HeadFrame = {
  axes: { origin: [X, Y - IOD, 0], x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1] },
  iod: IOD,
  yaw: 0,
  pitch: 0,
  roll: 0,
};

type Colour = readonly [number, number, number];
const SKIN: Colour = [205, 160, 140];
const LIP: Colour = [180, 90, 95];
const DARK: Colour = [45, 20, 20];
const TOOTH: Colour = [225, 215, 205];

/** How far lips reach above and below the seam at column x. */
const arch = (x: number, height: number) => height * Math.max(0, 1 - ((x - X) / (HALF + 4)) ** 2);

/** Draws a mouth whose seam (or opening) lies `shift` pixels below the middle. */
function drawMouth(shift: number, opening: number): Picture {
  const pixels = new Uint8ClampedArray(SIZE * SIZE * 4).fill(255);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const down = y + 0.5 - Y - shift;
      const open = arch(x, opening);
      let colour = SKIN;
      if (down > -open - arch(x, 12) && down < open + arch(x, 15)) colour = LIP;
      if (Math.abs(down) < Math.max(open, Math.abs(x - X) < HALF ? 1.2 : 0))
        colour = open > 3 && down < 0 ? TOOTH : DARK;
      pixels.set(colour, (y * SIZE + x) * 4);
    }
  }
  return { width: SIZE, height: SIZE, pixels };
}

/** Lip rows as landmarks would give them: around the middle, closed but for `gap` pixels. */
function landmarkRows(gap: number): Float32Array {
  const { count, rows } = sharedTopology();
  const fine = new Float32Array(count * 3);
  const lay = (row: keyof typeof rows, rise: (x: number) => number, half: number) => {
    rows[row].forEach((vertex, i) => {
      const x = X + (i / 20 - 1) * half;
      fine.set([x, Y + rise(x), 0], vertex * 3);
    });
  };
  lay('outerUpper', (x) => -arch(x, 12 + gap / 2), HALF + 3);
  lay('outerLower', (x) => arch(x, 15 + gap / 2), HALF + 3);
  lay('innerUpper', (x) => -arch(x, gap / 2), HALF);
  lay('innerLower', (x) => arch(x, gap / 2), HALF);
  return fine;
}

function read(shift: number, opening: number, gap: number) {
  const fine = landmarkRows(gap);
  const { rows } = sharedTopology();
  const reading = refineLips(fine, rows, new FacePixels(drawMouth(shift, opening), frame), frame);
  const height = (row: keyof typeof rows, column: number) => fine[rows[row][column]! * 3 + 1]! - Y;
  return { reading, height };
}

describe('lips read from pixels', () => {
  test('puts both inner rows on a seam that landmarks miss', () => {
    const { reading, height } = read(4, 0, 0);
    expect(reading.open).toBe(false);
    for (let column = 8; column <= 32; column++) {
      expect(height('innerUpper', column)).toBe(height('innerLower', column));
      expect(Math.abs(height('innerUpper', column) - 4)).toBeLessThan(0.8);
    }
  });

  test('finds the edges of parted lips, teeth showing', () => {
    const { reading, height } = read(2, 8, 10);
    expect(reading.open).toBe(true);
    expect(Math.abs(height('innerUpper', 20) - (2 - 8))).toBeLessThan(1.5);
    expect(Math.abs(height('innerLower', 20) - (2 + 8))).toBeLessThan(1.5);
  });

  test('takes lips that landmarks call closed for parted when teeth show', () => {
    expect(read(0, 5, 1).reading.open).toBe(true);
  });

  test('keeps every row of a lip between its outline and its edge', () => {
    const { height } = read(-3, 0, 0);
    for (let column = 6; column <= 34; column++) {
      const rows = ['outerUpper', 'middleUpper', 'middleUpper2', 'innerUpper'] as const;
      const lower = ['innerLower', 'middleLower2', 'middleLower', 'outerLower'] as const;
      for (const order of [rows, lower]) {
        const heights = order.map((row) => height(row, column));
        expect([...heights].sort((a, b) => a - b)).toEqual(heights);
      }
    }
  });
});
