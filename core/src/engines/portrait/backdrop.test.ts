import { expect, test } from 'vitest';
import { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { wordsOf } from '../../media/words.ts';
import { CHANNEL_INDEX, restPose } from '../../motion/pose.ts';
import { ABSENT, OPAQUE, SHEER } from '../../render/cpu/mesh-painter.ts';
import { kindReader, separate } from './backdrop.ts';
import { createPainter } from './draw.ts';
import type { PreparedBackdrop } from './prepared.ts';
import { SYNTHETIC_SIZE, syntheticPlacement, syntheticPortrait, syntheticStill } from './synthetic-portrait.ts';

const { width, height } = SYNTHETIC_SIZE;
const GRID = 60;
/** A round head with a soft edge before a flat grey wall. */
function roundHead(): PreparedBackdrop {
  const matte = new Uint8Array(GRID * GRID);
  const plate = new Uint8ClampedArray(GRID * GRID * 4).fill(90);
  for (let j = 0; j < GRID; j++) {
    for (let i = 0; i < GRID; i++) {
      const away = Math.hypot(i - GRID / 2, j - GRID / 2) - GRID * 0.3;
      matte[j * GRID + i] = Math.max(0, Math.min(255, 128 - away * 40));
      plate[(j * GRID + i) * 4 + 3] = 255;
    }
  }
  return { rect: { x: 0, y: 0, width, height }, width: GRID, height: GRID, matte, plate };
}

const picture = syntheticStill();
const still = { width, height, pixels: wordsOf(picture.pixels) };

test('a person over what is behind gives the photo again', () => {
  const { person, behind } = separate(still, roundHead(), syntheticPlacement, new KernelMemory(width * height * 4, 1));
  let soft = 0;
  for (let k = 0; k < person.pixels.length; k++) {
    const alpha = person.pixels[k]! >>> 24;
    if (alpha > 0 && alpha < 255) soft++;
    for (let shift = 0; shift < 24; shift += 8) {
      const own = (person.pixels[k]! >>> shift) & 255;
      const under = (behind.pixels[k]! >>> shift) & 255;
      const sum = own + (under * (255 - alpha)) / 255;
      const there = (still.pixels[k]! >>> shift) & 255;
      // A soft pixel that no person's colour explains is as dark, or as bright, as it can be made.
      if (own > 0 && own < alpha) expect(Math.abs(sum - there)).toBeLessThanOrEqual(1);
    }
  }
  expect(soft).toBeGreaterThan(500);
});

test('triangles are sheer at the outline, and where they come in from outside the picture', () => {
  const { person } = separate(still, roundHead(), syntheticPlacement, new KernelMemory(width * height * 4, 1));
  const spots = [
    [110, 120, 120, 120, 115, 130], // inside the head
    [5, 5, 15, 5, 10, 15], // wall
    [30, 120, 120, 120, 60, 150], // both
    [-20, -20, 40, -20, 10, 30], // in from the corner, all wall
  ];
  const at = Float32Array.from(spots.flat());
  const kinds = kindReader(person)(Uint16Array.from(spots.flatMap((_, k) => [3 * k, 3 * k + 1, 3 * k + 2])), at);
  expect(Array.from(kinds)).toEqual([OPAQUE, ABSENT, SHEER, ABSENT]);
});

test('the wall stands still while the head turns, and shows where the head was', () => {
  const prepared = { ...syntheticPortrait(), backdrop: roundHead() };
  const pose = restPose();
  pose[CHANNEL_INDEX.headX] = 0.3;
  const painter = createPainter({ prepared, still: picture, placement: syntheticPlacement });
  const into = painter.createCanvas();
  painter.paint(pose, into);
  const word = (pixels: Uint8ClampedArray, x: number, y: number) =>
    Array.from(pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 4));
  expect(word(into, 15, 120)).toEqual(word(picture.pixels, 15, 120)); // wall, left
  expect(word(into, 225, 120)).toEqual(word(picture.pixels, 225, 120)); // wall, right
  expect(word(into, 52, 130)).toEqual([90, 90, 90, 255]); // uncovered: the plate
});
