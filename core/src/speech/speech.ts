import type { Seconds } from '../base/units.ts';
import type { AudioChunk } from '../media/audio-chunk.ts';
import type { Viseme } from './viseme.ts';

/**
 * One viseme held from `start` to `end`. Spans of one speech adjoin and begin at 0. A long viseme may arrive as several
 * adjoining spans (live audio is not held back until a vowel ends); readers treat those as one.
 */
export interface VisemeSpan {
  readonly viseme: Viseme;
  readonly start: Seconds;
  readonly end: Seconds;
  /** 0 unstressed … 1 primary stress; 0.5 where it is unknown. */
  readonly stress: number;
}

/** A word or a sentence with its place in time; `from` and `to` are character offsets in the script, where there is one. */
export interface SpeechMark {
  readonly kind: 'word' | 'sentence';
  readonly start: Seconds;
  readonly end: Seconds;
  readonly from?: number;
  readonly to?: number;
}

/**
 * The next stretch of speech. `spans` became final with it: the end of the last span so far is how far the mouth is known.
 * With text that is past the end of the audio so far; with audio alone it trails by the model's latency and catches up at the end.
 */
export interface SpeechChunk {
  readonly audio: AudioChunk;
  readonly spans: readonly VisemeSpan[];
  readonly marks: readonly SpeechMark[];
}

/** Speech as every door gives it: read once, front to back. */
export type Speech = AsyncIterable<SpeechChunk>;
