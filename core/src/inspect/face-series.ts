import { fitRigid, type Placement, unplace } from './rigid-fit.ts';
import { resampleSeries, type Series } from './signal.ts';

/** Steps per second of everything measured on a face. */
export const FACE_RATE = 25;

/** The landmarks of one clip, frame by frame: 468 × 3 or 478 × 3 values in pixels, z negative towards the camera; `null` = no face seen. */
export interface FaceTrack {
  /** Frames per second. */
  readonly fps: number;
  readonly points: readonly (Float32Array | null)[];
}

/**
 * What a face does, 25 times a second. Lengths in eye distances (outer corner to outer corner), angles in degrees, relative to the
 * clip's mean face: yaw + to the image's right, pitch + down, roll + clockwise.
 */
export interface FaceSeries {
  /** Gap between the inner lip edges; may read a little below 0 when they press. */
  readonly opening: Series;
  /** From the upper edge of the upper lip to the lower edge of the lower lip. */
  readonly outerHeight: Series;
  /** From corner to corner of the mouth. */
  readonly width: Series;
  /** How low the chin is below the eyes. */
  readonly jaw: Series;
  readonly yaw: Series;
  readonly pitch: Series;
  readonly roll: Series;
  /** Height of the brows above the line of the outer eye corners. */
  readonly brow: Series;
  /** Gap between the lids over the width of the eye, mean of both eyes. */
  readonly lids: Series;
  /** The share of frames in which no face was seen; they are filled in from their neighbours. */
  readonly missing: number;
}

/** Points that move with the skull alone: forehead, bridge and sides of the nose, eye corners, temples, cheekbones. */
export const STILL_POINTS = [
  10, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1, 109, 338, 67, 297, 103, 332, 54, 284, 21, 251, 162, 389, 127, 356, 234, 454,
  93, 323, 33, 133, 263, 362, 98, 327,
] as const;

const INNER_LIPS = [
  [82, 87],
  [13, 14],
  [312, 317],
] as const;
const BROWS = [105, 66, 334, 296] as const;
const LIDS = [
  { corners: [33, 133], gaps: [[160, 144], [159, 145], [158, 153]] }, // biome-ignore format: one eye a line
  { corners: [362, 263], gaps: [[385, 380], [386, 374], [387, 373]] }, // biome-ignore format: one eye a line
] as const;

/** Reads the series of a clip. @throws {RangeError} when no frame has a face. */
export function readFaceSeries(track: FaceTrack): FaceSeries {
  const points = fillGaps(track.points);
  const model = meanFace(points);
  const names = ['opening', 'outerHeight', 'width', 'jaw', 'yaw', 'pitch', 'roll', 'brow', 'lids'] as const;
  const series = Object.fromEntries(names.map((name) => [name, new Float64Array(points.length)])) as Record<
    (typeof names)[number],
    Float64Array
  >;
  const face = new Float64Array(model.length);
  points.forEach((seen, i) => {
    const placement = fitRigid(model, seen, STILL_POINTS);
    unplace(placement, seen, face);
    const values = { ...readAngles(placement), ...readShape(face) };
    for (const name of names) series[name][i] = values[name];
  });
  const resampled = names.map((name) => [name, resampleSeries(series[name], track.fps, FACE_RATE)]);
  const missing = track.points.filter((frame) => frame === null).length / track.points.length;
  return { ...(Object.fromEntries(resampled) as Omit<FaceSeries, 'missing'>), missing };
}

/** Fills frames without a face with a blend of the nearest ones that have one. */
function fillGaps(frames: FaceTrack['points']): Float32Array[] {
  const known = frames.flatMap((frame, i) => (frame === null ? [] : [i]));
  if (known.length === 0) throw new RangeError('No frame of the clip has a face.');
  return frames.map((frame, i) => {
    if (frame !== null) return frame;
    const before = known.findLast((k) => k < i) ?? known[0]!;
    const after = known.find((k) => k > i) ?? known.at(-1)!;
    const [a, b] = [frames[before]!, frames[after]!];
    const t = after > before ? (i - before) / (after - before) : 0;
    return a.map((value, k) => value + (b[k]! - value) * t);
  });
}

/** The mean of all frames, upright, centred between the outer eye corners, one eye distance wide. */
function meanFace(points: readonly Float32Array[]): Float64Array {
  let model = upright(Float64Array.from(points[0]!.subarray(0, 468 * 3)));
  const face = new Float64Array(model.length);
  for (let pass = 0; pass < 2; pass++) {
    const sum = new Float64Array(model.length);
    for (const seen of points) {
      unplace(fitRigid(model, seen, STILL_POINTS), seen.subarray(0, model.length), face);
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + face[i]! / points.length;
    }
    model = upright(sum);
  }
  return model;
}

/** Turns a face so that x runs along the outer eye corners, y down the face; scales it to one eye distance. */
function upright(face: Float64Array): Float64Array {
  const at = (i: number) => [face[i * 3]!, face[i * 3 + 1]!, face[i * 3 + 2]!] as const;
  const minus = (a: readonly number[], b: readonly number[]) => a.map((value, c) => value - b[c]!);
  const [right, left] = [at(33), at(263)];
  const across = minus(left, right);
  const unit = Math.hypot(...across);
  const x = across.map((value) => value / unit);
  const down = minus(at(2), at(10)); // from the hair line to the base of the nose
  const along = down.reduce((sum, value, c) => sum + value * x[c]!, 0);
  const square = down.map((value, c) => value - along * x[c]!);
  const y = square.map((value) => value / Math.hypot(...square));
  const z = [x[1]! * y[2]! - x[2]! * y[1]!, x[2]! * y[0]! - x[0]! * y[2]!, x[0]! * y[1]! - x[1]! * y[0]!];
  const centre = right.map((value, c) => (value + left[c]!) / 2);
  const turned = new Float64Array(face.length);
  for (let i = 0; i < face.length; i += 3) {
    const p = [0, 1, 2].map((c) => (face[i + c]! - centre[c]!) / unit);
    [x, y, z].forEach((axis, c) => {
      turned[i + c] = p[0]! * axis[0]! + p[1]! * axis[1]! + p[2]! * axis[2]!;
    });
  }
  return turned;
}

const DEGREES = 180 / Math.PI;

function readAngles({ turn }: Placement) {
  return {
    yaw: Math.atan2(turn[6]!, turn[0]!) * DEGREES,
    roll: Math.atan2(turn[3]!, turn[0]!) * DEGREES,
    pitch: Math.atan2(turn[7]!, turn[4]!) * DEGREES,
  };
}

function readShape(face: Float64Array) {
  const y = (i: number) => face[i * 3 + 1]!;
  const distance = (a: number, b: number) =>
    Math.hypot(face[a * 3]! - face[b * 3]!, face[a * 3 + 1]! - face[b * 3 + 1]!, face[a * 3 + 2]! - face[b * 3 + 2]!);
  const gaps = INNER_LIPS.map(([upper, lower]) => y(lower) - y(upper));
  const lids = LIDS.map(
    ({ corners: [a, b], gaps }) => gaps.reduce((sum, [up, low]) => sum + y(low) - y(up), 0) / 3 / distance(a, b),
  );
  return {
    opening: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
    outerHeight: y(17) - y(0),
    width: distance(61, 291),
    jaw: y(152),
    brow: -BROWS.reduce((sum, i) => sum + y(i), 0) / BROWS.length,
    lids: (lids[0]! + lids[1]!) / 2,
  };
}
