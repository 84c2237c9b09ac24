import { visemesOf } from '../phone.ts';
import { VISEME_INDEX } from '../viseme.ts';

/** What a state is, which says from where it is reached. */
export const STATE = {
  /** First, second and further frames of an optional silence. */
  silence1: 0,
  silence2: 1,
  silence3: 2,
  /** Sound that the text does not have: it stands beside each silence. */
  stray: 3,
  /** First frame of a phone: after stray sound, a silence, or directly after the phone before. */
  entry: 4,
  /** First frame of the second or third shape of a phone. */
  first: 5,
  /** Further frames of a shape. */
  rest: 6,
} as const;

const GAP = [STATE.silence1, STATE.silence2, STATE.silence3, STATE.stray];

/** How far back lies what may come before: the last state of a phone from the stray sound behind it and from the next entry. */
export const PHONE_BEFORE_STRAY = 4;
export const PHONE_BEFORE_ENTRY = 5;
export const SILENCE_BEFORE_ENTRY = 2;
/** In place of a phone: silence, and sound without text. */
export const NO_PHONE = -1;

/**
 * The states that a text goes through, in order: for each phone its shapes of two frames or more each, and before, between and
 * behind them optional silences of three frames or more and optional stray sound. h-like phones have no shape and are left out.
 * Grows as text comes.
 */
export class TextStates {
  /** One of `STATE` per state. */
  readonly kinds: number[] = [];
  /** Place in `VISEMES` per state; silence for stray sound. */
  readonly visemes: number[] = [];
  /** The phone of each state, counted from 0 over all phones that were added, or `NO_PHONE`. */
  readonly phones: number[] = [];
  #added = 0;

  constructor() {
    this.#addGap();
  }

  get length(): number {
    return this.kinds.length;
  }

  /** Phones added so far, those without a state included. */
  get phoneCount(): number {
    return this.#added;
  }

  /** Adds the next phone by its IPA symbol; pauses and unknown symbols count as phones but have no state. */
  add(symbol: string): void {
    const phone = this.#added++;
    const shapes = visemesOf(symbol);
    if (shapes === null || shapes === 'breath' || shapes[0] === 'sil') return;
    shapes.forEach((shape, i) => {
      this.#addState(i === 0 ? STATE.entry : STATE.first, VISEME_INDEX[shape], phone);
      this.#addState(STATE.rest, VISEME_INDEX[shape], phone);
    });
    this.#addGap();
  }

  #addGap(): void {
    for (const kind of GAP) this.#addState(kind, VISEME_INDEX.sil, NO_PHONE);
  }

  #addState(kind: number, viseme: number, phone: number): void {
    this.kinds.push(kind);
    this.visemes.push(viseme);
    this.phones.push(phone);
  }
}
