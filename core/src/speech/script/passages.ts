/** A part of a text, and the offset where it begins. */
export interface Passage {
  readonly text: string;
  readonly at: number;
}

/** The first passage is a sentence of at least so many characters; each that follows may be twice as long as the one before. */
const FIRST = 40;
/** Ends of paragraphs, and of sentences: behind a word of four letters or more, for shorter ones are often abbreviations. */
const SENTENCES = /\n\s*\n\s*|(?:[?!…？！؟۔।]|[\p{L}\p{N}]{4}\.)["'”’»)\]]*\s+|[。！？]/gu;
/** Where a text may be cut, the better ones first: behind paragraphs, sentences, clauses, words. */
const CUTS: readonly RegExp[] = [/\n\s*\n\s*/gu, SENTENCES, /[,;:،؛，、—–]\s*/gu, /\s+/gu];

/**
 * Cuts a plain text into passages of at most `most` characters: at first a sentence, so that many who begin at once are soon all heard, then
 * ever more of them. Where no sentence ends in time, at the last place of the best kind that there is in the second half of the passage.
 * Joined they are the text again.
 */
export function* passagesOf(text: string, most: number): Generator<Passage> {
  let [at, least] = [0, FIRST];
  while (at < text.length) {
    const piece = text.slice(at, at + most);
    const isRest = at + piece.length === text.length;
    const length = sentenceIn(piece, least) ?? (isRest ? piece.length : cutIn(piece));
    yield { text: text.slice(at, at + length), at };
    at += length;
    least = 2 * length;
  }
}

/** The first end of a sentence from `least` characters on. */
function sentenceIn(piece: string, least: number): number | undefined {
  return endsIn(piece, SENTENCES).find((end) => end >= least);
}

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
