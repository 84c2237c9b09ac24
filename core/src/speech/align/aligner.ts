import { VISEME_INDEX, VISEMES } from '../viseme.ts';
import { PHONE_BEFORE_ENTRY, PHONE_BEFORE_STRAY, SILENCE_BEFORE_ENTRY, STATE, type TextStates } from './text-states.ts';

/** How much of labelled speech (English and Spanish, 270 s, each corpus counting alike) each viseme takes, in the order of `VISEMES`. */
const SHARES = [0.155, 0.056, 0.038, 0.023, 0.065, 0.042, 0.02, 0.112, 0.095, 0.038, 0.078, 0.091, 0.104, 0.046, 0.037];
/** Rare shapes are preferred by this power of how rare they are. */
const PRIOR_WEIGHT = 0.6;
/** No posterior counts as less than this: one bad frame must not break a path. */
const FLOOR = 1e-3;
/** A silence within the text costs this much, in nats: about one frame that does not fit. */
const SILENCE_COST = 6;
/**
 * Stray sound costs this much to begin, and this much per frame beside whatever shape is likeliest. Found on labelled recordings
 * with words left out of and put into their texts: less, and it takes what the text has; more, and the text is lost for good.
 */
const STRAY_COST = 40;
const STRAY_FRAME_COST = 1.2;
/** Paths worse than the best by this many nats are given up: some 20 frames that do not fit. */
const BEAM = 140;
/** Most states looked at in one frame: about 50 s of speech. */
const WIDTH = 4096;
/** A frame is settled when this many later ones are known: 6 s. */
const SETTLE_FRAMES = 600;
/** Frames are settled in groups, since finding the way back costs as much for one as for many. */
const GROUP_FRAMES = 100;
/** Most frames that are not settled. */
export const SETTLED_WITHIN = SETTLE_FRAMES + GROUP_FRAMES;
/** How well the text fits is judged over so much sound at a time: 4 s. */
const FIT_FRAMES = 400;
const ROWS = SETTLED_WITHIN;
const OUTPUTS = VISEMES.length;
const SIL = VISEME_INDEX.sil;

/**
 * The next frames that found their place, in order: the state of each, in an array that holds until the call returns.
 * `fit` says how well the text fits the sound around them: the mean of ln(posterior of the text's viseme / largest posterior)
 * over the speech of 4 s, with stray sound counting as much as it costs; 0 at best. See `LEAST_FIT`.
 */
export type Settled = (states: Int32Array, fit: number) => void;

/**
 * Below this the sound does not say the text. Labelled recordings stay above -0.75 with their own words, also in noise 10 dB
 * below them (one of 49 has a stretch at -0.88); with the words of others less than 3 % of their speech comes above it.
 */
export const LEAST_FIT = -0.8;

/**
 * Places the frames of a recording in a text, left to right, by the best path (Viterbi). Works on sound as it comes: a frame
 * is settled 6 to 7 s later, so memory does not grow with the length of the sound. Add the text before it is needed.
 */
export class Aligner {
  readonly #text: TextStates;
  readonly #settled: Settled;
  readonly #back = Array.from({ length: ROWS }, () => new Uint8Array(WIDTH));
  readonly #lows = new Int32Array(ROWS);
  readonly #highs = new Int32Array(ROWS);
  readonly #posteriors = new Float32Array(ROWS * OUTPUTS);
  readonly #emissions = new Float64Array(OUTPUTS);
  readonly #path = new Int32Array(ROWS);
  readonly #scores = new Float64Array(WIDTH);
  readonly #alive = new Uint8Array(WIDTH);
  readonly #aliveNext = new Uint8Array(WIDTH);
  #strayEmission = 0;
  #low = 0;
  #high = 0; // active states are low .. high - 1
  #frames = 0;
  #done = 0; // frames settled

  constructor(text: TextStates, settled: Settled) {
    this.#text = text;
    this.#settled = settled;
  }

