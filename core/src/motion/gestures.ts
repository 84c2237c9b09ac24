import { smooth } from '../base/maths.ts';
import { CHANNELS } from './pose.ts';

/** How one short movement rises, stays and falls, in seconds. */
export interface Envelope {
  readonly rise: number;
  readonly hold: number;
  readonly fall: number;
}

interface Active {
  weights: Float64Array;
  envelope: Envelope;
  start: number;
  gain: number;
}

const MOST = 12; // at once; more would be a twitch, the oldest gives way
const REST = new Float64Array(CHANNELS.length);

/** Short movements that add up: nods, brow raises, micro-expressions. Each begins and ends at rest with no kink. */
export class Gestures {
  private readonly active: Active[] = Array.from({ length: MOST }, () => ({
    weights: REST,
    envelope: { rise: 1, hold: 0, fall: 1 },
    start: Number.NEGATIVE_INFINITY,
    gain: 0,
  }));

  /** Starts a movement of `gain` × `weights` at `start` (seconds, on the clock that `add` is given). */
  start(weights: Float64Array, envelope: Envelope, start: number, gain: number): void {
    let oldest = this.active[0]!;
    for (const gesture of this.active) if (gesture.start < oldest.start) oldest = gesture;
    oldest.weights = weights;
    oldest.envelope = envelope;
    oldest.start = start;
    oldest.gain = gain;
  }

  /** Adds all movements at moment `now` to `pose`. */
  add(now: number, pose: Float64Array): void {
    for (const { weights, envelope, start, gain } of this.active) {
      const t = now - start;
      const { rise, hold, fall } = envelope;
      if (t <= 0 || t >= rise + hold + fall) continue;
      const level = gain * smooth(0, rise, t) * (1 - smooth(rise + hold, rise + hold + fall, t));
      for (let channel = 0; channel < weights.length; channel++) {
        if (weights[channel] !== 0) pose[channel]! += level * weights[channel]!;
      }
    }
  }
}
