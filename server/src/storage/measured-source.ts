import { createHash } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import { stopped } from '../net/stopped.ts';

/** Passes bytes on as they are, and counts and hashes them on the way; ends early at an abort or when there are too many. */
export class MeasuredSource implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  readonly #maxBytes: number;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(source: AsyncIterable<Uint8Array>, limits: { signal?: AbortSignal; maxBytes?: number } = {}) {
    this.#source = source;
    this.#signal = limits.signal;
    this.#maxBytes = limits.maxBytes ?? Number.POSITIVE_INFINITY;
  }

  /** How many bytes have passed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of all that has passed, in hexadecimal. */
  get sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  /** @throws {OratorError} `cancelled`, `source/too-large` */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const signal = this.#signal;
    const iterator = this.#source[Symbol.asyncIterator]();
    let isPending = false;
    let isEnded = false;
    let giveUp: ((reason: unknown) => void) | undefined;
    const onAbort = () => giveUp?.(stopped(signal!));
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      for (;;) {
        if (signal?.aborted) throw stopped(signal);
        isPending = true;
        // A race against one promise for the whole run would keep every chunk alive until its end.
        const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
          giveUp = reject;
          iterator.next().then(resolve, (thrown: unknown) => {
            isEnded = true;
            reject(thrown);
          });
        });
        isPending = false;
        if (next.done) {
          isEnded = true;
          return;
        }
        this.#take(next.value);
        yield next.value;
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      // What went wrong before says more than what goes wrong here; and a source that hangs ends no sooner than it goes on.
      const end = isEnded ? undefined : Promise.resolve(iterator.return?.()).catch(() => {});
      if (!isPending) await end;
    }
  }

  #take(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#maxBytes) throw tooLarge(this.#maxBytes);
    this.#hash.update(chunk);
  }
}

/** The ETag of a content, where the storage has no other. */
export const contentEtag = (sha256: string): string => `"${sha256.slice(0, 32)}"`;

/** More came than was allowed. */
export function tooLarge(maxBytes: number): OratorError {
  return new OratorError(
    'source/too-large',
    `The file is larger than the ${maxBytes} bytes that are allowed here. Give a smaller one.`,
  );
}
