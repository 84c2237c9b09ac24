import type { Viseme } from '../viseme.ts';
import { VISEMES } from '../viseme.ts';
import { Aligner } from './aligner.ts';
import { STATE, TextStates } from './text-states.ts';

/** A mouth shape placed in a recording: frames of 10 ms, `end` not included. */
export interface AlignedViseme {
  /** Null where the sound says something that the text does not have. */
  readonly viseme: Viseme | null;
  /** The phone that it belongs to, by its place in the text; `NO_PHONE` (-1) where there is none. */
  readonly phone: number;
  readonly start: number;
  readonly end: number;
}

/** A text placed in a recording. */
export interface Alignment {
  /** They adjoin and fill the recording. */
  readonly visemes: readonly AlignedViseme[];
  /** Whether the whole text found its place. */
  readonly complete: boolean;
  /** How well the text fits the sound on average; below `LEAST_FIT` it does not. */
  readonly fit: number;
}

/**
 * Places phones in a recording: `posteriors` are [frames][15] at 10 ms, `phones` IPA symbols in order, pauses allowed
 * (silence is found anywhere between phones, with or without them).
 */
export function alignSpeech(posteriors: Float32Array, phones: readonly string[]): Alignment {
  const text = new TextStates();
  for (const phone of phones) text.add(phone);
  const visemes: { viseme: Viseme | null; phone: number; start: number; end: number }[] = [];
  let frame = 0;
  let before = -1;
  const place = (state: number) => {
    const viseme = text.kinds[state] === STATE.stray ? null : VISEMES[text.visemes[state]!]!;
    const phone = text.phones[state]!;
    const last = visemes.at(-1);
    if (last && last.viseme === viseme && last.phone === phone && state - before <= 1) last.end = frame + 1;
    else visemes.push({ viseme, phone, start: frame, end: frame + 1 });
    before = state;
    frame++;
  };
  let fit = 0;
  const aligner = new Aligner(text, (states, fitOfThese) => {
    states.forEach(place);
    fit += fitOfThese * states.length;
  });
  for (let at = 0; at < posteriors.length; at += VISEMES.length) {
    aligner.push(posteriors.subarray(at, at + VISEMES.length));
  }
  const complete = aligner.end();
  return { visemes, complete, fit: frame === 0 ? 0 : fit / frame };
}
