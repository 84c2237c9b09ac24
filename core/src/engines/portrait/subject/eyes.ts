import type { FineRow } from '../mesh/subdivision.ts';
import type { PreparedEye } from '../prepared.ts';
import type { HeadFrame } from './head-frame.ts';

/** Radius of an iris in IOD: it is nearly the same on all people. */
const IRIS_RADIUS = 0.092;

/** Both eyes as they are drawn, the image's left one first. `points` are landmarks with irises, pixels. */
export function prepareEyes(
  points: Float32Array,
  rows: Readonly<Record<FineRow, Uint16Array>>,
  frame: HeadFrame,
): [PreparedEye, PreparedEye] {
  const iris = (centre: number) => {
    const r = IRIS_RADIUS * frame.iod;
    return { x: points[centre * 3]!, y: points[centre * 3 + 1]!, rx: r * Math.cos(frame.yaw), ry: r };
  };
  return [
    { upper: rows.rightUpper, lower: rows.rightLower, iris: iris(468) },
    { upper: rows.leftUpper.toReversed(), lower: rows.leftLower.toReversed(), iris: iris(473) },
  ];
}
