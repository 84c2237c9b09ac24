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
  const still = project(mesh, frame, 0, 0);
  const reach = (axis: 'yaw' | 'pitch', sign: -1 | 1) => {
    let holds: number = NEAREST[axis];
    let folds = FURTHEST[axis][sign < 0 ? 0 : 1] + 1;
    while (folds - holds > 1) {
      const degrees = (holds + folds) >> 1;
      const angle = sign * degrees * DEGREE;
      const turned = project(mesh, frame, axis === 'yaw' ? angle : 0, axis === 'pitch' ? angle : 0);
      if (flippedShare(mesh, still, turned) > FOLDED) folds = degrees;
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

/** Where the camera sees the vertices of the face after a turn: x and y, pixels. */
function project({ head, ringStart }: SubjectMesh, frame: HeadFrame, yaw: number, pitch: number): Float64Array {
  const at = new Float64Array(ringStart * 2);
  const { x: axisX, y: axisY, z: axisZ } = frame.axes;
  const cosYaw = Math.cos(yaw);
  const sinYaw = Math.sin(yaw);
  const cosPitch = Math.cos(pitch);
  const sinPitch = Math.sin(pitch);
  for (let i = 0; i < ringStart; i++) {
    const fx = head[i * 3]! - PIVOT[0];
    const fy = head[i * 3 + 1]! - PIVOT[1];
    const fz = head[i * 3 + 2]! - PIVOT[2];
    const pz = sinPitch * fy + cosPitch * fz;
    const x = cosYaw * fx - sinYaw * pz + PIVOT[0];
    const y = cosPitch * fy - sinPitch * fz + PIVOT[1];
    const z = sinYaw * fx + cosYaw * pz + PIVOT[2];
    const size = (frame.iod * CAMERA) / (CAMERA + axisX[2] * x + axisY[2] * y + axisZ[2] * z);
    at[i * 2] = (axisX[0] * x + axisY[0] * y + axisZ[0] * z) * size;
    at[i * 2 + 1] = (axisX[1] * x + axisY[1] * y + axisZ[1] * z) * size;
  }
  return at;
}

/** Share of the face's area that faces away after a turn that moves its vertices from `still` to `turned`. */
function flippedShare({ positions, faceTriangles }: SubjectMesh, still: Float64Array, turned: Float64Array): number {
  const at = turned.map((place, i) => positions[i]! + place - still[i]!);
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
  const a = triangles[i]! * 2;
  const b = triangles[i + 1]! * 2;
  const c = triangles[i + 2]! * 2;
  const x = points[a]!;
  const y = points[a + 1]!;
  return (points[b]! - x) * (points[c + 1]! - y) - (points[c]! - x) * (points[b + 1]! - y);
}
