import type { SubjectMesh } from '../mesh/mesh.ts';
import type { PreparedPortrait } from '../prepared.ts';
import type { HeadFrame } from './head-frame.ts';

type Limits = PreparedPortrait['limits'];

/** Where heads turn about (IOD: the upper neck), and how far the camera is. */
const PIVOT = [0, 1.15, 1.05] as const;
const CAMERA = 11;
/** The mesh counts as folded when more than this share of the face's area is flipped. */
const FOLDED = 0.0025;
/** Furthest turns that are tried, degrees; by eye, turns within the nearest ones always pass. */
const FURTHEST = { yaw: [12, 12], pitch: [8, 10], roll: 10 } as const;
const NEAREST = { yaw: 5, pitch: 6 } as const;
const DEGREE = Math.PI / 180;

/** Finds how far the head may turn before its mesh folds, to a degree. Folding only grows with the turn. */
export function turnLimits(mesh: SubjectMesh, frame: HeadFrame): Limits {
  const reach = (axis: 'yaw' | 'pitch', sign: -1 | 1) => {
    let holds: number = NEAREST[axis];
    let folds = FURTHEST[axis][sign < 0 ? 0 : 1] + 1;
    while (folds - holds > 1) {
      const degrees = (holds + folds) >> 1;
      const angle = sign * degrees * DEGREE;
      const share = flippedShare(mesh, frame, axis === 'yaw' ? angle : 0, axis === 'pitch' ? angle : 0);
      if (share > FOLDED) folds = degrees;
      else holds = degrees;
    }
    return sign * holds * DEGREE;
  };
  return {
    yaw: [reach('yaw', -1), reach('yaw', 1)],
    pitch: [reach('pitch', -1), reach('pitch', 1)],
    roll: [-FURTHEST.roll * DEGREE, FURTHEST.roll * DEGREE],
  };
}

/** Share of the face's area that faces away after a turn. */
function flippedShare(
  { positions, head, faceTriangles, ringStart }: SubjectMesh,
  frame: HeadFrame,
  yaw: number,
  pitch: number,
): number {
  const at = new Float64Array(ringStart * 2);
  const { x: axisX, y: axisY, z: axisZ } = frame.axes;
  const project = (x: number, y: number, z: number) => {
    const size = (frame.iod * CAMERA) / (CAMERA + axisX[2] * x + axisY[2] * y + axisZ[2] * z);
    return [
      (axisX[0] * x + axisY[0] * y + axisZ[0] * z) * size,
      (axisX[1] * x + axisY[1] * y + axisZ[1] * z) * size,
    ] as const;
  };
  const [cosYaw, sinYaw, cosPitch, sinPitch] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  for (let i = 0; i < ringStart; i++) {
    const [x, y, z] = [head[i * 3]!, head[i * 3 + 1]!, head[i * 3 + 2]!];
    const [fx, fy, fz] = [x - PIVOT[0], y - PIVOT[1], z - PIVOT[2]];
    const [py, pz] = [cosPitch * fy - sinPitch * fz, sinPitch * fy + cosPitch * fz];
    const turned = project(cosYaw * fx - sinYaw * pz + PIVOT[0], py + PIVOT[1], sinYaw * fx + cosYaw * pz + PIVOT[2]);
    const still = project(x, y, z);
    at[i * 2] = positions[i * 2]! + turned[0] - still[0];
    at[i * 2 + 1] = positions[i * 2 + 1]! + turned[1] - still[1];
  }
  let flipped = 0;
  let total = 0;
  for (let i = 0; i < faceTriangles.length; i += 3) {
    const before = area(positions, faceTriangles, i);
    const after = area(at, faceTriangles, i);
    total += Math.abs(before);
    if (before * after < 0) flipped += Math.abs(after);
  }
  return flipped / total;
}

function area(points: ArrayLike<number>, triangles: Uint16Array, i: number): number {
  const [a, b, c] = [triangles[i]! * 2, triangles[i + 1]! * 2, triangles[i + 2]! * 2];
  const [x, y] = [points[a]!, points[a + 1]!];
  return (points[b]! - x) * (points[c + 1]! - y) - (points[c]! - x) * (points[b + 1]! - y);
}
