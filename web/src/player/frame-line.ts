/** Frames may wait for so long, ms: a page in the background is not drawn, and must not fill up. */
const MOST_WAIT_MS = 4000;

/** A frame and when it is to be shown, ms. */
export interface Timed<Frame> {
  readonly due: number;
  readonly frame: Frame;
  /** Whether it was ever shown. */
  isShown: boolean;
}

/** Frames in the order of their times, each of which is shown from its own until the next one's. */
export class FrameLine<Frame> {
  readonly #frames: Timed<Frame>[] = [];
  readonly #discard: (frame: Frame) => void;
  /** Frames that were passed by and never shown. */
  dropped = 0;

  constructor(discard: (frame: Frame) => void = () => {}) {
    this.#discard = discard;
  }

  /** Puts a frame in its place; what is due at its time or later gives way. */
  push(due: number, frame: Frame): void {
    while (this.#frames.length > 0 && this.#frames.at(-1)!.due >= due) this.#drop(this.#frames.pop()!);
    this.#frames.push({ due, frame, isShown: false });
    while (this.#frames[0]!.due < due - MOST_WAIT_MS) this.#drop(this.#frames.shift()!);
  }

  /** The frame of a time and the one after it, as far as they are there; older ones are forgotten. */
  at(now: number): readonly [Timed<Frame> | undefined, Timed<Frame> | undefined] {
    while (this.#frames.length > 1 && this.#frames[1]!.due <= now) this.#drop(this.#frames.shift()!);
    const [first, second] = this.#frames;
    return first && first.due <= now ? [first, second] : [undefined, first];
  }

  /** Forgets all that was to be shown after `now`; it is not counted as dropped. */
  clear(now = Number.NEGATIVE_INFINITY): void {
    const first = this.#frames.findIndex(({ due }) => due > now);
    if (first >= 0) for (const { frame } of this.#frames.splice(first)) this.#discard(frame);
  }

  #drop({ frame, isShown }: Timed<Frame>): void {
    if (!isShown) this.dropped++;
    this.#discard(frame);
  }
}
