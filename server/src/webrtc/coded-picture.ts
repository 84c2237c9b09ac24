/** How pictures are coded for a peer. */
export type PictureCodec = 'h264' | 'vp8';

/** One coded picture: of H.264 its NAL units, of VP8 the one frame. */
export interface CodedPicture {
  /** Whether it can be read without those before it. */
  readonly isKey: boolean;
  readonly units: readonly Uint8Array[];
}

/** Cuts what an encoder writes into pictures. */
export interface PictureReader {
  /** Takes in bytes, cut anywhere; gives the pictures that are whole. @throws {RangeError} for what is no such stream. */
  push(bytes: Uint8Array): CodedPicture[];
}

/** More than any picture needs: what claims to be longer is not the stream that was expected. */
const LONGEST = 32 << 20;

/** Bytes that wait until there are enough of them. */
export class ByteLine {
  #bytes: Buffer = Buffer.alloc(0);

  push(bytes: Uint8Array): void {
    this.#bytes = this.#bytes.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#bytes, bytes]);
  }

  /** The next `count` bytes, left where they are; undefined where there are fewer. @throws {RangeError} for an absurd count. */
  peek(count: number): Buffer | undefined {
    if (count > LONGEST) throw new RangeError(`A picture of ${count} bytes was announced.`);
    return this.#bytes.length < count ? undefined : this.#bytes.subarray(0, count);
  }

  /** Passes over bytes that were looked at. */
  skip(count: number): void {
    this.#bytes = this.#bytes.subarray(count);
  }

  /** All that waits, which is then no longer here. */
  rest(): Buffer {
    const bytes = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    return bytes;
  }
}
