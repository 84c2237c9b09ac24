import { describe, expect, test } from 'vitest';
import type { Rect } from '../../media/frame.ts';
import { CHANNEL_INDEX, type Channel, type Pose, restPose } from '../../motion/pose.ts';
import { createPainter, MOST_CANVASES } from './draw.ts';
import { SYNTHETIC_SIZE, syntheticPlacement, syntheticPortrait, syntheticStill } from './synthetic-portrait.ts';

const { width, height } = SYNTHETIC_SIZE;
const still = syntheticStill();
const painter = (open = false) =>
  createPainter({ prepared: syntheticPortrait(open), still, placement: syntheticPlacement });

function poseOf(channels: Partial<Record<Channel, number>>): Pose {
  const pose = restPose();
  for (const [channel, value] of Object.entries(channels)) pose[CHANNEL_INDEX[channel as Channel]] = value;
  return pose;
}
function painted(on: ReturnType<typeof painter>, channels: Partial<Record<Channel, number>>): Uint8ClampedArray {
  const into = on.createCanvas();
  on.paint(poseOf(channels), into);
  return into;
}
function paint(channels: Partial<Record<Channel, number>>, open = false): Uint8ClampedArray {
  return painted(painter(open), channels);
}
/** The box of pixels that differ, or null. */
function difference(a: Uint8ClampedArray, b: Uint8ClampedArray): Rect | null {
  let left: number = width;
  let top: number = height;
  let right = -1;
  let bottom = -1;
  for (let k = 0; k < a.length; k++) {
    if (a[k] === b[k]) continue;
    const x = (k >> 2) % width;
    const y = Math.floor((k >> 2) / width);
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}
const inside = (inner: Rect, outer: Rect) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
/** How many pixels of the middle column show the inside of the mouth: those that change with the light in there. */
function openRows(channels: Partial<Record<Channel, number>>): number {
  const [bright, dim] = [1, 0.5].map((light) => {
    const portrait = syntheticPortrait();
    const tooth = light === 1 ? ([220, 212, 195] as const) : ([90, 80, 70] as const);
    const prepared = { ...portrait, colours: { ...portrait.colours, light, tooth } };
    return painted(createPainter({ prepared, still, placement: syntheticPlacement }), channels);
  });
  let rows = 0;
  for (let at = width * 2; at < bright!.length; at += width * 4) {
    if (bright![at] !== dim![at] || bright![at + 1] !== dim![at + 1]) rows++;
  }
  return rows;
}

describe('a painter', () => {
  test('draws the photo itself when nothing moves', () => {
    expect(difference(paint({}), still.pixels)).toBeNull();
  });

  test('draws the same bytes for the same pose, whatever was painted before', () => {
    const pose = { jawOpen: 0.5, headYaw: 0.1, headRoll: -0.05, eyeBlinkLeft: 0.4, gazeX: 0.3, breath: 1, sway: 0.02 };
    const first = paint(pose);
    const used = painter();
    const into = used.createCanvas();
    used.paint(poseOf({ jawOpen: 1, headPitch: 0.15, tongueOut: 0.4 }), into);
    used.paint(poseOf({ headYaw: -0.2, eyeWideLeft: 1 }), into);
    used.paint(poseOf(pose), into);
    expect(difference(first, into)).toBeNull();
    expect(difference(first, still.pixels)).not.toBeNull();
  });

  test('says which part may differ from the pose before, over several buffers', () => {
    const used = painter();
    const buffers = [used.createCanvas(), used.createCanvas(), used.createCanvas()];
    let before: Uint8ClampedArray | undefined;
    const poses = [{ jawOpen: 0.6 }, {}, { headYaw: 0.1 }, { eyeBlinkRight: 1 }, { breath: 1 }, { jawOpen: 0.2 }, {}];
    for (const [k, channels] of poses.entries()) {
      const into = buffers[k % 3]!;
      const changed = used.paint(poseOf(channels), into);
      const seen = before && difference(before, into);
      if (seen) expect(inside(seen, changed), `pose ${k}`).toBe(true);
      before = into.slice();
    }
  });

  test('leaves no pixel unwritten or transparent at the ends of every channel', () => {
    const used = painter(true);
    for (const value of [-1, 1, Number.NaN, 1e9]) {
      const into = used.createCanvas();
      used.paint(new Float32Array(restPose().length).fill(value), into);
      for (let k = 3; k < into.length; k += 4) expect(into[k]).toBe(255);
    }
  });

  test('gives what a canvas shows as a JPEG', () => {
    const one = painter();
    const into = painted(one, { jawOpen: 0.5, headYaw: 0.1 });
    const jpeg = one.jpeg(into, 80);
    expect(Array.from(jpeg.subarray(0, 3))).toEqual([0xff, 0xd8, 0xff]);
    expect(Array.from(jpeg.subarray(-2))).toEqual([0xff, 0xd9]);
    expect(one.jpeg(into, 95).length).toBeGreaterThan(jpeg.length);
    expect(() => one.jpeg(new Uint8ClampedArray(into), 80)).toThrow(/canvas of the painter/);
  });

  test('refuses pixels that are not its own, and more canvases than it has room for', () => {
    const used = painter();
    expect(() => used.paint(restPose(), new Uint8ClampedArray(width * height * 4))).toThrow(/canvas of the painter/);
    for (let k = 0; k < MOST_CANVASES; k++) used.createCanvas();
    expect(() => used.createCanvas()).toThrow(/Dispose them/);
  });

  test('keeps lips shut under a ceiling of zero, however open the jaw and turned the head', () => {
    const turned = { jawOpen: 0.6, headYaw: 0.15, headPitch: 0.1 };
    expect(openRows(turned)).toBeGreaterThan(10);
    expect(openRows({ ...turned, lipGapCeiling: 0 })).toBe(0);
    expect(openRows({ ...turned, mouthClose: 0.6 })).toBe(0); // motion without ceilings says it so
  });

  test('opens the lips as far as asked', () => {
    for (const lipGapCeiling of [0.1, 0.2, 0.3, 0.4]) {
      expect(Math.abs(openRows({ jawOpen: 1, lipGapCeiling }) - lipGapCeiling * 60)).toBeLessThan(2.5); // 60 px per IOD
    }
  });

  test('closes an eye fully', () => {
    const shut = paint({ eyeBlinkRight: 1 });
    const seen = difference(shut, still.pixels)!;
    expect(seen.x + seen.width).toBeLessThan(width / 2); // only the subject's right eye, on the image's left
    const wide = paint({ eyeBlinkRight: 1, eyeWideRight: 1, gazeY: -0.4 });
    const at = (110 * width + 90) * 4; // the iris centre
    expect(Math.abs(wide[at]! - shut[at]!)).toBeLessThan(60);
  });

  test('turns the nose where the pose says', () => {
    const marked = syntheticStill();
    const nose = (110 * width + 120) * 4;
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) marked.pixels.set([255, 0, 255, 255], nose + (dy * width + dx) * 4);
    }
    const centre = (channels: Partial<Record<Channel, number>>) => {
      const prepared = syntheticPortrait();
      const into = painted(createPainter({ prepared, still: marked, placement: syntheticPlacement }), channels);
      let [x, y, n] = [0, 0, 0];
      for (let k = 0; k < into.length; k += 4) {
        if (into[k]! > 220 && into[k + 1]! < 60 && into[k + 2]! > 220) {
          x += (k >> 2) % width;
          y += Math.floor((k >> 2) / width);
          n++;
        }
      }
      return [x / n, y / n] as const;
    };
    const rest = centre({});
    expect(centre({ headYaw: 0.12 })[0]).toBeGreaterThan(rest[0] + 3);
    expect(centre({ headPitch: 0.12 })[1]).toBeGreaterThan(rest[1] + 3);
    expect(centre({ headRoll: 0.12 })[0]).toBeGreaterThan(rest[0] + 3); // clockwise about the neck
    expect(centre({ headY: 0.1 })[1]).toBeGreaterThan(rest[1] + 5);
  });
});
