/** So long is a packet held back at most, ms: what is due later comes from a clock that has moved. */
const MOST_HELD_MS = 20;

/**
 * Sends packets at their times where they are ready sooner. The sound of a frame is coded at once; a browser to which its packets come two
 * by two takes that for a bad network, and holds all of them back for longer.
 */
export class PacketPace implements Disposable {
  readonly #held: { readonly send: () => void; readonly due: number }[] = [];
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;

  /** `now` in ms, on the clock of what is due. */
  constructor(now: () => number = () => performance.timeOrigin + performance.now()) {
    this.#now = now;
  }

  /** Sends a packet at `due`, or at once where that has passed; always after those before it. */
  add(send: () => void, due: number): void {
    this.#held.push({ send, due: Math.min(due, this.#now() + MOST_HELD_MS) });
    if (this.#timer === undefined) this.#release();
  }

  /** Forgets what waits. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#held.length = 0;
  }

  #release(): void {
    this.#timer = undefined;
    const now = this.#now();
    while (this.#held.length > 0 && this.#held[0]!.due <= now) this.#held.shift()!.send();
    const next = this.#held[0];
    if (next) this.#timer = setTimeout(() => this.#release(), next.due - now);
  }
}
