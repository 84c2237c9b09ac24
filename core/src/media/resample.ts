import { type Hertz, seconds } from '../base/units.ts';
import type { AudioChunk } from './audio-chunk.ts';

/** Zero crossings of the windowed sinc on each side; they and the window make the slope a fifth of the band wide. */
const CROSSINGS = 24;
/** Kaiser window whose side lobes lie 80 dB down: below the noise of 13-bit sound. */
const BETA = 8;
/** Middle of the filter's slope, as a share of half the lower rate: passes up to about 0.87, −80 dB from about 1.06 on. */
const SLOPE_CENTRE = 0.96;
/** Above this many phases (rates without a large common divisor) the nearest of so many is taken: error below −80 dB. */
const MOST_PHASES = 2048;

/**
 * Converts one stream of samples from one rate to another: band-limited, without delay (output sample k is the input at k / to seconds),
 * and to the bit the same however the stream is cut into chunks. One stream each; memory is that of the filter.
 */
export class Resampler {
  readonly #from: number;
  readonly #to: number;
  readonly #reach: number;
  readonly #phases: number;
  readonly #taps: Float32Array;
  /** Input not yet passed by: `#history[0]` is input sample `#first`. Before the stream there is silence. */
  #history: Float32Array;
  #length: number;
  #first: number;
  #received = 0;
  #produced = 0;

  constructor(from: Hertz, to: Hertz) {
    const divisor = greatestCommonDivisor(Math.round(from), Math.round(to));
    this.#from = Math.round(from) / divisor;
    this.#to = Math.round(to) / divisor;
    const cutoff = Math.min(1, this.#to / this.#from);
    this.#reach = 2 * Math.ceil(CROSSINGS / cutoff / 2); // even, for `dot`
    this.#phases = Math.min(this.#to, MOST_PHASES);
    this.#taps = designTaps(this.#phases, this.#reach, cutoff * SLOPE_CENTRE);
    this.#first = -this.#reach;
    this.#history = new Float32Array(4 * this.#reach);
    this.#length = this.#reach;
  }

  /** Takes the next samples of the stream; returns all output that they complete. */
  push(pcm: Float32Array): Float32Array<ArrayBuffer> {
    this.#append(pcm);
    this.#received += pcm.length;
    return this.#produce(this.#countUntil(this.#received - this.#reach));
  }

  /** Ends the stream: the rest, so that the output lasts as long as the input, rounded up to a sample. */
  end(): Float32Array<ArrayBuffer> {
    this.#append(new Float32Array(this.#reach + 1));
    return this.#produce(Math.ceil((this.#received * this.#to) / this.#from));
  }

  /** How many output samples lie before input sample `limit`. */
  #countUntil(limit: number): number {
    return Math.max(this.#produced, Math.ceil((limit * this.#to) / this.#from));
  }

  #produce(until: number): Float32Array<ArrayBuffer> {
    const out = new Float32Array(Math.max(0, until - this.#produced));
    const width = 2 * this.#reach;
    const scale = this.#phases / this.#to;
    for (let k = 0; k < out.length; k++) {
      const position = (this.#produced + k) * this.#from;
      let start = Math.floor(position / this.#to);
      let phase = Math.round((position - start * this.#to) * scale);
      if (phase === this.#phases) {
        phase = 0;
        start++;
      }
      out[k] = dot(this.#taps, phase * width, this.#history, start - this.#reach + 1 - this.#first, width);
    }
    this.#produced += out.length;
    this.#forget(Math.floor((this.#produced * this.#from) / this.#to) - this.#reach + 1);
    return out;
  }

  #append(pcm: Float32Array): void {
    if (this.#length + pcm.length > this.#history.length) {
      const larger = new Float32Array(2 * (this.#length + pcm.length));
      larger.set(this.#history.subarray(0, this.#length));
      this.#history = larger;
    }
    this.#history.set(pcm, this.#length);
    this.#length += pcm.length;
  }

  /** Drops input that no later output needs. */
  #forget(before: number): void {
    const drop = Math.min(this.#length, before - this.#first);
    if (drop <= 0) return;
    this.#history.copyWithin(0, drop, this.#length);
    this.#length -= drop;
    this.#first += drop;
  }
}

/** Converts a stream of chunks to another rate; chunks that have it already pass through untouched. */
export async function* resampleAudio(chunks: AsyncIterable<AudioChunk>, to: Hertz): AsyncGenerator<AudioChunk> {
  let resampler: Resampler | null = null;
  let count = 0;
  const chunk = (pcm: Float32Array): AudioChunk => {
    const at = seconds(count / to);
    count += pcm.length;
    return { at, rate: to, pcm };
  };
  for await (const { rate, at, pcm } of chunks) {
    if (rate === to) {
      yield { at, rate, pcm };
      continue;
    }
    resampler ??= new Resampler(rate, to);
    const converted = resampler.push(pcm);
    if (converted.length > 0) yield chunk(converted);
  }
  const rest = resampler?.end();
  if (rest && rest.length > 0) yield chunk(rest);
}

/** One row of `2 · reach` taps per phase: the input sample `reach − 1` of a row is the last one at or before the output's time. */
function designTaps(phases: number, reach: number, cutoff: number): Float32Array {
  const width = 2 * reach;
  const taps = new Float32Array(phases * width);
  for (let phase = 0; phase < phases; phase++) {
    let sum = 0;
    for (let tap = 0; tap < width; tap++) {
      const distance = tap - (reach - 1) - phase / phases;
      const edge = distance / reach;
      const window = Math.abs(edge) < 1 ? bessel(BETA * Math.sqrt(1 - edge * edge)) : 0;
      const value = sinc(distance * cutoff) * window;
      taps[phase * width + tap] = value;
      sum += value;
    }
    // The same gain in every phase, else a steady tone would carry the beat of the two rates.
    for (let tap = phase * width; tap < (phase + 1) * width; tap++) taps[tap] = taps[tap]! / sum;
  }
  return taps;
}

/** `length` is a multiple of four: that many sums run side by side, or each addition would wait for the last. */
function dot(a: Float32Array, fromA: number, b: Float32Array, fromB: number, length: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let i = 0; i < length; i += 4) {
    sum0 += a[fromA + i]! * b[fromB + i]!;
    sum1 += a[fromA + i + 1]! * b[fromB + i + 1]!;
    sum2 += a[fromA + i + 2]! * b[fromB + i + 2]!;
    sum3 += a[fromA + i + 3]! * b[fromB + i + 3]!;
  }
  return sum0 + sum1 + (sum2 + sum3);
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** The modified Bessel function of order 0, by its series. */
function bessel(x: number): number {
  let sum = 1;
  for (let term = 1, k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
