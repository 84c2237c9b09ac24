import { OratorError } from '@orator/core/base/errors';
import { type Hertz, hertz, type Seconds, seconds } from '@orator/core/base/units';
import type { AudioChunk } from '@orator/core/media/audio-chunk';

/** What may wait to be heard: five minutes. Somebody who sends a recording faster than it is heard fits in, a flood does not. */
const MOST_SECONDS = 300;
/** It is passed on in such parts, so that a long one holds up nobody else. */
const PART_SECONDS = 0.1;
/** So many parts tell how fast it comes, and so much faster or slower is not as it is heard. */
const PACE_PARTS = 25;
const OFF_PACE = 0.1;

/** Sound that somebody sends while it is heard, as a source of chunks. */
export class LiveSound {
  readonly rate: Hertz;
  readonly #parts: Float32Array[] = [];
  /** For each part that came: where it ends, s, and when it came, ms. */
  readonly #arrivals: { readonly end: number; readonly at: number }[] = [];
  /** For the last parts that came: how long they are, s, and when they came, ms. */
  readonly #pace: { readonly length: number; readonly at: number }[] = [];
  #samples = 0;
  #waiting = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  /** `rate` of its samples in Hz. */
  constructor(rate = 16_000) {
    this.rate = hertz(rate);
  }

  /** Takes in samples, -1..1. @throws {OratorError} `limit/reached` when more waits than may. */
  push(pcm: Float32Array, now = performance.now()): void {
    if (this.#ended || pcm.length === 0) return;
    if (this.#waiting + pcm.length > MOST_SECONDS * this.rate) {
      throw new OratorError(
        'limit/reached',
        `More than ${MOST_SECONDS} s of sound wait to be heard. Send it as slowly as it is heard.`,
      );
    }
    const size = Math.round(PART_SECONDS * this.rate);
    for (let from = 0; from < pcm.length; from += size) this.#parts.push(pcm.subarray(from, from + size));
    this.#samples += pcm.length;
    this.#waiting += pcm.length;
    this.#arrivals.push({ end: this.#samples / this.rate, at: now });
    this.#pace.push({ length: pcm.length / this.rate, at: now });
    if (this.#pace.length > PACE_PARTS) this.#pace.shift();
    this.#wake?.();
  }

  /** No more will come. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /** Whether it comes as fast as it is heard, in short parts, as from a microphone; a recording or another voice comes faster. */
  get isPaced(): boolean {
    const [first, last] = [this.#pace[0], this.#pace.at(-1)];
    if (this.#pace.length < PACE_PARTS || !first || !last) return false;
    const length = this.#pace.reduce((sum, part) => sum + part.length, 0) - first.length;
    const passed = (last.at - first.at) / 1000;
    return this.#pace.every((part) => part.length <= PART_SECONDS) && Math.abs(length - passed) <= OFF_PACE * passed;
  }

  /** When the sound at `position` came, ms; undefined for what has not. Positions only go up. */
  arrivalOf(position: Seconds): number | undefined {
    while (this.#arrivals.length > 0 && this.#arrivals[0]!.end <= position) this.#arrivals.shift();
    return this.#arrivals[0]?.at;
  }

  /** The sound, read once. */
  async *chunks(): AsyncGenerator<AudioChunk> {
    for (let sent = 0; ; ) {
      const pcm = this.#parts.shift();
      if (pcm) {
        this.#waiting -= pcm.length;
        yield { at: seconds(sent / this.rate), rate: this.rate, pcm };
        sent += pcm.length;
        await new Promise(setImmediate); // others have their turn
      } else if (this.#ended) {
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = undefined;
      }
    }
  }
}

/** Reads little-endian 16-bit samples. @throws {OratorError} `request/invalid` for half a sample. */
export function samplesOf(bytes: Uint8Array): Float32Array {
  if (bytes.length % 2 !== 0) {
    throw new OratorError(
      'request/invalid',
      `Sound comes as 16-bit samples: ${bytes.length} bytes are not whole ones.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pcm = new Float32Array(bytes.length / 2);
  for (let k = 0; k < pcm.length; k++) pcm[k] = view.getInt16(2 * k, true) / 32768;
  return pcm;
}
