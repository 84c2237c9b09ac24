import { visemesOf } from '../phone.ts';
import { VISEME_INDEX } from '../viseme.ts';

/** What a state is, which says from where it is reached. */
export const STATE = {
  /** First, second and further frames of an optional silence. */
  silence1: 0,
  silence2: 1,
  silence3: 2,
  /** First frame of a phone, after a silence or directly after the phone before. */
  entry: 3,
  /** First frame of the second or third shape of a phone. */
  first: 4,
  /** Further frames of a shape. */
  rest: 5,
} as const;

/** From a phone's last state past the optional silence to the next phone's first. */
export const SKIP_SILENCE = 4;

/**
 * The states that a text goes through, in order: an optional silence of three frames or more, then for each phone its shapes
 * of two frames or more each, then an optional silence again. h-like phones have no shape and are left out. Grows as text comes.
 */
export class TextStates {
  /** One of `STATE` per state. */
  readonly kinds: number[] = [];
  /** Place in `VISEMES` per state. */
  readonly visemes: number[] = [];
  /** The phone of each state, counted from 0 over all phones that were added; -1 in silence. */
  readonly phones: number[] = [];
  #added = 0;

  constructor() {
    this.#addSilence();
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
    this.#addSilence();
  }

  #addSilence(): void {
    this.#addState(STATE.silence1, VISEME_INDEX.sil, -1);
    this.#addState(STATE.silence2, VISEME_INDEX.sil, -1);
    this.#addState(STATE.silence3, VISEME_INDEX.sil, -1);
  }

  #addState(kind: number, viseme: number, phone: number): void {
    this.kinds.push(kind);
    this.visemes.push(viseme);
    this.phones.push(phone);
  }
}
