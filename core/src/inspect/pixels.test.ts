import { describe, expect, test } from 'vitest';
import type { Picture } from '../media/frame.ts';
import { createDragMeter } from './background-drag.ts';
import { createSquareReader, readGrey } from './face-view.ts';
import { createSkinMeter } from './skin-detail.ts';
import { faceAt, type StickFace } from './test-face.ts';

const SIDE = 400;

/** A picture whose grey at each pixel is given; drawn once per call. */
function draw(grey: (x: number, y: number) => number): Picture {
  const pixels = new Uint8ClampedArray(SIDE * SIDE * 4).fill(255);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) pixels.fill(grey(x, y), (y * SIDE + x) * 4, (y * SIDE + x) * 4 + 3);
  }
  return { width: SIDE, height: SIDE, pixels };
}

/** A smooth wall of blobs, as a function of place. */
const wall = (x: number, y: number) => 128 + 50 * Math.sin(x / 9) * Math.cos(y / 11) + 30 * Math.sin((x + 2 * y) / 14);

/** A head of 80 pixels that sways, before a wall that follows it by `drag`. */
function measureDrag(drag: number): number | null {
  const meter = createDragMeter();
  for (let i = 0; i < 60; i += 5) {
    const sway = 9 * Math.sin(i / 7);
    const points = faceAt({ x: 200 + sway, y: 220, size: 60 });
    const picture = draw((x, y) => (Math.hypot(x - 200 - sway, y - 220) < 70 ? 90 : wall(x - drag * sway, y)));
    for (let k = 0; k < 5; k++) meter.add(picture, points);
  }
  return meter.finish();
}

describe('background', () => {
  test('that stands still has no drag', () => expect(measureDrag(0)).toBeLessThan(0.02));
  test('that follows the head by a fifth has a drag of 0.2', () => expect(measureDrag(0.2)).toBeCloseTo(0.2, 1));
  test('that is plain tells nothing', () => {
    const meter = createDragMeter();
    const plain = draw(() => 128);
    for (let i = 0; i < 60; i++) meter.add(plain, faceAt({ x: 200 + 9 * Math.sin(i / 7), size: 60 }));
    expect(meter.finish()).toBeNull();
  });
});

describe('skin', () => {
  const still: StickFace = { x: 200, y: 180, size: 120 };
  test('that flickers by two grey levels reads 2, and skin that moves with the head reads 0', () => {
    const flickering = createSkinMeter();
    for (let i = 0; i < 6; i++)
      flickering.add(
        draw(() => 100 + 2 * (i % 2)),
        faceAt(still),
      );
    expect(flickering.finish().skinFlicker).toBeCloseTo(2, 2);
    const moving = createSkinMeter();
    for (let i = 0; i < 6; i++) {
      const x = 200 + 2 * i;
      moving.add(
        draw((px, py) => 120 + 40 * Math.sin((px - x) / 25) + py / 10),
        faceAt({ ...still, x }),
      );
    }
    expect(moving.finish().skinFlicker).toBeLessThan(0.05);
  });
  test('a mouth with half the contrast of the eyes has half their detail; teeth add to it', () => {
    const meter = createSkinMeter();
    for (let i = 0; i < 8; i++) {
      const open = i % 2 === 1;
      const contrast = (y: number) => (y < 220 ? 20 : open ? 15 : 10);
      const points = faceAt({ ...still, opening: open ? 0.2 : 0 });
      meter.add(
        draw((x, y) => 128 + contrast(y) * ((x + y) % 4 < 2 ? 1 : -1)),
        points,
      );
    }
    const { mouthDetail, openMouthDetail } = meter.finish();
    expect(mouthDetail).toBeCloseTo(12.5 / 20, 1);
    expect(openMouthDetail).toBeCloseTo(1.5, 1);
  });
  test('a square finds the same skin after the head has moved, turned and grown', () => {
    const squareOf = createSquareReader();
    const spot = (face: Required<Pick<StickFace, 'x' | 'y' | 'size' | 'roll'>>) => {
      const points = faceAt(face);
      const [px, py] = [points[168 * 3]!, points[168 * 3 + 1]!];
      const picture = draw((x, y) => 255 * Math.exp(-((x - px) ** 2 + (y - py) ** 2) / 200));
      const patch = readGrey(picture, squareOf(points), { x: -0.5, y: -0.5, width: 1, height: 1.5 }, 40);
      return patch.values.indexOf(Math.max(...patch.values));
    };
    const before = spot({ x: 200, y: 180, size: 120, roll: 0 });
    const after = spot({ x: 180, y: 190, size: 135, roll: 12 });
    expect(Math.abs((after % 40) - (before % 40))).toBeLessThanOrEqual(1);
    expect(Math.abs(Math.floor(after / 40) - Math.floor(before / 40))).toBeLessThanOrEqual(1);
  });
});
