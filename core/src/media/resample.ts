import { KernelMemory } from '../base/kernels/kernel-memory.ts';
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
/** Output samples that are made at once. */
const BLOCK = 1024;
/** Filters that are kept for whoever needs them next. */
const MOST_FILTERS = 8;

/**
 * Converts one stream of samples from one rate to another: band-limited, without delay (output sample k is the input at k / to seconds),
 * and to the bit the same however the stream is cut into chunks. One stream each; memory is that of the filter.
 */
export class Resampler {
  readonly #filter: RateFilter;
  /** Input not yet passed by: `#history[0]` is input sample `#first`. Before the stream there is silence. */
  #history: Float32Array;
  #length: number;
  #first: number;
  #received = 0;
  #produced = 0;

  constructor(from: Hertz, to: Hertz) {
    this.#filter = filterFor(from, to);
    const { reach } = this.#filter;
    this.#first = -reach;
    this.#history = new Float32Array(4 * reach);
    this.#length = reach;
  }

  /** Takes the next samples of the stream; returns all output that they complete. */
  push(pcm: Float32Array): Float32Array<ArrayBuffer> {
    this.#append(pcm);
    this.#received += pcm.length;
    return this.#produce(this.#countUntil(this.#received - this.#filter.reach));
  }

  /** Ends the stream: the rest, so that the output lasts as long as the input, rounded up to a sample. */
  end(): Float32Array<ArrayBuffer> {
    const { from, to, reach } = this.#filter;
    this.#append(new Float32Array(reach + 1));
    return this.#produce(Math.ceil((this.#received * to) / from));
  }

  /** How many output samples lie before input sample `limit`. */
  #countUntil(limit: number): number {
    const { from, to } = this.#filter;
    return Math.max(this.#produced, Math.ceil((limit * to) / from));
  }

  #produce(until: number): Float32Array<ArrayBuffer> {
    const { from, to, reach } = this.#filter;
    const out = new Float32Array(Math.max(0, until - this.#produced));
    for (let done = 0; done < out.length; done += BLOCK) {
      const position = (this.#produced + done) * from;
      const start = Math.floor(position / to);
      const [rest, at] = [position - start * to, start - reach + 1 - this.#first];
      this.#filter.convert(this.#history.subarray(at, this.#length), rest, out.subarray(done, done + BLOCK));
    }
    this.#produced += out.length;
    this.#forget(Math.floor((this.#produced * from) / to) - reach + 1);
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

/** What converts between two rates: the same for all streams of a thread that have them. */
class RateFilter {
  /** `from` samples of input last as long as `to` of output. */
  readonly from: number;
  readonly to: number;
  /** Input samples before and after an output sample that it is made of. */
  readonly reach: number;
  readonly #run: (rest: number, count: number) => void;
  readonly #input: Float32Array;
  readonly #output: Float32Array;

  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
    const cutoff = Math.min(1, to / from);
    this.reach = 2 * Math.ceil(CROSSINGS / cutoff / 2); // even, for the kernel
    const width = 2 * this.reach;
    const phases = Math.min(to, MOST_PHASES);
    const most = width + Math.ceil((BLOCK * from) / to) + 1;
    const memory = new KernelMemory((phases * width + most + BLOCK) * 4, 3);
    const taps = memory.floats(phases * width);
    taps.set(designTaps(phases, this.reach, cutoff * SLOPE_CENTRE));
    this.#input = memory.floats(most);
    this.#output = memory.floats(BLOCK);
    const [at, input, output] = [taps.byteOffset, this.#input.byteOffset, this.#output.byteOffset];
    this.#run = (rest, count) => memory.kernels.resample(at, width, phases, from, to, input, rest, count, output);
  }

  /** Makes at most `BLOCK` samples out of those around them; the first lies `rest` / `to` after an input sample. */
  convert(samples: Float32Array, rest: number, into: Float32Array): void {
    this.#input.set(samples.subarray(0, this.#input.length));
    this.#run(rest, into.length);
    into.set(this.#output.subarray(0, into.length));
  }
}

const filters = new Map<string, RateFilter>();

function filterFor(from: Hertz, to: Hertz): RateFilter {
  const divisor = greatestCommonDivisor(Math.round(from), Math.round(to));
  const [shortFrom, shortTo] = [Math.round(from) / divisor, Math.round(to) / divisor];
  const name = `${shortFrom}:${shortTo}`;
  const filter = filters.get(name) ?? new RateFilter(shortFrom, shortTo);
  filters.delete(name);
  filters.set(name, filter); // the last one used is the last one in the map
  if (filters.size > MOST_FILTERS) filters.delete(filters.keys().next().value!);
  return filter;
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
