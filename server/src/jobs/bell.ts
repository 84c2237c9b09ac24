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

  /** Waits for a ring that `matches`, but at most `seconds`, or until `signal` fires. */
  async wait(matches: (ring: Ring) => boolean, seconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, seconds * 1000);
    const stop = () => resolve();
    signal.addEventListener('abort', stop, { once: true });
    using _listening = this.listen((ring) => {
      if (matches(ring)) resolve();
    });
    await promise;
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
