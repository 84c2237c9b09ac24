import { OratorError } from '@orator/core/base/errors';
import { type Hertz, type Seconds, seconds } from '@orator/core/base/units';
import { floatsOf } from '@orator/core/media/int16';
import { spansOf } from '@orator/core/speech/spans';
import type { Speech, SpeechChunk, SpeechMark, VisemeSpan } from '@orator/core/speech/speech';
import { moveStopsToClosure } from '@orator/core/speech/stop-closure';
import type { SpokenClause } from './espeak-clauses.ts';

/** Silence before and after, so that a clip begins and ends with a shut mouth: a whole number of samples at 22 050 Hz. */
const MARGIN_SECONDS = 0.24;
/** Sound is handed on in pieces this long; the spans of a clause come with its first. */
const PIECE_SECONDS = 1;

/**
 * Speech from clauses: their sound as it is, with silence before and after, and the mouth that belongs to it.
 * @throws {OratorError} `text/unspeakable` when nothing was spoken at all.
 */
export async function* speechFrom(clauses: AsyncIterable<SpokenClause>): Speech {
  const sentences = new SentenceMarks();
  let rate: Hertz | undefined;
  let played = 0;
  for await (const clause of clauses) {
    if (rate === undefined) {
      if (!clause.phones.some(({ phone }) => phone !== '')) continue;
      rate = clause.rate;
      played = Math.round(MARGIN_SECONDS * rate);
      yield silence(0, played, rate);
    }
    const start = seconds(played / rate);
    const end = seconds((played + clause.pcm.length) / rate);
    const phones = moveStopsToClosure(clause.phones, clause.pcm, clause.start, rate);
    const spans = between(spansOf(phones), clause.start, start, end);
    const words = between(clause.words, clause.start, start, end);
    yield* pieces(clause.pcm, played, rate, spans, [...sentences.push(clause, words, spans), ...words]);
    played += clause.pcm.length;
  }
  if (rate === undefined) {
    throw new OratorError('text/unspeakable', 'The voice finds nothing to say in the text. Give other words.');
  }
  yield { ...silence(played, Math.round(MARGIN_SECONDS * rate), rate), marks: sentences.end() };
}

/** Moves things that lie on the clock of the synthesiser to that of the speech; spans that adjoined still do, to the last bit. */
function between<T extends { readonly start: Seconds; readonly end: Seconds }>(
  items: readonly T[],
  from: Seconds,
  start: Seconds,
  end: Seconds,
): T[] {
  const length = end - start;
  const moved = (at: Seconds) => (at - from >= length - 1e-9 ? end : seconds(start + (at - from)));
  return items.map((item) => ({ ...item, start: moved(item.start), end: moved(item.end) }));
}

/** A sentence is known when the next one begins. */
class SentenceMarks {
  #open: { start: Seconds; end: Seconds; from: number; to: number } | undefined;

  push(clause: SpokenClause, words: readonly SpeechMark[], spans: readonly VisemeSpan[]): SpeechMark[] {
    const done = clause.sentenceFrom === undefined ? [] : this.end();
    const voiced = spans.filter(({ viseme }) => viseme !== 'sil');
    if (voiced.length === 0) return done;
    const from = clause.sentenceFrom ?? words[0]?.from ?? 0;
    this.#open ??= { start: voiced[0]!.start, end: voiced[0]!.start, from, to: from };
    this.#open.end = voiced.at(-1)!.end;
    this.#open.to = Math.max(this.#open.to, words.at(-1)?.to ?? 0);
    return done;
  }

  end(): SpeechMark[] {
    const sentence = this.#open;
    this.#open = undefined;
    return sentence ? [{ kind: 'sentence', ...sentence }] : [];
  }
}

function* pieces(
  pcm: Int16Array,
  played: number,
  rate: Hertz,
  spans: readonly VisemeSpan[],
  marks: readonly SpeechMark[],
): Generator<SpeechChunk> {
  const length = Math.round(PIECE_SECONDS * rate);
  for (let from = 0; from < pcm.length; from += length) {
    const piece = floatsOf(pcm.subarray(from, from + length));
    const audio = { at: seconds((played + from) / rate), rate, pcm: piece };
    yield from === 0 ? { audio, spans, marks } : { audio, spans: [], marks: [] };
  }
}

function silence(played: number, length: number, rate: Hertz): SpeechChunk {
  const at = seconds(played / rate);
  const span = { viseme: 'sil', start: at, end: seconds((played + length) / rate), stress: 0 } as const;
  return { audio: { at, rate, pcm: new Float32Array(length) }, spans: [span], marks: [] };
}
