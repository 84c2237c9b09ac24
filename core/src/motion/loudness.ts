import type { AudioChunk } from '../media/audio-chunk.ts';
import { TICKS_PER_SECOND } from './clock.ts';

const KEPT = 256; // ticks of history: the longest lookahead and the longest vowel together
const BINS = 240; // half decibels from -110 to +10 dBFS
const LOWEST = -110;
const WINDOW = 300; // ticks of speech, 3 s: long enough for a sentence, short enough to follow a speaker who turns away
const LOUD = 0.08; // the share of speech above the reference: its 92nd percentile
const FOLLOW = 0.03; // share of the new percentile taken per tick once the window has some content
const LOUDEST = 1.2;
const SILENT = 1e-7; // mean square of -70 dBFS

/**
 * How loud the voice is against its own recent speech, tick by tick, from sound that arrives in chunks of any size.
 * Only the last seconds count, so a whisper and a shout look alike, live as from a file.
 */
export class Loudness {
  /** Samples received so far, and how many there are per second (0 = none heard yet). */
  samples = 0;
  rate = 0;
  private readonly chunks: Float32Array[] = [];
  private offset = 0;
  private readonly squares = new Float64Array(KEPT);
  private readonly histogram = new Uint16Array(BINS);
  private readonly window = new Int16Array(WINDOW);
  private counted = 0;
  private reference = -30;
  private gain = 10 ** 1.5;
  private tick = 0;
  private readTo = 0;
  private previousIn = 0;
  private previousOut = 0;

  push(audio: AudioChunk): void {
    if (this.rate === 0) this.rate = audio.rate;
    if (audio.pcm.length === 0) return;
    this.chunks.push(audio.pcm);
    this.samples += audio.pcm.length;
  }

  /** Length of the sound so far in seconds. */
  get heard(): number {
    return this.rate === 0 ? 0 : this.samples / this.rate;
  }

  /** Reads the next tick; past the end there is silence, and what comes late is part of the tick that it comes in. Only ticks with `speaking` shape the reference. */
  advance(speaking: boolean): void {
    const end = Math.round(((this.tick + 1) * this.rate) / TICKS_PER_SECOND);
    const length = Math.max(1, end - this.readTo);
    this.squares[this.tick % KEPT] = this.readSquares(Math.max(0, end - this.readTo)) / length;
    this.tick++;
    if (speaking) this.count(this.meanSquare(this.tick - 2));
  }

  /** 0 = silent, 1 = as loud as the loudest tenth of the recent speech, at most 1.2. Ticks not read yet repeat the last one. */
  at(tick: number): number {
    return Math.min(LOUDEST, Math.sqrt(this.meanSquare(Math.min(tick, this.tick - 1))) * this.gain);
  }

  /** Mean square of 30 ms around a tick, or of what is known of it. */
  private meanSquare(tick: number): number {
    const first = Math.max(0, tick - 1, this.tick - KEPT);
    const last = Math.min(tick + 1, this.tick - 1);
    let sum = 0;
    for (let k = first; k <= last; k++) sum += this.squares[k % KEPT]!;
    return last < first ? 0 : sum / (last - first + 1);
  }

  private count(square: number): void {
    if (square < SILENT) return;
    const bin = Math.min(BINS - 1, Math.max(0, Math.round(2 * (10 * Math.log10(square) - LOWEST))));
    const slot = this.counted % WINDOW;
    if (this.counted >= WINDOW) this.histogram[this.window[slot]!]!--;
    this.window[slot] = bin;
    this.histogram[bin]!++;
    this.counted++;
    const total = Math.min(this.counted, WINDOW);
    let above = 0;
    let top = BINS;
    while (above <= LOUD * total && top > 0) above += this.histogram[--top]!;
    const follow = Math.max(FOLLOW, 1 / this.counted);
    this.reference += follow * (LOWEST + top / 2 - this.reference);
    this.gain = 10 ** (-this.reference / 20);
  }

  /** Sum of squares of the next `count` samples, without what lies below 40 Hz (rumble, offsets). */
  private readSquares(count: number): number {
    const keep = 1 - 250 / this.rate; // 2π · 40 Hz
    let sum = 0;
    while (count > 0 && this.chunks.length > 0) {
      const pcm = this.chunks[0]!;
      const end = Math.min(pcm.length, this.offset + count);
      for (let i = this.offset; i < end; i++) {
        const sample = pcm[i]!;
        this.previousOut = keep * (this.previousOut + sample - this.previousIn);
        this.previousIn = sample;
        sum += this.previousOut * this.previousOut;
      }
      count -= end - this.offset;
      this.readTo += end - this.offset;
      this.offset = end;
      if (end === pcm.length) {
        this.chunks.shift();
        this.offset = 0;
      }
    }
    return sum;
  }
}
