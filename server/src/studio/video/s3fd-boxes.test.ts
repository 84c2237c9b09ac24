import type { FaceBox } from '@orator/core/media/face-crop';
import type { ModelSession, TensorData, Tensors } from '@orator/core/models/runtime';
import { expect, test } from 'vitest';
import { s3fdBoxes } from './s3fd-boxes.ts';

const [WIDTH, HEIGHT] = [640, 360];
const picture = { width: WIDTH, height: HEIGHT, pixels: new Uint8ClampedArray(WIDTH * HEIGHT * 4) };
const OURS: FaceBox = { x1: 300, x2: 360, y1: 100, y2: 180 };
const { signal } = new AbortController();

/** Answers like the network: one sure face at a cell of the third level (stride 16, prior of 64), and a less sure one far away. */
function detector(seen: Tensors[], isSure = true): ModelSession {
  const SIDES = [64, 32, 16, 8, 4, 2];
  return {
    provider: 'test',
    passedOver: [],
    ...{ precision: 'fp32', precisionReason: 'test' },
    run: async (inputs) => {
      seen.push(inputs);
      const outputs: Record<string, TensorData> = {};
      for (const [i, side] of SIDES.entries()) {
        const scores = new Float32Array(2 * side * side).fill(-9, side * side);
        if (i === 2 && isSure) scores[side * side + 8 * side + 8] = 9; // its middle is 136, 136
        if (i === 2) scores[side * side + 15 * side + 15] = 5;
        const shape = [1, 2, side, side];
        outputs[`cls${i + 1}`] = { dtype: 'f32', shape, values: scores };
        outputs[`reg${i + 1}`] = { dtype: 'f32', shape: [1, 4, side, side], values: new Float32Array(4 * side * side) };
      }
      return outputs;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

test('our boxes take on the shape of S3FD’s, which is asked now and then', async () => {
  const seen: Tensors[] = [];
  const look = s3fdBoxes(async () => OURS, detector(seen), 3, signal);
  const boxes: (FaceBox | null)[] = [];
  for (let frame = 0; frame < 7; frame++) boxes.push(await look(picture));
  expect(seen.map(({ picture: shown }) => shown!.shape)).toEqual([1, 2, 3].map(() => [1, 256, 256, 3]));
  // It is shown a square of 200 pixels around our box: 104..168 of 256 is 81.25..131.25 of it.
  const [left, top] = [330 - 100, 140 - 100];
  for (const box of boxes) {
    expect(box!.x1).toBeCloseTo(left + 81.25, 6);
    expect(box!.x2).toBeCloseTo(left + 131.25, 6);
    expect(box!.y1).toBeCloseTo(top + 81.25, 6);
    expect(box!.y2).toBeCloseTo(top + 131.25, 6);
  }
});

test('the shape moves and grows with our boxes', async () => {
  let ours = OURS;
  const look = s3fdBoxes(async () => ours, detector([]), 100, signal);
  const first = (await look(picture))!;
  ours = { x1: 100, x2: 220, y1: 50, y2: 210 }; // elsewhere, and twice as large
  const next = (await look(picture))!;
  expect(next.x2 - next.x1).toBeCloseTo(2 * (first.x2 - first.x1), 6);
  expect(next.x1 - ours.x1).toBeCloseTo(2 * (first.x1 - OURS.x1), 6);
});

test('where it sees no face in ours, our box stays; without ours there is none', async () => {
  const seen: Tensors[] = [];
  expect(await s3fdBoxes(async () => OURS, detector(seen, false), 5, signal)(picture)).toEqual(OURS);
  expect(await s3fdBoxes(async () => null, detector(seen), 5, signal)(picture)).toBeNull();
  expect(seen).toHaveLength(1);
});
