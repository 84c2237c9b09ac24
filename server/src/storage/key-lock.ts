/** Lets one caller at a time change what is under a key. */
export class KeyLock {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `change` after all that were asked for before, for the same key. */
  async run<T>(key: string, change: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise: turn, resolve: pass } = Promise.withResolvers<void>();
    this.#last.set(key, turn);
    await before;
    try {
      return await change();
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key);
      pass();
    }
  }
}
