import { clamp, mix } from '../base/maths.ts';
import { exponential, normal, type Random } from '../base/random.ts';
import { TICK } from './clock.ts';
import type { Cues } from './cue.ts';
import { Drift } from './drift.ts';
import { type Envelope, Gestures } from './gestures.ts';
import { CHANNEL_INDEX } from './pose.ts';
import { toPose } from './viseme-poses.ts';

const DEGREE = Math.PI / 180;
const TURN = 5.5; // 1/s: a new attitude is reached in about 0.7 s
/** Degrees of a new attitude: where the head goes when a phrase begins. */
const PHRASE = { yaw: 3.9, pitch: 1.6, roll: 2.6, up: -1 } as const;
/** Degrees by which an accent may shift it, and how often. */
const SHIFT = { yaw: 3, pitch: 1.3, roll: 2, share: 0.75 } as const;
const SINK = 0.9; // degrees that the chin sinks at the end of a phrase
const AWAKE = 2.6; // s between new attitudes of someone who listens
const NOD = 2.2; // degrees per unit of accent
const RISE = 0.19; // s down to the lowest point of a nod
const LEAD = 0.04; // s by which that comes before the middle of the vowel
const DOWN: Envelope = { rise: RISE, hold: 0, fall: 0.26 };
const REBOUND: Envelope = { rise: 0.24, hold: 0.02, fall: 0.34 };
const SAID_NOD = 5; // degrees of a nod that says yes: seen at once, as a listener's is not
const SAID_SHAKE = 7; // degrees to each side of a shake that says no
const SHAKE: Envelope = { rise: 0.16, hold: 0, fall: 0.2 };
const SHAKE_AGAIN = 0.26; // s from one side to the other
const AGREE = 0.3; // of a listener's movements bring a double nod
const AGAIN = 0.42; // s between its two
const NODDING = toPose({ headPitch: DEGREE });
const TURNING = toPose({ headYaw: DEGREE });
const TIPPING = toPose({ headRoll: DEGREE });
const STILL_IN_PAUSE = 0.45; // of the drift that remains while nothing is said

/** What a head can say without words. */
export const HEAD_GESTURES = ['nod', 'shake'] as const;
/** One of them. */
export type HeadGesture = (typeof HEAD_GESTURES)[number];

/** A head that takes a new attitude with each phrase, nods and shifts on accents, and comes to rest in pauses. */
export class Head {
  private readonly random: Random;
  private readonly scale: number;
  private readonly nods = new Gestures();
  private readonly drifts: { yaw: Drift; pitch: Drift; roll: Drift; near: Drift; sway: Drift };
  private readonly target = { yaw: 0, pitch: 0, roll: 0 };
  private readonly at = { yaw: 0, pitch: 0, roll: 0 };
  private readonly speed = { yaw: 0, pitch: 0, roll: 0 };
  private nextIdle = 1;
  private liveliness = 1;

  /** `scale` 1 = a lively presenter, 0 = a head that only breathes, 2 = the most. */
  constructor(random: Random, scale: number) {
    this.random = random;
    this.scale = scale;
    this.drifts = {
      yaw: new Drift(random, 1.1, 0.35),
      pitch: new Drift(random, 0.7, 0.4),
      roll: new Drift(random, 0.6, 0.35),
      near: new Drift(random, 0.012, 0.15),
      sway: new Drift(random, 0.004, 0.2),
    };
  }

  /** Says yes or no from `now` on, in the next second, however still the head is otherwise. */
  gesture(kind: HeadGesture, now: number): void {
    if (kind === 'nod') {
      this.nods.start(NODDING, DOWN, now, SAID_NOD);
      this.nods.start(NODDING, DOWN, now + AGAIN, 0.7 * SAID_NOD);
    } else {
      for (const [k, share] of [1, -1, 0.6].entries())
        this.nods.start(TURNING, SHAKE, now + k * SHAKE_AGAIN, share * SAID_SHAKE);
    }
  }

