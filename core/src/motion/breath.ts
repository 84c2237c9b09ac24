import { TICK } from './clock.ts';
import type { Cues } from './cue.ts';
import { CHANNEL_INDEX } from './pose.ts';

const QUIET = 0.24; // breaths per second at rest
const GASP = 4; // times faster before and between phrases
const SPOKEN = 0.55; // times slower out while speaking
const DEEP = 0.7; // a chest fuller than this needs no new breath
const SMOOTH = 0.12; // s
const HEAD = 0.004; // IOD that the head rises with a full breath

/** Breathing: at rest a slow wave, in speech a quick breath in at each pause and a long one out. */
export class Breath {
  private phase = 0.1; // 0..0.5 in, 0.5..1 out
  private level = 0.2;

  step(cues: Cues): void {
    const full = 0.5 - 0.5 * Math.cos(2 * Math.PI * this.phase);
    if (cues.pause && this.phase >= 0.5 && full < DEEP) this.phase = 1 - this.phase; // the same fullness on the way in
    const inhaling = this.phase < 0.5;
    const soon = cues.engagement > 0.05;
    const pace = cues.speaking ? SPOKEN : inhaling && soon ? GASP : 1;
    if (cues.speaking && inhaling) this.phase = 1 - this.phase; // nobody breathes in and speaks
    this.phase = (this.phase + TICK * QUIET * pace) % 1;
    this.level += (TICK / SMOOTH) * (full - this.level);
  }

  add(pose: Float64Array): void {
    pose[CHANNEL_INDEX.breath]! += this.level;
    pose[CHANNEL_INDEX.headY]! -= HEAD * (this.level - 0.5);
  }
}
