/** Messages of fewer bytes are cut from a page of Node's: little garbage, and soon free. */
const SMALL = 4096;
/** Buffers that are kept for the next messages. */
const MOST_KEPT = 4;
/** A new one has so many times the room that is needed: pictures differ a little in their sizes. */
const SPARE = 1.25;

/**
 * Buffers for messages, used again once a connection has taken them. One made anew for each picture lives until the collector goes through
 * the whole heap, which it does the more often the more of them there are: every one or two seconds for four sessions, for 20 to 50 ms.
 */
export class MessagePool {
  readonly #kept: Buffer<ArrayBuffer>[] = [];

  /** Room for a message of so many bytes, with anything in it. */
  take(bytes: number): Buffer<ArrayBuffer> {
    if (bytes < SMALL) return Buffer.allocUnsafe(bytes);
    const room = this.#kept.pop();
    return room && room.length >= bytes ? room : Buffer.allocUnsafeSlow(Math.ceil(SPARE * bytes));
  }

  /** Nobody reads it any more. */
  giveBack(room: Buffer<ArrayBuffer>): void {
    if (room.length >= SMALL && this.#kept.length < MOST_KEPT) this.#kept.push(room);
  }
}
