import { expect, test } from 'vitest';
import type { Picture } from '../../../media/frame.ts';
import { LEFT_EYE, RIGHT_EYE } from '../mesh/topology.ts';
import { fitDrawnEyes } from './eyes.ts';
import { FacePixels } from './face-pixels.ts';
import type { HeadFrame } from './head-frame.ts';

const IOD = 100;
const SIZE = 300;
const [X, Y] = [150, 120];
const frame: HeadFrame = {
  axes: { origin: [X, Y, 0], x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1] },
  iod: IOD,
  yaw: 0,
  pitch: 0,
  roll: 0,
};

/** Skin with two white eyes whose irises have the given radius, IOD. */
function drawEyes(radius: number): Picture {
  const pixels = new Uint8ClampedArray(SIZE * SIZE * 4).fill(255);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const dx = Math.abs(x + 0.5 - X) - IOD / 2;
      const dy = y + 0.5 - Y;
      const iris = Math.hypot(dx, dy) < radius * IOD;
      const white = Math.hypot(dx / 1.6, dy) < radius * IOD * 1.1;
      pixels.set(iris ? [70, 45, 30] : white ? [245, 245, 245] : [200, 160, 140], (y * SIZE + x) * 4);
    }
  }
  return { width: SIZE, height: SIZE, pixels };
}

/** Landmarks of natural eyes: 0.46 IOD wide and 0.18 high. */
function naturalEyes(): Float32Array {
  const points = new Float32Array(478 * 3);
  for (let vertex = 0; vertex < 468; vertex++) points.set([X, Y + 0.8 * IOD, 0], vertex * 3);
  for (const [eye, side, iris] of [
    [RIGHT_EYE, -1, 468],
    [LEFT_EYE, 1, 473],
  ] as const) {
    points.set([X + (side * IOD) / 2, Y, 0], iris * 3);
    eye.upper.forEach((vertex, i) => {
      const t = i / 4 - 1;
      const x = X + side * (IOD / 2 - t * 0.23 * IOD);
      const rise = 0.09 * IOD * (1 - t * t);
      points.set([x, Y - rise, 0], vertex * 3);
      points.set([x, Y + rise, 0], eye.lower[i]! * 3);
    });
  }
  return points;
}

test('leaves natural eyes alone', () => {
  const points = naturalEyes();
  expect(fitDrawnEyes(points, new FacePixels(drawEyes(0.09), frame), frame)).toBe(1);
  expect(points).toEqual(naturalEyes());
});

test('lays the lids around eyes that are drawn large', () => {
  const points = naturalEyes();
  const scale = fitDrawnEyes(points, new FacePixels(drawEyes(0.18), frame), frame);
  expect(scale * 0.092).toBeCloseTo(0.18, 1);
  const height = points[RIGHT_EYE.lower[4]! * 3 + 1]! - points[RIGHT_EYE.upper[4]! * 3 + 1]!;
  expect(height / IOD).toBeGreaterThan(0.34);
  const width = points[RIGHT_EYE.inner * 3]! - points[RIGHT_EYE.outer * 3]!;
  expect(width / IOD).toBeGreaterThan(0.5);
});
