/** Whoever is quieter than -50 dB of full scale says nothing. */
const THRESHOLD = 10 ** (-50 / 20);
/** What belongs to speech before it is loud and after it was, s. */
const BEFORE = 0.2;
const AFTER = 0.8;

/**
 * Lets speech through and stops silence: an open microphone would otherwise be an utterance without end, behind which whatever else is
 * to be said waits for ever.
 */
export class SoundGate {
  readonly #before: number;
  readonly #after: number;
  #held: Float32Array[] = [];
  #quiet = Number.POSITIVE_INFINITY;

  /** `rate` of the samples in Hz. */
  constructor(rate: number) {
    this.#before = BEFORE * rate;
    this.#after = AFTER * rate;
  }

  /** Takes in samples, -1..1; gives what of them, and of those before, is let through, and whether speech ended with it. */
  pass(pcm: Float32Array): { readonly heard: readonly Float32Array[]; readonly ends: boolean } {
    const isLoud = pcm.some((sample) => Math.abs(sample) > THRESHOLD);
    const wasOpen = this.#quiet < this.#after;
    this.#quiet = isLoud ? 0 : this.#quiet + pcm.length;
    if (isLoud || wasOpen) {
      const heard = [...this.#held, pcm];
      this.#held = [];
      return { heard, ends: this.#quiet >= this.#after };
    }
    this.#held.push(pcm);
    let held = this.#held.reduce((sum, { length }) => sum + length, 0);
    while (this.#held.length > 1 && held - this.#held[0]!.length >= this.#before) held -= this.#held.shift()!.length;
    return { heard: [], ends: false };
  }
}
