import { hertz, type Seconds, seconds } from '../../base/units.ts';
import type { AudioChunk } from '../../media/audio-chunk.ts';
import { Resampler } from '../../media/resample.ts';
import type { Speech, SpeechChunk } from '../speech.ts';
import { VISEME_INDEX } from '../viseme.ts';
import { createVisemeDecoder } from '../visemes/decode.ts';
import { createPosteriorStream, type PosteriorStream } from '../visemes/posteriors.ts';
import type { VisemeWeights } from '../visemes/weights.ts';
import type { PronouncedClause } from '../voice.ts';
import { Aligner, LEAST_FIT, SETTLED_WITHIN } from './aligner.ts';
import { LipWriter } from './lip-writer.ts';
import { TextFeed } from './text-feed.ts';
import { NO_PHONE, STATE } from './text-states.ts';

/** The rate that the network listens at. */
const LISTENING_RATE = hertz(16_000);
/** Sound is listened to in pieces of 0.1 s, so that the text can be brought between them. */
const PIECE = 1600;
/** States of text kept ready in front of the foremost path: 11 frames of a piece go at most 4 states each. */
const AHEAD_STATES = 64;
const SIL = VISEME_INDEX.sil;
/** So little sound without text is no news: a breath, a word said twice. */
const LEAST_LOST_FRAMES = 50;
const LEAST_LOST_SHARE = 0.02;
/** Stress of lips that follow the sound alone. */
const UNKNOWN_STRESS = 0.5;

/** Told where text and sound do not fit: words for a person, and the share of the sound (0..1) whose lips follow the sound alone. */
export type TextWarning = (words: string, lost: number) => void;

/**
 * Speech from a recording and its words: the text says which shapes come, the sound when. The sound passes by untouched,
 * some 7 s behind its reading; memory does not grow with its length. Where the text does not fit the sound, the lips follow
 * the sound alone; when that is more than a trifle, `warn` is told, once, before the end.
 */
export async function* speechByText(
  sound: AsyncIterable<AudioChunk>,
  pronunciation: AsyncIterable<PronouncedClause>,
  weights: VisemeWeights,
  warn: TextWarning,
): Speech {
  await using text = new TextFeed(pronunciation);
  const reader = new FollowedText(text, createPosteriorStream(weights));
  const held: AudioChunk[] = [];
  let resampler: Resampler | undefined;
  let samples = 0;
  for await (const audio of sound) {
    resampler ??= new Resampler(audio.rate, LISTENING_RATE);
    held.push(audio);
    samples += audio.pcm.length;
    await reader.push(resampler.push(audio.pcm));
    yield* ready(held, reader.lips);
  }
  const last = held.pop();
  if (!resampler || !last) return;
  await reader.push(resampler.end());
  await reader.end(seconds(samples / last.rate));
  reader.report(warn);
  for (const audio of held) yield { audio, ...reader.lips.take() };
  yield { audio: last, ...reader.lips.take() };
}

/** Hands on the sound up to where the mouth is known; the spans come with the first of it. */
function* ready(held: AudioChunk[], lips: LipWriter): Generator<SpeechChunk> {
  while (held.length > 1 && endOf(held[0]!) <= lips.known) yield { audio: held.shift()!, ...lips.take() };
}

const endOf = ({ at, pcm, rate }: AudioChunk): Seconds => seconds(at + pcm.length / rate);

/** Follows a text through the sound, and knows the lips by both. */
class FollowedText {
  readonly lips = new LipWriter();
  readonly #text: TextFeed;
  readonly #posteriors: PosteriorStream;
  readonly #aligner: Aligner;
  readonly #decode = createVisemeDecoder();
  /** What the sound alone says of the frames that are not settled yet. */
  readonly #bySound = new Uint8Array(SETTLED_WITHIN);
  #heard = 0;
  #settled = 0;
  #lost = 0;
  #firstLost: number | undefined;
  #complete = true;

  constructor(text: TextFeed, posteriors: PosteriorStream) {
    this.#text = text;
    this.#posteriors = posteriors;
    this.#aligner = new Aligner(text.states, (states, fit) => this.#settle(states, fit));
  }

  async push(pcm: Float32Array): Promise<void> {
    for (let from = 0; from < pcm.length; from += PIECE) {
      await this.#bringText();
      this.#posteriors.push(pcm.subarray(from, from + PIECE), this.#hear);
    }
  }

  async end(at: Seconds): Promise<void> {
    await this.#bringText();
    this.#posteriors.end(this.#hear);
    this.#complete = this.#aligner.end();
    this.lips.end(at);
  }

  report(warn: TextWarning): void {
    const seconds = (frames: number) => (frames / 100).toFixed(1);
    if (this.#lost > LEAST_LOST_FRAMES + LEAST_LOST_SHARE * this.#settled) {
      const where = `${seconds(this.#lost)} of ${seconds(this.#settled)} s, first at ${seconds(this.#firstLost ?? 0)} s`;
      const words = `The text does not fit the recording (${where}): there the lips follow the sound alone.`;
      warn(words, this.#lost / this.#settled);
    } else if (!this.#complete) warn('The text goes on after the recording ends: the rest of it was left out.', 0);
  }

  async #bringText(): Promise<void> {
    await this.#text.reach(this.#aligner.front + AHEAD_STATES);
    this.lips.expect(this.#text.takeMarks());
  }

  readonly #hear = (posteriors: Float32Array): void => {
    // Decoded after the push, which may settle frames and so make room for this one.
    this.#aligner.push(posteriors);
    this.#bySound[this.#heard++ % SETTLED_WITHIN] = this.#decode(posteriors);
  };

  #settle(states: Int32Array, fit: number): void {
    const { visemes, phones, kinds } = this.#text.states;
    for (const state of states) {
      const phone = phones[state]!;
      if (fit >= LEAST_FIT && kinds[state] !== STATE.stray) {
        this.lips.add(visemes[state]!, phone, this.#text.stresses[phone] ?? 0);
      } else {
        const viseme = this.#bySound[this.#settled % SETTLED_WITHIN]!;
        this.lips.add(viseme, NO_PHONE, UNKNOWN_STRESS);
        if (viseme !== SIL) this.#firstLost ??= this.#settled;
        if (viseme !== SIL) this.#lost++;
      }
      this.#settled++;
    }
  }
}
