import { createHash, type Hash } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';

/** Ways to hash that a sender may choose from. */
export const DIGESTS = ['sha256', 'sha1', 'md5'] as const;

/** What some bytes have to hash to. */
export class Digest {
  readonly #hash: Hash;
  readonly #expected: Buffer;

  /** `expected` is the hash itself. */
  constructor(algorithm: (typeof DIGESTS)[number], expected: Buffer) {
    this.#hash = createHash(algorithm);
    this.#expected = expected;
  }

  /** Passes bytes on as they are, and hashes them on the way. */
  async *of(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  /** To be asked once, after the last byte. @throws {OratorError} `upload/checksum` */
  check(): void {
    if (this.#hash.digest().equals(this.#expected)) return;
    throw new OratorError('upload/checksum', 'The part came differently from how it was sent. Send it again.');
  }
}
