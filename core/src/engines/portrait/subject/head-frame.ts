import { LEVEL_PAIRS } from '../mesh/topology.ts';
import type { PreparedPortrait, Triple } from '../prepared.ts';

/** The axes of the head in the picture, as a prepared portrait keeps them. */
export type HeadAxes = PreparedPortrait['axes'];

/** The head's axes and size, measured on landmarks in pixels. Angles in radians, as in `PreparedPortrait`. */
export interface HeadFrame {
  readonly axes: HeadAxes;
  readonly iod: number;
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

type Vector = [number, number, number];
const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const subtract = (a: Triple, b: Triple): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const middle = (a: Triple, b: Triple): Vector => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2];
const normalise = (a: Triple): Vector => {
  const length = Math.hypot(...a) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
};
const cross = (a: Triple, b: Triple): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** Landmark `i` of points laid out x, y, z. */
export const pointAt = (points: ArrayLike<number>, i: number): Vector => [
  points[i * 3]!,
  points[i * 3 + 1]!,
  points[i * 3 + 2]!,
];

/** Measures the head's pose. `points`: at least 468 × 3, pixels, z in the same unit. */
export function measureHead(points: ArrayLike<number>): HeadFrame {
  const at = (i: number) => pointAt(points, i);
  const across: Vector = [0, 0, 0];
  for (const [right, left] of LEVEL_PAIRS) {
    const step = subtract(at(left), at(right));
    for (let c = 0; c < 3; c++) across[c]! += step[c]!;
  }
  const x = normalise(across);
  const down = subtract(at(152), at(10));
  const along = dot(down, x);
  const y = normalise([down[0] - along * x[0], down[1] - along * x[1], down[2] - along * x[2]]);
  const z = cross(x, y);
  const rightEye = middle(at(33), at(133));
  const leftEye = middle(at(263), at(362));
  return {
    axes: { origin: middle(rightEye, leftEye), x, y, z },
    iod: Math.hypot(...subtract(leftEye, rightEye)),
    yaw: Math.atan2(x[2], x[0]),
    pitch: Math.atan2(y[2], y[1]),
    roll: Math.atan2(x[1], x[0]),
  };
}

/** Where depth behind the eyes levels off, in IOD: a head turned as one shell folds at its cheeks otherwise. */
const DEPTH_BEHIND = 0.55;

/** Compresses depth behind the eyes; what lies in front of them stays. */
export const compressDepth = (z: number) => (z > 0 ? DEPTH_BEHIND * (1 - Math.exp(-z / DEPTH_BEHIND)) : z);

/** Turns points in pixels (`n` × 3) into head space (IOD). Depth is left as it is. */
export function toHead({ axes, iod }: HeadFrame, points: ArrayLike<number>, count: number): Float32Array {
  const head = new Float32Array(count * 3);
  for (let i = 0; i < count; i++) {
    const from = subtract(pointAt(points, i), axes.origin);
    head[i * 3] = dot(from, axes.x) / iod;
    head[i * 3 + 1] = dot(from, axes.y) / iod;
    head[i * 3 + 2] = dot(from, axes.z) / iod;
  }
  return head;
}