  step(cues: Cues): void {
    for (const drift of Object.values(this.drifts)) drift.step();
    this.liveliness = this.scale * cues.energy;
    if (cues.phraseIn >= 0) this.begin(cues);
    if (cues.accent > 0) this.accent(cues);
    if (cues.pause) this.sink(cues);
    if (cues.now > this.nextIdle && cues.engagement < 0.1) this.listen(cues);
    for (const axis of ['yaw', 'pitch', 'roll'] as const) {
      const pull = TURN * TURN * (this.target[axis] - this.at[axis]) - 2 * TURN * this.speed[axis];
      this.speed[axis] += TICK * pull;
      this.at[axis] += TICK * this.speed[axis];
    }
  }

  add(cues: Cues, pose: Float64Array): void {
    const { at, drifts, liveliness } = this;
    const drift = mix(STILL_IN_PAUSE, 1, cues.engagement) * liveliness;
    const yaw = liveliness * at.yaw + drift * drifts.yaw.value;
    const pitch = liveliness * at.pitch + drift * drifts.pitch.value;
    pose[CHANNEL_INDEX.headYaw]! += DEGREE * yaw;
    pose[CHANNEL_INDEX.headPitch]! += DEGREE * pitch;
    pose[CHANNEL_INDEX.headRoll]! += DEGREE * (liveliness * at.roll + drift * drifts.roll.value - 0.12 * yaw);
    pose[CHANNEL_INDEX.headX]! -= 0.004 * yaw;
    pose[CHANNEL_INDEX.headY]! += 0.0015 * pitch;
    pose[CHANNEL_INDEX.headZ]! += drift * drifts.near.value;
    pose[CHANNEL_INDEX.sway]! += drift * drifts.sway.value - 0.0012 * yaw;
    this.nods.add(cues.now, pose);
  }

  /** A new attitude: the chin comes up again, the head turns and tilts somewhere else. */
  private begin(cues: Cues, size = 1): void {
    const { random, target } = this;
    target.yaw = clamp(size * PHRASE.yaw * normal(random), -6, 6);
    target.roll = clamp(size * PHRASE.roll * normal(random), -5, 5);
    target.pitch = clamp(size * (PHRASE.up + PHRASE.pitch * normal(random)), -3.5, 3.5);
    this.nextIdle = cues.now + AWAKE + exponential(random, AWAKE);
  }

  /** Now and then a listener sits differently, or nods twice. */
  private listen(cues: Cues): void {
    this.begin(cues, 0.6);
    if (this.random() > AGREE) return;
    const size = this.liveliness * NOD;
    this.nods.start(NODDING, DOWN, cues.now, size);
    this.nods.start(NODDING, DOWN, cues.now + AGAIN, 0.7 * size);
  }

  private accent({ now, accent, accentIn }: Cues): void {
    const { random, nods, target } = this;
    const size = this.liveliness * accent * (0.6 + 0.8 * random()) * NOD;
    const start = Math.max(now, now + accentIn - LEAD - RISE);
    const side = random();
    nods.start(NODDING, DOWN, start, size);
    nods.start(NODDING, REBOUND, start + RISE, -0.35 * size);
    if (side < 0.3) nods.start(side < 0.15 ? TURNING : TIPPING, DOWN, start, size * 0.7 * (random() < 0.5 ? -1 : 1));
    if (random() > SHIFT.share) return;
    target.yaw = clamp(0.7 * target.yaw + SHIFT.yaw * normal(random), -6.5, 6.5);
    target.roll = clamp(0.7 * target.roll + SHIFT.roll * normal(random), -5, 5);
    target.pitch = clamp(0.7 * target.pitch + SHIFT.pitch * normal(random), -3.5, 3.5);
  }

  private sink(cues: Cues): void {
    this.target.pitch = clamp(0.5 * this.target.pitch + SINK, -3, 3);
    this.target.yaw *= 0.7;
    this.nextIdle = cues.now + AWAKE + exponential(this.random, AWAKE);
  }
}
