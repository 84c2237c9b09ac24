/** Frames over which is looked. */
const FOLLOWED = 25;
/** What is left in hand, ms. */
const LEFT_MS = 6;

/** How much sooner the frames of a microphone could come: the least time that the sound of the last ones was there before it was needed. */
export class SpareTime {
  #count = 0;
  #least = Number.POSITIVE_INFINITY;

  /** Notes how long before its frame the last sound for it was there, ms; gives how much sooner all that follow may come, ms, mostly 0. */
  note(ms: number): number {
    this.#least = Math.min(this.#least, ms);
    if (++this.#count < FOLLOWED) return 0;
    const spare = this.#least - LEFT_MS;
    this.clear();
    return Math.max(0, spare);
  }

  /** Begins anew: what comes now does not go on with what was. */
  clear(): void {
    this.#count = 0;
    this.#least = Number.POSITIVE_INFINITY;
  }
}
