import { OratorError } from '@orator/core/base/errors';
import { type Hertz, hertz, type Seconds, seconds } from '@orator/core/base/units';
import { isOnlyMark, type TimedPhone } from '@orator/core/speech/phone';
import type { ReadScript } from '@orator/core/speech/script/ssml';
import type { SpeechMark } from '@orator/core/speech/speech';
import type { PronouncedClause } from '@orator/core/speech/voice';
import type { HeardAnswer } from './espeak-child.ts';
import type { EspeakEvent } from './espeak-protocol.ts';

/** A clause as the synthesiser spoke it; times count from the beginning of all its sound, and the phones fill the clause. */
export interface SpokenClause extends PronouncedClause {
  readonly start: Seconds;
  readonly end: Seconds;
  readonly rate: Hertz;
  /** Empty when only the pronunciation was asked for. */
  readonly pcm: Int16Array;
}

/**
 * Cuts what the synthesiser says into clauses: it ends each with an event, and its sound with it. Holds one clause.
 * @throws {OratorError} `voice/failed` when it refuses a voice that it listed.
 */
export async function* clausesFrom(
  heard: AsyncIterable<HeardAnswer>,
  { ssml, end }: Pick<ReadScript, 'ssml' | 'end'>,
): AsyncGenerator<SpokenClause> {
  let events: EspeakEvent[] = [];
  let pieces: Int16Array[] = [];
  let rate = hertz(0);
  let startSample = 0;
  let samples = 0;
  for await (const { answer, pcm } of heard) {
    if (answer.type === 'failed') {
      throw new OratorError('voice/failed', 'The built-in voice could not be loaded. Run: orator doctor');
    }
    if (answer.type !== 'sound') continue;
    rate = hertz(answer.rate);
    samples += answer.samples;
    pieces.push(pcm);
    events.push(...answer.events);
    if (!answer.events.some(({ type }) => type === 'end')) continue;
    const place = { start: seconds(startSample / rate), end: seconds(samples / rate), rate };
    yield clauseOf(events, joined(pieces), place, (position) => ssml.offsetOf(position - 1, end));
    startSample = samples;
    events = [];
    pieces = [];
  }
}

/** The clauses of passages that are spoken one after the other, on one clock. */
export async function* oneByOne<P>(
  passages: Iterable<P>,
  speak: (passage: P) => AsyncIterable<SpokenClause>,
): AsyncGenerator<SpokenClause> {
  let from = 0;
  for (const passage of passages) {
    const begun = from;
    for await (const clause of speak(passage)) {
      const spoken = begun === 0 ? clause : later(clause, begun);
      from = spoken.end;
      yield spoken;
    }
  }
}

function later(clause: SpokenClause, by: number): SpokenClause {
  const moved = <T extends { readonly start: Seconds; readonly end: Seconds }>(one: T): T => ({
    ...one,
    start: seconds(one.start + by),
    end: seconds(one.end + by),
  });
  return { ...moved(clause), phones: clause.phones.map(moved), words: clause.words.map(moved) };
}

function clauseOf(
  events: readonly EspeakEvent[],
  pcm: Int16Array,
  place: { start: Seconds; end: Seconds; rate: Hertz },
  offsetOf: (position: number) => number,
): SpokenClause {
  const phones = phonesOf(events, place.start, place.end);
  const sentence = events.find(({ type }) => type === 'sentence');
  return {
    ...place,
    pcm,
    phones,
    words: wordsOf(events, phones, place.end, offsetOf),
    ...(sentence ? { sentenceFrom: offsetOf(sentence.position) } : {}),
  };
}

/** Events give only beginnings, in whole milliseconds; the sound before the first belongs to a pause. */
function phonesOf(events: readonly EspeakEvent[], start: Seconds, end: Seconds): TimedPhone[] {
  const phones: { phone: string; start: Seconds; end: Seconds }[] = [{ phone: '', start, end }];
  for (const { type, phone, at } of events) {
    // A name in brackets says that the language changes; it has no length.
    if (type !== 'phone' || /^\(.*\)$/.test(phone)) continue;
    const last = phones.at(-1)!;
    if (isOnlyMark(phone)) {
      last.phone += phone;
      continue;
    }
    const from = seconds(Math.min(end, Math.max(last.start, at / 1000)));
    if (phone === '' && last.phone === '') continue;
    last.end = from;
    phones.push({ phone, start: from, end });
  }
  return phones.filter((phone) => phone.end > phone.start);
}

/** A number comes as several words at overlapping places ("21" is "21" and "1"): they are one. */
function wordsOf(
  events: readonly EspeakEvent[],
  phones: readonly TimedPhone[],
  end: Seconds,
  offsetOf: (position: number) => number,
): SpeechMark[] {
  const starts = events.filter(({ type }) => type === 'word');
  const silentFrom = phones.at(-1)?.phone === '' ? phones.at(-1)!.start : end;
  const words: SpeechMark[] = [];
  for (const [i, word] of starts.entries()) {
    const start = seconds(word.at / 1000);
    const stop = seconds(starts[i + 1] ? starts[i + 1]!.at / 1000 : Math.max(silentFrom, start));
    const from = offsetOf(word.position);
    const to = Math.max(offsetOf(word.position + word.length), from);
    const before = words.at(-1);
    if (before && from < before.to!) words[words.length - 1] = { ...before, end: stop };
    else if (stop > start) words.push({ kind: 'word', start, end: stop, from, to });
  }
  return words;
}

function joined(pieces: readonly Int16Array[]): Int16Array {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
