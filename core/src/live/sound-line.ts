import type { Hertz } from '../base/units.ts';
import type { AudioChunk } from '../media/audio-chunk.ts';
import { Resampler } from '../media/resample.ts';

/** Sound that waits to be heard, at one rate, whatever rate it came with. */
export class SoundLine {
  readonly #rate: Hertz;
  #resampler: Resampler | undefined;
  #parts: Float32Array[] = [];
  #offset = 0;
  #length = 0;

  constructor(rate: Hertz) {
    this.#rate = rate;
  }

  push({ rate, pcm }: AudioChunk): void {
    if (rate !== this.#rate) this.#resampler ??= new Resampler(rate, this.#rate);
    this.#add(this.#resampler?.push(pcm) ?? pcm);
  }

  /** Samples that wait. */
  get length(): number {
    return this.#length;
  }

  /** How loud the next `count` samples get, 0..1. */
  peak(count: number): number {
    let peak = 0;
    let [left, offset] = [count, this.#offset];
    for (const part of this.#parts) {
      const end = Math.min(part.length, offset + left);
      for (let k = offset; k < end; k++) peak = Math.max(peak, Math.abs(part[k]!));
      left -= end - offset;
      if (left <= 0) break;
      offset = 0;
    }
    return peak;
  }

  /** Nothing more will come of this sound; another may follow at another rate. */
  end(): void {
    if (this.#resampler) this.#add(this.#resampler.end());
    this.#resampler = undefined;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#parts = [];
    this.#offset = this.#length = 0;
    this.#resampler = undefined;
  }

  /** The next `count` samples; what is not there is silence. */
  take(count: number): Float32Array {
    const taken = new Float32Array(count);
    for (let filled = 0; filled < count && this.#parts.length > 0; ) {
      const part = this.#parts[0]!;
      const share = part.subarray(this.#offset, this.#offset + count - filled);
      taken.set(share, filled);
      filled += share.length;
      this.#length -= share.length;
      this.#offset += share.length;
      if (this.#offset < part.length) break;
      this.#parts.shift();
      this.#offset = 0;
    }
    return taken;
  }

  #add(part: Float32Array): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}
