import { stressesOf } from '../spans.ts';
import type { PronouncedClause } from '../voice.ts';
import { TextStates } from './text-states.ts';

/** A word or a sentence by its phones, counted from 0 over the whole text; `last` is included. */
export interface PhoneMark {
  readonly kind: 'word' | 'sentence';
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
  /** The end is not known yet: more words will be added. */
  readonly growing: boolean;
}

type Growing = { -readonly [Key in keyof PhoneMark]: PhoneMark[Key] };

/** Times of a synthesiser are whole milliseconds. */
const SAME_MOMENT = 0.0005;

/** Brings the text to the aligner clause by clause, as far ahead as it looks. */
export class TextFeed {
  readonly states = new TextStates();
  /** Stress of each phone so far. */
  readonly stresses: number[] = [];
  readonly #clauses: AsyncIterator<PronouncedClause>;
  #marks: PhoneMark[] = [];
  #sentence: Growing | undefined;
  #ended = false;

  constructor(clauses: AsyncIterable<PronouncedClause>) {
    this.#clauses = clauses[Symbol.asyncIterator]();
  }

  /** Reads on until there are `count` states, or no more text. */
  async reach(count: number): Promise<void> {
    while (!this.#ended && this.states.length < count) {
      const next = await this.#clauses.next();
      if (next.done) this.#ended = true;
      else this.#add(next.value);
    }
    if (this.#ended) this.#endSentence();
  }

  /** The marks that began since the last call, a sentence before its words; a sentence grows as its words come. */
  takeMarks(): PhoneMark[] {
    const marks = this.#marks;
    this.#marks = [];
    return marks;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#clauses.return?.();
  }

  #add({ phones, words, sentenceFrom }: PronouncedClause): void {
    const first = this.states.phoneCount;
    for (const { phone } of phones) this.states.add(phone);
    this.stresses.push(...stressesOf(phones));
    if (sentenceFrom !== undefined) this.#endSentence();
    words.forEach(({ start, from = 0, to = 0 }, i) => {
      const next = words[i + 1]?.start ?? Infinity;
      const own = phones.flatMap((phone, p) => {
        const inside = phone.start >= start - SAME_MOMENT && phone.start < next - SAME_MOMENT;
        return inside && phone.phone !== '' ? [first + p] : [];
      });
      if (own.length === 0) return;
      const word = { kind: 'word', first: own[0]!, last: own.at(-1)!, from, to, growing: false } as const;
      this.#growSentence(word, sentenceFrom ?? from);
      this.#marks.push(word);
    });
  }

  #growSentence(word: PhoneMark, from: number): void {
    if (!this.#sentence) {
      this.#sentence = { ...word, kind: 'sentence', from, growing: true };
      this.#marks.push(this.#sentence);
    }
    this.#sentence.last = word.last;
    this.#sentence.to = word.to;
  }

  #endSentence(): void {
    if (this.#sentence) this.#sentence.growing = false;
    this.#sentence = undefined;
  }
}
