/** Frames over which is looked. */
const FOLLOWED = 25;
/** What is left in hand, ms: a frame that has to wait for its sound costs no more than a moment. */
const LEFT_MS = 3;

/** How much sooner the frames of a microphone could come: the least time that the sound of the last ones was there before it was needed. */
export class SpareTime {
  #ready: number | undefined;
  #count = 0;
  #least = Number.POSITIVE_INFINITY;

  /** All is there for the next frame, at the time `now`, ms. Once more does nothing. */
  ready(now: number): void {
    this.#ready ??= now;
  }

  /** The next frame is made at the time `now`; gives how much sooner all that follow may come, ms, mostly 0. */
  taken(now: number): number {
    this.#least = Math.min(this.#least, now - (this.#ready ?? now));
    this.#ready = undefined;
    if (++this.#count < FOLLOWED) return 0;
    const spare = this.#least - LEFT_MS;
    this.clear();
    return Math.max(0, spare);
  }

  /** Begins anew: what comes now does not go on with what was. */
  clear(): void {
    this.#ready = undefined;
    this.#count = 0;
    this.#least = Number.POSITIVE_INFINITY;
  }
}
