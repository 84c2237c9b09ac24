/** A part of a text, and the offset where it begins. */
export interface Passage {
  readonly text: string;
  readonly at: number;
}

/** Where a text may be cut, the better ones first: behind paragraphs, sentences, clauses, words. */
const CUTS: readonly RegExp[] = [
  /\n\s*\n\s*/gu,
  /[.!?…。！？؟۔।]["'”’»)\]]*\s+|[。！？]/gu,
  /[,;:،؛，、—–]\s*/gu,
  /\s+/gu,
];

/**
 * Cuts a plain text into passages of at most `most` characters, at the last place of the best kind that there is in the second half of each.
 * Joined they are the text again.
 */
export function* passagesOf(text: string, most: number): Generator<Passage> {
  let at = 0;
  while (text.length - at > most) {
    const length = cutIn(text.slice(at, at + most));
    yield { text: text.slice(at, at + length), at };
    at += length;
  }
  if (at < text.length) yield { text: text.slice(at), at };
}

/** How much of a piece of text is to be said at once. */
function cutIn(piece: string): number {
  for (const cut of CUTS) {
    const ends = [...piece.matchAll(cut)].map(({ 0: found, index }) => index + found.length);
    const last = ends.findLast((end) => end > piece.length / 2);
    if (last !== undefined) return last;
  }
  // Never between the two halves of a character.
  return /[\ud800-\udbff]$/.test(piece) ? piece.length - 1 : piece.length;
}
