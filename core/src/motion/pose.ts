import type { Seconds } from '../base/units.ts';

/** The 52 face weights by their ARKit names, 0..1. Left and right are the subject's own. */
export const SHAPES = [
  'browDownLeft',
  'browDownRight',
  'browInnerUp',
  'browOuterUpLeft',
  'browOuterUpRight',
  'cheekPuff',
  'cheekSquintLeft',
  'cheekSquintRight',
  'eyeBlinkLeft',
  'eyeBlinkRight',
  'eyeLookDownLeft',
  'eyeLookDownRight',
  'eyeLookInLeft',
  'eyeLookInRight',
  'eyeLookOutLeft',
  'eyeLookOutRight',
  'eyeLookUpLeft',
  'eyeLookUpRight',
  'eyeSquintLeft',
  'eyeSquintRight',
  'eyeWideLeft',
  'eyeWideRight',
  'jawForward',
  'jawLeft',
  'jawOpen',
  'jawRight',
  'mouthClose',
  'mouthDimpleLeft',
  'mouthDimpleRight',
  'mouthFrownLeft',
  'mouthFrownRight',
  'mouthFunnel',
  'mouthLeft',
  'mouthLowerDownLeft',
  'mouthLowerDownRight',
  'mouthPressLeft',
  'mouthPressRight',
  'mouthPucker',
  'mouthRight',
  'mouthRollLower',
  'mouthRollUpper',
  'mouthShrugLower',
  'mouthShrugUpper',
  'mouthSmileLeft',
  'mouthSmileRight',
  'mouthStretchLeft',
  'mouthStretchRight',
  'mouthUpperUpLeft',
  'mouthUpperUpRight',
  'noseSneerLeft',
  'noseSneerRight',
  'tongueOut',
] as const;

/**
 * What else moves. Angles in radians relative to the source's own pose: `headYaw` + turns the face to the image's right,
 * `headPitch` + nods down, `headRoll` + tips clockwise in the image. `headX`, `headY` (down), `headZ` (away) in IOD, the 3-D
 * distance between the eye centres. `gazeX` (image right), `gazeY` (down) in iris radii, relative to the source's own gaze.
 * `lipGapCeiling` bounds the inner lip gap, in IOD: 0 = lips meet. `tongueUp`, `breath` 0..1. `sway` in IOD: the torso's sideways shift.
 */
export const EXTRAS = [
  'headYaw',
  'headPitch',
  'headRoll',
  'headX',
  'headY',
  'headZ',
  'gazeX',
  'gazeY',
  'lipGapCeiling',
  'tongueUp',
  'breath',
  'sway',
] as const;

/** All channels of a pose, in its order: the shapes, then the extras. */
export const CHANNELS = [...SHAPES, ...EXTRAS] as const;
export type Shape = (typeof SHAPES)[number];
export type Extra = (typeof EXTRAS)[number];
export type Channel = (typeof CHANNELS)[number];

/** A channel's place in a pose. */
export const CHANNEL_INDEX = Object.fromEntries(CHANNELS.map((channel, i) => [channel, i])) as Readonly<
  Record<Channel, number>
>;

/** One value per channel, in the order of `CHANNELS`. */
export type Pose = Float32Array;

/** A ceiling no mouth reaches: what `lipGapCeiling` holds when nothing bounds the lips, in IOD. */
export const NO_CEILING = 2;

/** A face at rest: the source as it is, lips unbounded. */
export function restPose(): Pose {
  const pose = new Float32Array(CHANNELS.length);
  pose[CHANNEL_INDEX.lipGapCeiling] = NO_CEILING;
  return pose;
}

/** The pose for frame `index`, shown at `at` = index / fps. The receiver owns `pose`. */
export interface MotionFrame {
  readonly index: number;
  readonly at: Seconds;
  readonly pose: Pose;
}

/** The step each channel is rounded to where motion is born, so that drawing from a file or a wire equals drawing directly. */
const STEPS: Readonly<Record<Extra, number>> = {
  headYaw: 1 / 8192,
  headPitch: 1 / 8192,
  headRoll: 1 / 8192, // 0.007°
  headX: 1 / 8192,
  headY: 1 / 8192,
  headZ: 1 / 8192,
  gazeX: 1 / 256,
  gazeY: 1 / 256,
  lipGapCeiling: 1 / 2048,
  tongueUp: 1 / 255,
  breath: 1 / 1024,
  sway: 1 / 8192,
};
const SHAPE_STEP = 1 / 1023; // ten bits: half a step moves a lip by less than 0.1 px at 1080p

/** The step of each channel, in the order of a pose. */
export const CHANNEL_STEPS: readonly number[] = [
  ...SHAPES.map(() => SHAPE_STEP),
  ...EXTRAS.map((extra) => STEPS[extra]),
];

/** Rounds a pose in place to the steps that files and wires carry; not-a-number becomes 0. Weights are kept within 0..1. */
export function quantise(pose: Pose): Pose {
  for (let i = 0; i < pose.length; i++) {
    const raw = Number.isFinite(pose[i]) ? pose[i]! : 0;
    const step = CHANNEL_STEPS[i]!;
    pose[i] = Math.round((i < SHAPES.length ? Math.min(1, Math.max(0, raw)) : raw) / step) * step;
  }
  return pose;
}
