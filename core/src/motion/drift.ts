import { normal, type Random } from '../base/random.ts';
import { TICK } from './clock.ts';

/** Slow noise without kinks: white noise through two equal low-passes, mean 0. One value per tick. */
export class Drift {
  private readonly random: Random;
  private readonly keep: number;
  private readonly gain: number;
  private inner = 0;
  private outer = 0;

  /** `deviation` is the standard deviation of the values, `hertz` where its power has fallen to a quarter. */
  constructor(random: Random, deviation: number, hertz: number) {
    this.random = random;
    this.keep = Math.exp(-2 * Math.PI * hertz * TICK);
    const a2 = this.keep * this.keep;
    // Variance of the sum over n of (n + 1) aⁿ · noise is (1 + a²) / (1 − a²)³.
    this.gain = deviation / Math.sqrt((1 + a2) / (1 - a2) ** 3);
    for (let warm = 0; warm < 3 / (1 - this.keep); warm++) this.step();
  }

  step(): number {
    this.inner = this.keep * this.inner + normal(this.random);
    this.outer = this.keep * this.outer + this.inner;
    return this.value;
  }

  get value(): number {
    return this.gain * this.outer;
  }
}
