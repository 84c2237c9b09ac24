import { CHANNEL_INDEX, type Pose, type Shape } from './pose.ts';

/** How far the inner lips part at their middle at weight 1, in IOD: lower minus upper row of the portrait's shape tables. */
const GAPS: Readonly<Partial<Record<Shape, number>>> = {
  jawOpen: 0.512,
  mouthClose: -0.495,
  mouthFunnel: 0.155,
  mouthPucker: 0.012,
  mouthStretchLeft: 0.005, // a one-sided shape counts half at the middle
  mouthStretchRight: 0.005,
  mouthRollLower: -0.005,
  mouthRollUpper: -0.01,
  mouthShrugLower: -0.045,
  mouthShrugUpper: 0.025,
  mouthPressLeft: -0.005,
  mouthPressRight: -0.005,
  mouthLowerDownLeft: 0.045,
  mouthLowerDownRight: 0.045,
  mouthUpperUpLeft: 0.0425,
  mouthUpperUpRight: 0.0425,
};

/** How much wider the mouth gets corner to corner at weight 1, in IOD. */
const WIDTHS: Readonly<Partial<Record<Shape, number>>> = {
  jawOpen: -0.14,
  mouthClose: 0.04,
  mouthFunnel: -0.23,
  mouthPucker: -0.33,
  mouthSmileLeft: 0.13,
  mouthSmileRight: 0.13,
  mouthFrownLeft: 0.01,
  mouthFrownRight: 0.01,
  mouthDimpleLeft: 0.08,
  mouthDimpleRight: 0.08,
  mouthStretchLeft: 0.12,
  mouthStretchRight: 0.12,
  mouthPressLeft: 0.02,
  mouthPressRight: 0.02,
  mouthLowerDownLeft: 0.01,
  mouthLowerDownRight: 0.01,
  mouthUpperUpLeft: 0.01,
  mouthUpperUpRight: 0.01,
  cheekPuff: -0.04,
};

/** The lips a pose asks for. */
export interface LipGeometry {
  /** Inner gap at the middle, IOD, 0 = shut; the ceiling is applied. */
  readonly gap: number;
  /** Corner to corner, IOD, relative to the mouth at rest. */
  readonly width: number;
}

const total = (pose: ArrayLike<number>, table: readonly (readonly [number, number])[]) => {
  let sum = 0;
  for (const [channel, weight] of table) sum += pose[channel]! * weight;
  return sum;
};
const rows = (table: Readonly<Partial<Record<Shape, number>>>) =>
  Object.entries(table).map(([shape, weight]) => [CHANNEL_INDEX[shape as Shape], weight] as const);
const GAP_ROWS = rows(GAPS);
const WIDTH_ROWS = rows(WIDTHS);

/** The gap the weights alone would leave, in IOD, before any ceiling. */
export const freeLipGap = (pose: ArrayLike<number>) => Math.max(0, total(pose, GAP_ROWS));

/** The lips a pose asks for, from its weights and its ceiling, without drawing it. */
export function lipGeometry(pose: Pose): LipGeometry {
  return {
    gap: Math.min(pose[CHANNEL_INDEX.lipGapCeiling]!, freeLipGap(pose)),
    width: total(pose, WIDTH_ROWS),
  };
}
