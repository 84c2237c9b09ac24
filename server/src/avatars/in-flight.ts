/** Runs a few pieces of work at once; who brings more than `most` waits. The first failure is told to whoever comes next. */
export class InFlight implements AsyncDisposable {
  readonly #most: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly thrown: unknown } | null = null;

  constructor(most: number) {
    this.#most = most;
  }

  /** Starts a piece of work once there is room for it. @throws what an earlier piece threw. */
  async start(work: () => Promise<unknown>): Promise<void> {
    while (this.#running.size >= this.#most) await Promise.race(this.#running);
    this.#complain();
    const running: Promise<void> = work()
      .then(
        () => {},
        (thrown: unknown) => {
          this.#failure ??= { thrown };
        },
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for all that was started. @throws what any of it threw. */
  async finish(): Promise<void> {
    await Promise.all(this.#running);
    this.#complain();
  }

  /** Waits for all that was started, and keeps its failures to itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running);
  }

  #complain(): void {
    if (this.#failure !== null) throw this.#failure.thrown;
  }
}
