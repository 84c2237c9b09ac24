import { pause } from './pause.ts';

/**
 * Posts how far a job is, one post at a time. What comes while one is on its way waits, and only the newest is kept: a slow line holds
 * nothing up. After `close` no post is on its way any more, so none can arrive after the result.
 */
export class ProgressPost {
  readonly #send: (value: unknown) => Promise<void>;
  readonly #failed: (thrown: unknown) => void;
  readonly #everyMs: number;
  readonly #closing = new AbortController();
  #waiting: { readonly value: unknown } | null = null;
  #running: Promise<void> | null = null;

  constructor(send: (value: unknown) => Promise<void>, failed: (thrown: unknown) => void, everyMs: number) {
    this.#send = send;
    this.#failed = failed;
    this.#everyMs = everyMs;
  }

  push(value: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#waiting = { value };
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#waiting && !signal.aborted) {
      const { value } = this.#waiting;
      this.#waiting = null;
      try {
        await this.#send(value);
      } catch (thrown) {
        this.#failed(thrown); // the next one, or the result, says more
      }
      await pause(this.#everyMs, signal);
    }
    this.#running = null;
  }
}
