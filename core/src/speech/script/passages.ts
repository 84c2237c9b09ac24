/** A part of a text, and the offset where it begins. */
export interface Passage {
  readonly text: string;
  readonly at: number;
}

/** Shorter sentences are said together with the next one. */
const LEAST = 40;
/** Ends of paragraphs, and of sentences: behind a word of four letters or more, for shorter ones are often abbreviations. */
const SENTENCES = /\n\s*\n\s*|(?:[?!…？！؟۔।]|[\p{L}\p{N}]{4}\.)["'”’»)\]]*\s+|[。！？]/gu;
/** Where a text may be cut, the better ones first: behind paragraphs, sentences, clauses, words. */
const CUTS: readonly RegExp[] = [/\n\s*\n\s*/gu, SENTENCES, /[,;:،؛，、—–]\s*/gu, /\s+/gu];

/**
 * Cuts a plain text into passages of at most `most` characters, sentence by sentence, so that of many who begin at once all are soon heard.
 * Where no sentence ends in time, at the last place of the best kind that there is in the second half. Joined they are the text again.
 */
export function* passagesOf(text: string, most: number): Generator<Passage> {
  for (let at = 0; at < text.length; ) {
    const piece = text.slice(at, at + most);
    const isRest = at + piece.length === text.length;
    const length = endsIn(piece, SENTENCES).find((end) => end >= LEAST) ?? (isRest ? piece.length : cutIn(piece));
    yield { text: text.slice(at, at + length), at };
    at += length;
  }
}

/** Whether a sentence ends where a passage does. */
export const endsSentence = (text: string): boolean => endsIn(text, SENTENCES).at(-1) === text.length;

/** How much of a piece of text is to be said at once. */
function cutIn(piece: string): number {
  for (const cut of CUTS) {
    const last = endsIn(piece, cut).findLast((end) => end > piece.length / 2);
    if (last !== undefined) return last;
  }
  // Never between the two halves of a character.
  return /[\ud800-\udbff]$/.test(piece) ? piece.length - 1 : piece.length;
}

const endsIn = (piece: string, cut: RegExp): number[] =>
  [...piece.matchAll(cut)].map(({ 0: found, index }) => index + found.length);
