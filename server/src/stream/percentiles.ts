/** Measured values that count: the latest ones. */
const KEPT = 512;

/** The latest values of something that is measured again and again. */
export class Percentiles {
  readonly #values: number[] = [];
  #next = 0;

  add(value: number): void {
    this.#values[this.#next % KEPT] = value;
    this.#next++;
  }

  get values(): readonly number[] {
    return this.#values;
  }

  /** The value that a share (0..1) of all lies below; 0 when nothing was measured. */
  at(share: number): number {
    return percentileOf(this.#values, share);
  }
}

/** The value that a share (0..1) of some lies below, rounded to a tenth; 0 of none. */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return Math.round(value * 10) / 10;
}
