import { availableParallelism } from 'node:os';
import { EspeakChild, type HeardAnswer } from './espeak-child.ts';
import type { EspeakRequest } from './espeak-protocol.ts';

/** Processes at most: more do not speak sooner. */
const MOST = Math.min(4, availableParallelism());
/** A process is replaced after so many requests, should its memory ever grow. */
const MOST_REQUESTS = 500;

/** A process that can answer, and how often it has. */
interface Kept {
  readonly child: EspeakChild;
  readonly requests: number;
}

/**
 * Synthesisers that stay open for whoever speaks next: short scripts begin at once, and hundreds that speak at a time are a few processes.
 * A request has one until all is said, however slowly that is read: it is for what fits in the memory. The noise of a voice's breath goes
 * on from one request to the next, so that the samples are not the same each time.
 */
export class EspeakPool implements AsyncDisposable {
  readonly #closing = new AbortController();
  readonly #idle: Kept[] = [];
  readonly #working = new Set<Promise<unknown>>();
  /** Those who wait for a process. */
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  /** How many processes there are. */
  get size(): number {
    return this.#busy + this.#idle.length;
  }

  /**
   * Asks for one thing, in turn, and gives the answers as they come. Leaving the loop or an abort ends the work.
   * @throws {OratorError} `voice/failed`; the reason of the abort when there was one.
   */
  async *ask(request: EspeakRequest, signal: AbortSignal): AsyncGenerator<HeardAnswer> {
    const leaving = new AbortController();
    const heard: HeardAnswer[] = [];
    let wake = () => {};
    let over: { readonly error?: unknown } | undefined;
    const tell = (answer: HeardAnswer) => {
      heard.push(answer);
      wake();
    };
    const working = this.#work(request, AbortSignal.any([signal, leaving.signal, this.#closing.signal]), tell)
      .then(
        () => (over = {}),
        (error: unknown) => (over = { error }),
      )
      .finally(() => {
        this.#working.delete(working);
        wake();
      });
    this.#working.add(working);
    try {
      while (!over || heard.length > 0) {
        const next = heard.shift();
        if (next) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
      if (over.error !== undefined) throw over.error;
    } finally {
      leaving.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#working);
    await Promise.all(this.#idle.splice(0).map(({ child }) => child[Symbol.asyncDispose]()));
  }

  async #work(request: EspeakRequest, stop: AbortSignal, tell: (answer: HeardAnswer) => void): Promise<void> {
    await this.#turn(stop);
    let kept: Kept | undefined = this.#idle.pop() ?? { child: openChild(), requests: 0 };
    const { child, requests } = kept;
    const kill = () => void child[Symbol.asyncDispose]();
    stop.addEventListener('abort', kill, { once: true });
    try {
      stop.throwIfAborted(); // between its turn and here
      for await (const answer of child.ask(request)) tell(answer);
      stop.throwIfAborted();
      if (requests + 1 >= MOST_REQUESTS) return;
      this.#idle.push({ child, requests: requests + 1 });
      kept = undefined;
    } catch (thrown) {
      stop.throwIfAborted();
      throw thrown;
    } finally {
      stop.removeEventListener('abort', kill);
      await kept?.child[Symbol.asyncDispose]();
      this.#busy--;
      this.#waiting.shift()?.();
    }
  }

  /** Waits for one of the places. */
  async #turn(stop: AbortSignal): Promise<void> {
    stop.throwIfAborted();
    if (this.#busy >= MOST) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      stop.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      const place = this.#waiting.indexOf(resolve);
      if (place >= 0)
        this.#waiting.splice(place, 1); // it was an abort, not its turn
      else if (stop.aborted) this.#waiting.shift()?.();
      stop.throwIfAborted();
    }
    this.#busy++;
  }
}

function openChild(): EspeakChild {
  const child = new EspeakChild(new AbortController().signal);
  child.giveWay();
  return child;
}
