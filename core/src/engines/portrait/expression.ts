import { clamp } from '../../base/maths.ts';
import { CHANNEL_INDEX, NO_CEILING, type Pose, SHAPES, type Shape } from '../../motion/pose.ts';
import type { PreparedPortrait } from './prepared.ts';

const LOOK_SIDE = 0.6; // iris radii at a full sideways look: about 15°, the most that looks natural
const LOOK_UP_DOWN = 0.4;
const HIGHEST = 0.3; // upwards the white below the iris has to be made up: less of it
const LID_FOLLOWS_DOWN = 0.3; // eyeBlink per iris radius of downward gaze, over LOOK_UP_DOWN
const LID_FOLLOWS_UP = 0.25;
const USUAL_IRIS = 0.11; // IOD: no real iris is larger (about 6.5 mm)

/** A pose as one subject takes it on: weights after the couplings between shapes, gaze, and the interior channels. */
export interface Expression {
  /** In the order of `SHAPES`. */
  readonly weights: Float32Array;
  /** Iris radii, + to the image's right and down. */
  gazeX: number;
  gazeY: number;
  /** IOD. */
  gapCeiling: number;
  tongueUp: number;
}

/** The expression of a face at rest, its lips unbounded. */
export function createExpression(): Expression {
  return { weights: new Float32Array(SHAPES.length), gazeX: 0, gazeY: 0, gapCeiling: NO_CEILING, tongueUp: 0 };
}

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : 0);

/** Fills `expression` from `pose`. Weights are kept within -0.2..1.2; what is not a number counts as 0. */
export function readExpression(pose: Pose, prepared: PreparedPortrait, expression: Expression): void {
  const { weights } = expression;
  for (let k = 0; k < SHAPES.length; k++) weights[k] = clamp(finite(pose[k]), -0.2, 1.2);
  const weight = (shape: Shape) => weights[CHANNEL_INDEX[shape]]!;
  readGaze(pose, expression, weight);
  const reach = eyeReach(prepared);
  expression.gazeX *= reach;
  expression.gazeY *= reach;
  const down = Math.max(0, expression.gazeY) / LOOK_UP_DOWN;
  const up = Math.max(0, -expression.gazeY) / LOOK_UP_DOWN;
  for (const side of ['Left', 'Right'] as const) {
    const blink = clamp(weight(`eyeBlink${side}`) + LID_FOLLOWS_DOWN * down);
    weights[CHANNEL_INDEX[`eyeBlink${side}`]] = blink;
    // A blink closes the eye however wide it was open.
    weights[CHANNEL_INDEX[`eyeWide${side}`]] =
      (weight(`eyeWide${side}`) + LID_FOLLOWS_UP * up) * (1 - blink) * reach * reach;
  }
  if (prepared.glasses) calmBrows(weights);
  expression.tongueUp = clamp(finite(pose[CHANNEL_INDEX.tongueUp]));
  expression.gapCeiling = ceilingOf(pose, weight);
}

/** How much of a movement counted in iris radii eyes take: the huge eyes of drawn faces turn and widen by less of their size. */
function eyeReach({ eyes, iod }: PreparedPortrait): number {
  return Math.min(1, (USUAL_IRIS * iod) / Math.max(eyes[0].iris.rx, eyes[1].iris.rx));
}

/** The gaze channels win; motion from elsewhere has only the eight `eyeLook…` weights. */
function readGaze(pose: Pose, expression: Expression, weight: (shape: Shape) => number): void {
  let x = finite(pose[CHANNEL_INDEX.gazeX]);
  let y = finite(pose[CHANNEL_INDEX.gazeY]);
  if (x === 0 && y === 0) {
    const right =
      weight('eyeLookOutLeft') - weight('eyeLookInLeft') + weight('eyeLookInRight') - weight('eyeLookOutRight');
    const down =
      weight('eyeLookDownLeft') + weight('eyeLookDownRight') - weight('eyeLookUpLeft') - weight('eyeLookUpRight');
    x = (right / 2) * LOOK_SIDE;
    y = (down / 2) * LOOK_UP_DOWN;
  }
  expression.gazeX = clamp(x, -LOOK_SIDE, LOOK_SIDE);
  expression.gazeY = clamp(y, -HIGHEST, LOOK_UP_DOWN);
}

/** Motion without a ceiling still says when lips must meet: pressed together, or closed over an open jaw. */
function ceilingOf(pose: Pose, weight: (shape: Shape) => number): number {
  const asked = pose[CHANNEL_INDEX.lipGapCeiling]!;
  if (asked < NO_CEILING) return Math.max(0, finite(asked));
  const pressed = Math.min(weight('mouthPressLeft'), weight('mouthPressRight')) > 0.5;
  const closed = weight('mouthClose') > 0.02 && weight('mouthClose') >= 0.95 * weight('jawOpen');
  return pressed || closed ? 0 : NO_CEILING;
}

const BROWS = ['browInnerUp', 'browOuterUpLeft', 'browOuterUpRight', 'browDownLeft', 'browDownRight'] as const;

/** Brows lie behind the upper rim of glasses: half the movement keeps the rim from bending. */
function calmBrows(weights: Float32Array): void {
  for (const shape of BROWS) weights[CHANNEL_INDEX[shape]]! *= 0.5;
}
