/** Cuts what comes into pieces. Each is read to its end before the next one is asked for. */
export class PieceCutter {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #pieceBytes: number;
  #rest = new Uint8Array(0);
  #isOver = false;
  #failure: unknown;

  constructor(source: AsyncIterable<Uint8Array>, pieceBytes: number) {
    this.#chunks = source[Symbol.asyncIterator]();
    this.#pieceBytes = pieceBytes;
  }

  /** Why the source broke off: what had come until then is in the pieces. */
  get failure(): unknown {
    return this.#failure;
  }

  /** The next piece, never an empty one; `null` at the end. */
  async next(): Promise<AsyncIterable<Uint8Array> | null> {
    await this.#fill();
    return this.#rest.length > 0 ? this.#piece() : null;
  }

  async *#piece(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = this.#pieceBytes; left > 0; ) {
      await this.#fill();
      const part = this.#rest.subarray(0, left);
      if (part.length === 0) return;
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  /** Has more at hand, unless the source is over. */
  async #fill(): Promise<void> {
    while (this.#rest.length === 0 && !this.#isOver) {
      try {
        const next = await this.#chunks.next();
        if (next.done) this.#isOver = true;
        else this.#rest = next.value as Uint8Array<ArrayBuffer>;
      } catch (thrown) {
        this.#isOver = true;
        this.#failure = thrown;
      }
    }
  }
}
