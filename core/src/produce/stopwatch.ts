/** Reads a clock in seconds; passed in so that results do not depend on the world. */
export type Clock = () => number;

/** Adds up how long each stage was busy, also when one stage pulls from another. */
export class Stopwatch {
  readonly #clock: Clock;
  readonly #busy = new Map<string, number>();
  /** Time spent in nested stages, one entry per stage that is running right now. */
  readonly #nested: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `work` and counts its time, less that of stages measured inside it, towards `stage`. */
  async time<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const start = this.#clock();
    this.#nested.push(0);
    try {
      return await work();
    } finally {
      const whole = this.#clock() - start;
      const inner = this.#nested.pop() ?? 0;
      this.#busy.set(stage, (this.#busy.get(stage) ?? 0) + whole - inner);
      if (this.#nested.length > 0) this.#nested[this.#nested.length - 1]! += whole;
    }
  }

  /** Counts the time of work that goes on beside the stages: it is not taken from theirs. */
  async beside<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const start = this.#clock();
    try {
      return await work();
    } finally {
      this.#busy.set(stage, (this.#busy.get(stage) ?? 0) + this.#clock() - start);
    }
  }

  /** Counts the time that `source` takes to make each item towards `stage`. */
  async *through<T>(stage: string, source: AsyncIterable<T>): AsyncGenerator<T> {
    const items = source[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.time(stage, () => items.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await items.return?.();
    }
  }

  /** Seconds per stage so far, to the millisecond. */
  report(): Record<string, number> {
    return Object.fromEntries([...this.#busy].map(([stage, busy]) => [stage, Math.round(busy * 1000) / 1000]));
  }
}
