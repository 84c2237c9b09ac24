import type { TimedPhone } from './phone.ts';
import type { Speech, SpeechMark } from './speech.ts';

/** One voice that can be asked for. */
export interface VoiceInfo {
  /** What `SpeakOptions.voice` takes. */
  readonly id: string;
  /** For people, in English. */
  readonly name: string;
  /** BCP 47 tag in lower case, such as `en-us`. */
  readonly language: string;
  readonly gender: 'female' | 'male' | 'unknown';
}

/** How a script is spoken. */
export interface SpeakOptions {
  /** A voice by id or language; the synthesiser may offer variants behind a plus, such as `fr+f3`. */
  readonly voice: string;
  /** 0.5..2, where 1 is the voice's own rate. */
  readonly rate?: number;
  /** 0..2, where 1 is the voice's own pitch. */
  readonly pitch?: number;
  /** 0..2, where 1 is the voice's own loudness. */
  readonly volume?: number;
}

/** How a stretch of a script is pronounced; times are on a clock of the synthesiser and say only what comes before what. */
export interface PronouncedClause {
  /** They adjoin; pauses have an empty symbol. */
  readonly phones: readonly TimedPhone[];
  /** The words of the clause, each with its place in the script. */
  readonly words: readonly SpeechMark[];
  /** Where in the script a sentence begins with this clause. */
  readonly sentenceFrom?: number;
}

/**
 * A synthesiser. A script is plain text, or SSML when it begins with `<speak`; nothing else in it is read as markup.
 * Speech begins and ends with about a quarter of a second of silence, and comes sentence by sentence: how long the script is
 * changes nothing in how much memory is used. The same script and options give the same samples.
 */
export interface Voice {
  /** All voices, in a fixed order. */
  voices(): Promise<readonly VoiceInfo[]>;
  /**
   * Says early whether a script can be spoken.
   * @throws {OratorError} `voice/unknown`, `text/unspeakable`, `request/invalid` for an option or markup that is wrong.
   */
  check(script: string, options: SpeakOptions): Promise<void>;
  /**
   * Speaks. Starts when read; leaving the loop or an abort stops the work at once.
   * @throws {OratorError} what `check` throws; `voice/failed` when the synthesiser breaks or stands still.
   */
  speak(script: string, options: SpeakOptions, signal: AbortSignal): Speech;
  /** How the script is pronounced, without its sound. @throws {OratorError} what `speak` throws. */
  pronounce(script: string, options: SpeakOptions, signal: AbortSignal): AsyncIterable<PronouncedClause>;
}
