import { describe, expect, test } from 'vitest';
import type { Picture } from '../../../media/frame.ts';
import type { FaceBox, FaceLandmarker } from '../../../models/face-landmarks.ts';
import { LEVEL_PAIRS } from '../mesh/topology.ts';
import { findFace } from './detect.ts';

const picture: Picture = { width: 1000, height: 800, pixels: new Uint8ClampedArray(1000 * 800 * 4).fill(128) };
const box = (x: number, y = 300, size = 200): FaceBox => ({ x, y, width: size, height: size, confidence: 0.9 });

/** Answers with given boxes, and with a schematic face turned by `yaw` degrees whose eyes are `iod` box sides apart. */
function scripted(boxes: readonly FaceBox[], { iod = 0.45, yaw = 0 } = {}): FaceLandmarker {
  return {
    name: 'scripted',
    detect: async () => boxes,
    landmarks: async ({ width }) => schematicFace(width / 2, width / 2, (iod * width) / 2.2, (yaw * Math.PI) / 180),
    describe: async () => null,
    [Symbol.asyncDispose]: async () => {},
  };
}

function schematicFace(x: number, y: number, iod: number, yaw: number): Float32Array {
  const points = new Float32Array(478 * 3);
  const put = (vertex: number, right: number, down: number) =>
    points.set([x + right * iod * Math.cos(yaw), y + down * iod, right * iod * Math.sin(yaw)], vertex * 3);
  for (const [right, left] of LEVEL_PAIRS) {
    put(right, -0.8, 0.3);
    put(left, 0.8, 0.3);
  }
  put(33, -0.72, 0);
  put(133, -0.28, 0);
  put(362, 0.28, 0);
  put(263, 0.72, 0);
  put(10, 0, -0.9);
  put(152, 0, 1.7);
  return points;
}

describe('choosing a face', () => {
  test('takes the largest and says so when there are several', async () => {
    const found = await findFace(picture, scripted([box(600, 300, 240), box(100)]), 'largest');
    expect(found.box.x).toBe(600);
    expect(found.warnings.join()).toContain('2 faces');
  });

  test('takes the leftmost, or one by its place from the left', async () => {
    const landmarker = scripted([box(600, 300, 240), box(100)]);
    expect((await findFace(picture, landmarker, 'left')).box.x).toBe(100);
    expect((await findFace(picture, landmarker, 1)).box.x).toBe(600);
    await expect(findFace(picture, landmarker, 2)).rejects.toMatchObject({ code: 'face/not-found' });
  });

  test('gives landmarks and pose in pixels of the picture', async () => {
    const { frame, points } = await findFace(picture, scripted([box(400)], { yaw: 12 }), 'largest');
    expect(frame.iod).toBeCloseTo(0.45 * 200, 1);
    expect(frame.yaw * (180 / Math.PI)).toBeCloseTo(12, 1);
    expect(frame.axes.origin[0]).toBeCloseTo(500, 1);
    expect(points[152 * 3 + 1]).toBeCloseTo(400 + 1.7 * 90, 1);
  });
});

describe('refusing a face', () => {
  const code = (landmarker: FaceLandmarker) =>
    findFace(picture, landmarker, 'largest').then(
      () => 'accepted',
      (error) => `${error.code}: ${error.message}`,
    );

  test('none at all', async () => {
    expect(await code(scripted([]))).toContain('face/not-found');
  });

  test('too small, with the measure and the limit', async () => {
    expect(await code(scripted([box(400, 300, 80)]))).toMatch(/face\/too-small: .*36 px.*40 px/);
  });

  test('turned away, with the measure and the limit', async () => {
    expect(await code(scripted([box(400)], { yaw: -41 }))).toMatch(/face\/turned-away: .*41°.*38°/);
    expect(await code(scripted([box(400)], { yaw: 29 }))).toBe('accepted');
  });

  test('cut off by the picture, with the share', async () => {
    expect(await code(scripted([box(-80)]))).toMatch(/face\/cut-off: 40 %.*25 %/);
    expect(await code(scripted([box(-30)]))).toBe('accepted');
  });
});
