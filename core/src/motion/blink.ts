import { smooth } from '../base/maths.ts';
import { exponential, type Random } from '../base/random.ts';
import { TICK } from './clock.ts';
import type { Cues } from './cue.ts';
import { CHANNEL_INDEX } from './pose.ts';

const CLOSE = 0.075; // s
const HOLD = 0.03; // s, and never less than a frame and a tick: every blink has a frame with the eye shut
const OPEN = 0.195; // s
const REST = 0.8; // s between two blinks at least
const RATE = 0.31; // per second once rested: about 17 a minute in all
const DOUBLE = 0.12; // share of blinks followed by another
const DOUBLE_AFTER = 0.32; // s
const IN_PAUSE = 2.2; // how much likelier in a pause
const IN_SPEECH = 0.8;
const PAUSE_START = 0.45; // of a blink's worth of waiting that the start of a pause is worth
const LARGE_JUMP = 0.25; // iris radii: eyes that travel far blink on the way
const JUMP = 0.5;

const SQUEEZE = 0.2; // of eyeSquint: the muscle that shuts the eye rings it
const LOWER_BROW = 0.06;

/** Lids that blink now and then: rather in pauses and with large jumps of the eyes, sometimes twice. */
export class Blink {
  private readonly random: Random;
  private readonly rate: number;
  private readonly hold: number;
  private waited = 0;
  private patience: number;
  private started = Number.NEGATIVE_INFINITY;
  private again = Number.POSITIVE_INFINITY;

  /** `rate` 1 = as people do, 0 = never. `frame` is the length of a frame in seconds. */
  constructor(random: Random, rate: number, frame: number) {
    this.random = random;
    this.rate = rate;
    this.hold = Math.max(HOLD, frame + TICK);
    this.patience = 0.25 + 0.35 * random(); // the first one comes within about two seconds
  }

  step(cues: Cues): void {
    const { now } = cues;
    const rested = now - this.started > CLOSE + this.hold + OPEN + REST / Math.max(1, this.rate);
    if (rested && this.rate > 0) {
      this.waited += TICK * RATE * this.rate * (cues.speaking ? IN_SPEECH : IN_PAUSE);
      if (cues.pause) this.waited += PAUSE_START;
      if (cues.jump > LARGE_JUMP) this.waited += JUMP * Math.min(1, this.rate);
    }
    if (now >= this.again || (rested && this.waited > this.patience)) this.begin(now);
  }

  add(now: number, pose: Float64Array): void {
    const t = now - this.started;
    const lid = smooth(0, CLOSE, t) * (1 - smooth(CLOSE + this.hold, CLOSE + this.hold + OPEN, t));
    pose[CHANNEL_INDEX.eyeBlinkLeft]! += lid;
    pose[CHANNEL_INDEX.eyeBlinkRight]! += lid;
    pose[CHANNEL_INDEX.eyeSquintLeft]! += SQUEEZE * lid;
    pose[CHANNEL_INDEX.eyeSquintRight]! += SQUEEZE * lid;
    pose[CHANNEL_INDEX.browDownLeft]! += LOWER_BROW * lid;
    pose[CHANNEL_INDEX.browDownRight]! += LOWER_BROW * lid;
  }

  private begin(now: number): void {
    const second = now >= this.again;
    this.started = now;
    this.waited = 0;
    this.patience = exponential(this.random, 1);
    const doubled = !second && this.random() < DOUBLE;
    this.again = doubled ? now + Math.max(DOUBLE_AFTER, CLOSE + this.hold + 0.6 * OPEN) : Number.POSITIVE_INFINITY;
  }
}
