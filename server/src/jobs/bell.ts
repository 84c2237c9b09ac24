/** What is rung for: work of a kind was added, or a job changed. */
export type Ring = { readonly kind: string } | { readonly job: string };

/** Wakes whoever waits for jobs. A ring is a hint and may be lost: who waits also looks by itself now and then. */
export class Bell {
  readonly #listeners = new Set<(ring: Ring) => void>();

  ring(ring: Ring): void {
    for (const listener of [...this.#listeners]) listener(ring);
  }

  /** Calls `listener` for every ring until the returned handle is disposed. */
  listen(listener: (ring: Ring) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Hears rings that `matches`, also those that fall while its owner is busy, until it is disposed. */
  watch(matches: (ring: Ring) => boolean): Watch {
    return new Watch(this, matches);
  }

  /** Waits for a ring that `matches`, but at most `seconds`, or until `signal` fires. */
  async wait(matches: (ring: Ring) => boolean, seconds: number, signal: AbortSignal): Promise<void> {
    using watch = this.watch(matches);
    await watch.rest(seconds, signal);
  }
}

/** Remembers one ring while nobody waits. */
export class Watch implements Disposable {
  readonly #listening: Disposable;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(bell: Bell, matches: (ring: Ring) => boolean) {
    this.#listening = bell.listen((ring) => {
      if (!matches(ring)) return;
      this.#rung = true;
      this.#wake?.();
    });
  }

  /** Waits for a ring since the last rest, but at most `seconds`, or until `signal` fires. */
  async rest(seconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, seconds * 1000);
      signal.addEventListener('abort', this.#wake, { once: true });
      await promise;
      clearTimeout(timer);
      signal.removeEventListener('abort', this.#wake);
      this.#wake = undefined;
    }
    this.#rung = false;
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }
}
