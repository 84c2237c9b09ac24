import { clamp, mix } from '../base/maths.ts';
import { randomFrom } from '../base/random.ts';
import { Blink } from './blink.ts';
import { Breath } from './breath.ts';
import { TICK } from './clock.ts';
import { type Cues, quietCues } from './cue.ts';
import { type Gaze, GazeShift } from './gaze.ts';
import { Head, type HeadGesture } from './head.ts';
import { MicroExpressions } from './micro-expressions.ts';
import { CHANNELS } from './pose.ts';

const ENGAGE = 0.35; // s from listening to speaking and back

/** What life depends on. */
export interface LifeOptions {
  readonly seed: number;
  /** 0..2. */
  readonly headMotion: number;
  readonly gaze: Gaze;
  /** 1 = as often as people do, 0 = never. */
  readonly blink: number;
  /** Length of a frame in seconds. */
  readonly frame: number;
}

/** All that moves without being articulation: head, eyes, lids, brows, breath. Advances tick by tick and is read between ticks. */
export class Life {
  /** What the layers are told; the caller fills in the news before each step, which clears them. */
  readonly cues: Cues = quietCues();
  private readonly head: Head;
  private readonly gaze: GazeShift;
  private readonly blink: Blink;
  private readonly breath = new Breath();
  private readonly expressions: MicroExpressions;
  private before: Float64Array = new Float64Array(CHANNELS.length);
  private after: Float64Array = new Float64Array(CHANNELS.length);
  private tick = 0;

  constructor({ seed, headMotion, gaze, blink, frame }: LifeOptions) {
    this.head = new Head(randomFrom(seed, 'head'), clamp(headMotion, 0, 2));
    this.gaze = new GazeShift(randomFrom(seed, 'gaze'), gaze);
    this.blink = new Blink(randomFrom(seed, 'blink'), clamp(blink, 0, 3), frame);
    this.expressions = new MicroExpressions(randomFrom(seed, 'expressions'));
    this.step();
  }

  /** Looks elsewhere from now on. */
  look(gaze: Gaze): void {
    this.gaze.turn(gaze);
  }

  /** Nods or shakes its head, from now on. */
  gesture(kind: HeadGesture): void {
    this.head.gesture(kind, this.cues.now);
  }

  /** Lives through one tick. */
  step(): void {
    const { cues, head, gaze, blink, breath, expressions } = this;
    cues.now = this.tick++ * TICK;
    cues.engagement = clamp(cues.engagement + ((cues.speaking ? 1 : -1) * TICK) / ENGAGE);
    head.step(cues);
    gaze.step(cues);
    cues.jump = gaze.jump;
    blink.step(cues);
    breath.step(cues);
    expressions.step(cues);
    const pose = this.before;
    this.before = this.after;
    this.after = pose;
    pose.fill(0);
    head.add(cues, pose);
    gaze.add(pose);
    breath.add(pose);
    blink.add(cues.now, pose);
    expressions.add(cues, pose);
    cues.phraseIn = -1;
    cues.pause = false;
    cues.accent = 0;
  }

  /** Adds the life at `share` (0..1) of the way from the last tick but one to the last. */
  add(share: number, pose: Float64Array): void {
    const { before, after } = this;
    for (let channel = 0; channel < pose.length; channel++) {
      pose[channel]! += mix(before[channel]!, after[channel]!, share);
    }
  }
}
