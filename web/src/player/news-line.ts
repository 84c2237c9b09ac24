import type { Told } from './live-socket.ts';

/** Tells what happens in a session when it is heard and seen: news come with the frame that they belong to, before it. */
export class NewsLine implements Disposable {
  readonly #tell: (message: Told) => void;
  #waiting: Told[] = [];
  readonly #timed = new Map<number, readonly Told[]>();

  constructor(tell: (message: Told) => void) {
    this.#tell = tell;
  }

  /** Keeps a message until its frame comes. */
  add(message: Told): void {
    this.#waiting.push(message);
  }

  /** A frame has come that is heard `delayMs` from now: what was kept is told then. */
  release(delayMs: number): void {
    if (this.#waiting.length === 0) return;
    const messages = this.#waiting;
    this.#waiting = [];
    const timer = window.setTimeout(() => {
      this.#timed.delete(timer);
      messages.forEach(this.#tell);
    }, delayMs);
    this.#timed.set(timer, messages);
  }

  /** What was to come will not be heard: only who stops or begins to speak is still told of, at once. */
  flush(): void {
    const left = [...this.#timed.values(), this.#waiting].flat();
    this[Symbol.dispose]();
    for (const message of left) if (message.type === 'speaking') this.#tell(message);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timed.keys()) clearTimeout(timer);
    this.#timed.clear();
    this.#waiting = [];
  }
}
