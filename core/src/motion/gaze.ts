import { clamp } from '../base/maths.ts';
import { exponential, normal, type Random } from '../base/random.ts';
import { TICK } from './clock.ts';
import type { Cues } from './cue.ts';
import { CHANNEL_INDEX } from './pose.ts';

/** Where the eyes rest: on the camera, as people do when they talk to someone, or elsewhere; or how much they wander, 0..1. */
export type Gaze = 'camera' | 'natural' | 'away' | number;

const SHORTEST = 0.35; // s of one fixation
const LONGER = 0.9; // s, the mean of what comes on top
const SACCADE = 0.018; // s, time constant of a jump
const TREMOR = 0.025; // iris radii between two looks at the same spot
const ASIDE = 0.34; // iris radii at full wandering: the eyes of a speaker who thinks
const SPREAD = 0.12;
/** Iris radii per radian of head rotation: an eyeball of two iris radii turns by 15° for 0.6; the eyes make up for 85 % of the head. */
const HOLD_X = 0.85 * 2.3;
const HOLD_Y = 0.85 * 2.3;
const HELD = 0.25; // iris radii at most: a head turned further takes the eyes along

/** Eyes that jump from fixation to fixation and hold the camera against the head's movement. */
export class GazeShift {
  /** The jump that just happened, iris radii. */
  jump = 0;
  private readonly random: Random;
  private wander = 0;
  private homeX = 0;
  private homeY = 0;
  private targetX: number;
  private targetY: number;
  private x: number;
  private y: number;
  private until = 0;

  constructor(random: Random, gaze: Gaze) {
    this.random = random;
    this.turn(gaze);
    this.x = this.targetX = this.homeX;
    this.y = this.targetY = this.homeY;
  }

  /** Rests elsewhere from the next look on, which comes at once. */
  turn(gaze: Gaze): void {
    this.wander = gaze === 'camera' ? 0.08 : gaze === 'natural' ? 0.5 : gaze === 'away' ? 0.7 : clamp(gaze);
    const side = this.random() < 0.5 ? -1 : 1;
    this.homeX = gaze === 'away' ? side * 0.36 : 0;
    this.homeY = gaze === 'away' ? 0.06 : 0;
    this.until = 0;
  }

  step(cues: Cues): void {
    this.jump = 0;
    if (cues.now >= this.until) this.look(cues);
    const closer = 1 - Math.exp(-TICK / SACCADE);
    this.x += closer * (this.targetX - this.x);
    this.y += closer * (this.targetY - this.y);
  }

  /** Adds the gaze to `pose`, whose head channels are final. */
  add(pose: Float64Array): void {
    const held = (angle: number, gain: number) => -clamp(angle * gain, -HELD, HELD);
    pose[CHANNEL_INDEX.gazeX]! += this.x + held(pose[CHANNEL_INDEX.headYaw]!, HOLD_X);
    pose[CHANNEL_INDEX.gazeY]! += this.y + held(pose[CHANNEL_INDEX.headPitch]!, HOLD_Y);
  }

  private look(cues: Cues): void {
    const { random } = this;
    const aside = random() < 0.9 * this.wander * (cues.speaking ? 1.1 : 0.9);
    const [oldX, oldY] = [this.targetX, this.targetY];
    const angle = 2 * Math.PI * random();
    const far = Math.max(0.05, (ASIDE * this.wander + SPREAD * this.wander * normal(random)) * (aside ? 1 : 0));
    this.targetX = this.homeX + (aside ? far * Math.cos(angle) : TREMOR * normal(random));
    this.targetY = this.homeY + (aside ? 0.6 * far * Math.sin(angle) : TREMOR * normal(random));
    this.jump = Math.hypot(this.targetX - oldX, this.targetY - oldY);
    this.until = cues.now + SHORTEST + exponential(random, aside ? 0.6 * LONGER : LONGER);
  }
}
