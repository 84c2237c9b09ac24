/** So far may a clock be behind and still make up for it, ms; what is lost beyond is left out, so that a stall is no rush. */
const MOST_LATE_MS = 1000;
/** A call for which it is too soon is made again after so long, ms. */
const AGAIN_MS = 4;

/** What calls a session's next frame. */
export interface Clock extends Disposable {
  /** From now on calls come so much earlier, ms, the next one at once at the soonest. */
  hurry(ms: number): void;
}

/** Calls at a rate that never drifts: the time of a call follows from its number. */
export class FrameClock implements Clock {
  readonly #period: number;
  readonly #tick: () => boolean;
  readonly #now: () => number;
  #start: number;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * `fps` calls of `tick` a second, the first one at once. Where it gives false it is too soon: it is called again in a moment, and all that
   * follow come so much later. `now` in ms, only ever going up.
   */
  constructor(fps: number, tick: () => boolean, now: () => number = () => performance.now()) {
    this.#period = 1000 / fps;
    this.#tick = tick;
    this.#now = now;
    this.#start = now();
    this.#wind();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  hurry(ms: number): void {
    const left = this.#start + this.#count * this.#period - this.#now();
    this.#start -= Math.max(0, Math.min(ms, left));
    if (this.#timer !== undefined) this.#wind();
  }

  #wind(): void {
    clearTimeout(this.#timer); // a call may hurry its own clock
    const due = this.#start + this.#count * this.#period;
    this.#timer = setTimeout(() => this.#run(), Math.max(0, due - this.#now()));
  }

  #run(): void {
    const late = this.#now() - (this.#start + this.#count * this.#period);
    if (late > MOST_LATE_MS) this.#start += late;
    // One at a time, also when late: whoever brings sound has their turn in between.
    this.#count++;
    if (!this.#tick()) {
      this.#count--;
      this.#start += AGAIN_MS; // for a call that is late that is at once, when what had come meanwhile has been read
    }
    if (this.#timer !== undefined) this.#wind();
  }
}