  /** The foremost state that a path has reached, plus one. */
  get front(): number {
    return this.#high;
  }

  /** Reads the 15 posteriors of the next frame. */
  push(posteriors: Float32Array): void {
    if (this.#frames - this.#done === ROWS) this.#settle(GROUP_FRAMES, this.#best());
    const row = this.#frames % ROWS;
    this.#posteriors.set(posteriors, row * OUTPUTS);
    for (let v = 0; v < OUTPUTS; v++) {
      this.#emissions[v] = Math.log(Math.max(posteriors[v]!, FLOOR)) - PRIOR_WEIGHT * Math.log(SHARES[v]!);
    }
    this.#strayEmission = Math.max(...this.#emissions) - STRAY_FRAME_COST;
    if (this.#frames === 0) this.#start();
    else this.#advance(row);
    this.#frames++;
  }

  /**
   * The sound is over: settles all frames.
   * @returns whether the path ends where the text does.
   */
  end(): boolean {
    if (this.#frames === 0) return false;
    const stray = this.#text.length - 1; // behind the last phone; before it stands the silence there, before that the phone
    const ends = [stray, stray - 1, stray - PHONE_BEFORE_STRAY].filter((state) => this.#scoreOf(state) > -Infinity);
    const end = ends.reduce(
      (best, state) => (this.#scoreOf(state) > this.#scoreOf(best) ? state : best),
      ends[0] ?? -1,
    );
    this.#settle(this.#frames - this.#done, end < 0 ? this.#best() : end);
    return end >= 0;
  }

  /** Sound may begin with silence, with stray sound or with the first phone. */
  #start(): void {
    this.#high = Math.min(PHONE_BEFORE_ENTRY, this.#text.length);
    this.#scores.fill(-Infinity, 0, this.#high);
    this.#scores[0] = this.#emissions[SIL]!;
    this.#scores[3] = this.#strayEmission - STRAY_COST;
    if (this.#high > 4) this.#scores[4] = this.#emissions[this.#text.visemes[4]!]!;
    this.#highs[0] = this.#high;
  }

  /** One frame on: the best way into each state that can be reached now. */
  #advance(row: number): void {
    const { kinds, visemes } = this.#text;
    const back = this.#back[row]!;
    const scores = this.#scores;
    const low = this.#low;
    const high = Math.min(this.#high + PHONE_BEFORE_ENTRY, this.#text.length, low + WIDTH);
    scores.fill(-Infinity, this.#high - low, high - low);
    let best = -Infinity;
    // Backwards, so that every state still finds the scores of the frame before in the states before it.
    for (let state = high - 1; state >= low; state--) {
      const at = state - low;
      const kind = kinds[state]!;
      let from = 1;
      let score = at >= 1 ? scores[at - 1]! : -Infinity;
      if (kind === STATE.silence1) score -= SILENCE_COST;
      else if (kind === STATE.entry) {
        if (at >= SILENCE_BEFORE_ENTRY && scores[at - SILENCE_BEFORE_ENTRY]! > score) {
          score = scores[at - SILENCE_BEFORE_ENTRY]!;
          from = SILENCE_BEFORE_ENTRY;
        }
        if (at >= PHONE_BEFORE_ENTRY && scores[at - PHONE_BEFORE_ENTRY]! > score) {
          score = scores[at - PHONE_BEFORE_ENTRY]!;
          from = PHONE_BEFORE_ENTRY;
        }
      } else if (kind === STATE.stray) {
        if (at >= PHONE_BEFORE_STRAY && scores[at - PHONE_BEFORE_STRAY]! > score) {
          score = scores[at - PHONE_BEFORE_STRAY]!;
          from = PHONE_BEFORE_STRAY;
        }
        score -= STRAY_COST;
      }
      if ((kind === STATE.rest || kind === STATE.silence3 || kind === STATE.stray) && scores[at]! >= score) {
        score = scores[at]!;
        from = 0;
      }
      score += kind === STATE.stray ? this.#strayEmission : this.#emissions[visemes[state]!]!;
      scores[at] = score;
      back[at] = from;
      if (score > best) best = score;
    }
    this.#lows[row] = low;
    this.#highs[row] = high;
    this.#high = high;
    this.#prune(best - BEAM);
  }

  /** Gives up the states at both edges that are too bad. */
  #prune(least: number): void {
    const from = this.#low;
    let [low, high] = [from, this.#high];
    while (low < high - 1 && this.#scores[low - from]! < least) low++;
    while (high > low + 1 && this.#scores[high - 1 - from]! < least) high--;
    low = Math.max(low, high + PHONE_BEFORE_ENTRY - WIDTH);
    this.#scores.copyWithin(0, low - from, high - from);
    this.#low = low;
    this.#high = high;
  }

  /** Settles the next `count` frames on the path that ends in state `end` now, and gives up all paths that went elsewhere. */
  #settle(count: number, end: number): void {
    let state = end;
    for (let frame = this.#frames - 1; frame >= this.#done; frame--) {
      this.#path[frame - this.#done] = state;
      const row = frame % ROWS;
      if (frame > this.#done) state -= this.#back[row]![state - this.#lows[row]!]!;
    }
    const traced = this.#frames - this.#done;
    for (let from = 0; from < count; from += GROUP_FRAMES) {
      const group = this.#path.subarray(from, Math.min(from + GROUP_FRAMES, count));
      const window = Math.max(0, Math.min(from, traced - FIT_FRAMES));
      this.#settled(group, this.#fit(window, Math.min(window + FIT_FRAMES, traced)));
    }
    this.#done += count;
    if (this.#done < this.#frames) this.#keepThrough(this.#path[count - 1]!);
  }

  /** How well a part of the path that was just traced fits the sound; silence that is silent says nothing. */
  #fit(from: number, to: number): number {
    let [sum, count] = [0, 0];
    for (let i = from; i < to; i++) {
      const at = ((this.#done + i) % ROWS) * OUTPUTS;
      let largest = 0;
      for (let v = 1; v < OUTPUTS; v++) if (this.#posteriors[at + v]! > this.#posteriors[at + largest]!) largest = v;
      const state = this.#path[i]!;
      const viseme = this.#text.visemes[state]!; // silence for stray sound
      if (viseme === SIL && largest === SIL) continue;
      sum +=
        this.#text.kinds[state] === STATE.stray
          ? -STRAY_FRAME_COST
          : Math.log(Math.max(this.#posteriors[at + viseme]!, FLOOR) / this.#posteriors[at + largest]!);
      count++;
    }
    return count === 0 ? 0 : sum / count;
  }

  /** Keeps only the paths that went through `state` in the last settled frame. */
  #keepThrough(state: number): void {
    let [alive, next] = [this.#alive, this.#aliveNext];
    let low = state;
    let high = state + 1;
    alive[0] = 1;
    for (let frame = this.#done; frame < this.#frames; frame++) {
      const row = frame % ROWS;
      const [from, to] = [this.#lows[row]!, this.#highs[row]!];
      const back = this.#back[row]!;
      for (let s = from; s < to; s++) {
        const before = s - back[s - from]!;
        next[s - from] = before >= low && before < high ? alive[before - low]! : 0;
      }
      [alive, next, low, high] = [next, alive, from, to];
    }
    for (let s = this.#low; s < this.#high; s++) if (alive[s - low] === 0) this.#scores[s - this.#low] = -Infinity;
  }

  #scoreOf(state: number): number {
    return state >= this.#low && state < this.#high ? this.#scores[state - this.#low]! : -Infinity;
  }

  #best(): number {
    let best = this.#low;
    for (let state = best; state < this.#high; state++) if (this.#scoreOf(state) > this.#scoreOf(best)) best = state;
    return best;
  }
}
