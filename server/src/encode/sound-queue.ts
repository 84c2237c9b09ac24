import { OratorError } from '@orator/core/base/errors';
import type { Hertz } from '@orator/core/base/units';
import type { AudioChunk } from '@orator/core/media/audio-chunk';
import { int16Of } from '@orator/core/media/int16';
import type { FfmpegProcess } from '../media/ffmpeg-process.ts';

/** Chunks adjoin exactly; only their times are rounded. */
const GAP_SECONDS = 0.001;

/**
 * Passes sound on to ffmpeg beside the pictures. ffmpeg takes it only as far as it has pictures for it, so sound must never hold up
 * a caller that brings both in turn: what ffmpeg does not take yet waits here, as 16-bit samples.
 */
export class SoundQueue {
  readonly #process: FfmpegProcess;
  readonly #fd: number;
  readonly #rate: Hertz;
  readonly #waiting: Uint8Array[] = [];
  #pumping: Promise<void> | null = null;
  #step: Promise<void> = Promise.resolve();
  #count = 0;

  constructor(process: FfmpegProcess, fd: number, rate: Hertz) {
    this.#process = process;
    this.#fd = fd;
    this.#rate = rate;
  }

  /** Samples added so far. */
  get count(): number {
    return this.#count;
  }

  /** Takes a chunk that adjoins the last one. @throws {OratorError} `internal` when it does not. */
  add({ at, rate, pcm }: AudioChunk): void {
    const expected = this.#count / this.#rate;
    if (rate !== this.#rate || Math.abs(at - expected) > GAP_SECONDS) {
      throw new OratorError(
        'internal',
        `Sound of ${rate} Hz came for ${at} s instead of ${this.#rate} Hz for ${expected} s.`,
      );
    }
    this.#push(toBytes(pcm), pcm.length);
  }

  /**
   * Fills up with silence to `length` samples: ffmpeg takes no pictures beyond the sound it has, so where none came there must be some.
   * What was asked for one picture after the other is small; a long stretch is only held as long as ffmpeg takes.
   */
  fill(length: number): void {
    while (this.#count < length) {
      const silence = Math.min(this.#rate, length - this.#count);
      this.#push(new Uint8Array(silence * 2), silence);
    }
  }

  /** Hands everything over and ends the sound. */
  async end(): Promise<void> {
    await this.#drained();
    this.#process.feed(this.#fd).end();
  }

  /** The pictures are over, so ffmpeg must keep taking sound: each second of it within its patience. */
  async #drained(): Promise<void> {
    while (this.#pumping !== null) await this.#process.patiently(this.#step);
  }

  #push(bytes: Uint8Array, count: number): void {
    this.#count += count;
    this.#waiting.push(bytes);
    if (this.#pumping !== null) return;
    this.#pumping = this.#pump();
    this.#pumping.catch(() => {}); // the pictures fail for the same reason, and `end` reports it
  }

  async #pump(): Promise<void> {
    for (let bytes = this.#waiting.shift(); bytes; bytes = this.#waiting.shift()) {
      this.#step = this.#process.write(this.#fd, bytes);
      await this.#step;
    }
    this.#pumping = null;
  }
}

/** 16-bit samples; little-endian, as every platform that Node runs on. */
const toBytes = (pcm: Float32Array) => new Uint8Array(int16Of(pcm).buffer);
