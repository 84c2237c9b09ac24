import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Field, PreparedPortrait } from '@orator/core/engines/portrait/prepared';
import { parsePortrait, serialisePortrait } from '@orator/core/engines/portrait/prepared-bytes';
import { preparePortrait } from '@orator/core/engines/portrait/subject/prepare';
import type { Picture } from '@orator/core/media/frame';
import type { FaceLandmarker } from '@orator/core/models/face-landmarks';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLandmarker } from './landmarks.ts';

const folder = join(process.env.ORATOR_TESTDATA ?? '../shared/testdata', 'portraits');
const present = existsSync(folder);

async function read(name: string): Promise<Picture> {
  const { data, info } = await sharp(join(folder, name))
    .rotate()
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    pixels: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length),
  };
}

describe.skipIf(!present)('real portraits (skipped without testdata)', () => {
  let landmarker: FaceLandmarker;
  let freckles: Promise<PreparedPortrait>;
  beforeAll(async () => {
    landmarker = await openLandmarker();
    freckles = preparePortrait(await read('woman_freckles_closeup.png'), landmarker, { face: 'largest' });
  });
  afterAll(() => landmarker[Symbol.asyncDispose]());

  test('a picture without a face is refused', async () => {
    const stones = await read('no_face_stones.png');
    await expect(preparePortrait(stones, landmarker, { face: 'largest' })).rejects.toMatchObject({
      code: 'face/not-found',
    });
  });

  test('two faces: the largest by default with a warning, either one by choice', async () => {
    const car = await read('two_faces_car.png');
    const largest = await preparePortrait(car, landmarker, { face: 'largest' });
    expect(largest.warnings.join()).toContain('2 faces');
    expect(largest.face.x).toBeLessThan(1000);
    const second = await preparePortrait(car, landmarker, { face: 1 });
    expect(second.face.x).toBeGreaterThan(1500);
    expect(second.warnings.join()).not.toContain('faces');
  });

  test('a closed mouth: seam shared by both lips, still background, all shapes solved', async () => {
    const portrait = await freckles;
    expect(portrait.mouth.open).toBe(false);
    expect(Math.abs(portrait.yaw)).toBeLessThan(0.1);
    portrait.mouth.upper.forEach((upper, i) => {
      expect(portrait.positions[upper * 2 + 1]).toBeCloseTo(portrait.positions[portrait.mouth.lower[i]! * 2 + 1]!, 3);
    });
    expect(Object.keys(portrait.fields)).toHaveLength(43);
    expect(portrait.hats).toHaveLength(7);
    for (const field of Object.values(portrait.fields)) expect(field.delta.every(Number.isFinite)).toBe(true);
    expect(portrait.neutral.every((value) => value === 0)).toBe(true);
    expect(parsePortrait(serialisePortrait(portrait))).toEqual(portrait);
  });

  test('shapes do what their names say: lids meet, the jaw parts the lips but not their corners, hats close a gap exactly', async () => {
    const portrait = await freckles;
    const down = (field: Field, vertex: number) => {
      const k = field.index.indexOf(vertex);
      return k < 0 ? 0 : field.delta[k * 3 + 1]!;
    };
    const opened = (field: Field, { upper, lower }: { upper: Uint16Array; lower: Uint16Array }, i: number) =>
      down(field, lower[i]!) - down(field, upper[i]!);
    portrait.eyes.forEach((eye, side) => {
      const blink = side === 0 ? portrait.fields.eyeBlinkRight! : portrait.fields.eyeBlinkLeft!;
      for (let i = 1; i < eye.upper.length - 1; i++) {
        const gap = portrait.head[eye.lower[i]! * 3 + 1]! - portrait.head[eye.upper[i]! * 3 + 1]!;
        expect(opened(blink, eye, i)).toBeCloseTo(-gap, 3);
      }
    });
    const jaw = portrait.fields.jawOpen!;
    expect(opened(jaw, portrait.mouth, 20)).toBeCloseTo(0.51, 1);
    expect(opened(jaw, portrait.mouth, 0)).toBe(0);
    expect(opened(jaw, portrait.mouth, 1)).toBeLessThan(0.06);
    for (let i = 8; i <= 32; i++) {
      const closed = portrait.hats.reduce((sum, hat) => sum + opened(hat, portrait.mouth, i), 0);
      expect(closed).toBeCloseTo(-1, 3);
    }
    for (const [left, right] of [
      ['jawLeft', 'jawRight'],
      ['mouthLeft', 'mouthRight'],
    ] as const) {
      const [a, b] = [portrait.fields[left]!, portrait.fields[right]!];
      expect(a.delta.every((value, i) => value === -b.delta[i]!)).toBe(true);
    }
  });

  test('a broad smile with teeth: closed and relaxed, teeth in the colour of the photo', async () => {
    const portrait = await preparePortrait(await read('man_smile_teeth.jpg'), landmarker, { face: 'largest' });
    expect(portrait.mouth.open).toBe(true);
    expect(portrait.neutralWeights.mouthSmileLeft).toBeLessThan(-0.2);
    const [middleUpper, middleLower] = [portrait.mouth.upper[20]!, portrait.mouth.lower[20]!];
    const gap = (offsets: Float32Array) =>
      portrait.head[middleLower * 3 + 1]! +
      offsets[middleLower * 3 + 1]! -
      portrait.head[middleUpper * 3 + 1]! -
      offsets[middleUpper * 3 + 1]!;
    expect(gap(new Float32Array(portrait.neutral.length))).toBeGreaterThan(0.08);
    expect(Math.abs(gap(portrait.neutral))).toBeLessThan(0.02);
    expect(portrait.colours.tooth[0]).toBeGreaterThan(180);
    expect(portrait.glasses).toBe(false);
    const kept = await preparePortrait(await read('man_smile_teeth.jpg'), landmarker, {
      face: 'largest',
      keepSmile: 1,
    });
    expect(kept.neutral.every((value) => value === 0)).toBe(true);
  });

  test('curly hair and glasses: the whole head follows, the background beyond does not', async () => {
    const portrait = await preparePortrait(await read('photo_man_glasses_pout.jpg'), landmarker, { face: 'largest' });
    expect(portrait.glasses).toBe(true);
    const { rect, width, height, matte } = portrait.backdrop!;
    let [inside, outside, count] = [1, 0, 0];
    portrait.follow.forEach((follow, vertex) => {
      const [x, y] = [portrait.positions[vertex * 2]!, portrait.positions[vertex * 2 + 1]!];
      const column = Math.floor(((x - rect.x) / rect.width) * width);
      const row = Math.floor(((y - rect.y) / rect.height) * height);
      if (column < 0 || row < 0 || column >= width || row >= height || portrait.head[vertex * 3 + 1]! > 1) return;
      if (matte[row * width + column]! > 250) inside = Math.min(inside, follow);
      else if (matte[row * width + column] === 0) {
        outside += follow;
        count++;
      }
    });
    expect(inside).toBeGreaterThan(0.8);
    expect(outside / count).toBeLessThan(0.45); // rings lie up to 0.3 face radii apart: the first one outside still follows
  });
});
