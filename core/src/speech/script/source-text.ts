/**
 * Text made from a script that remembers where each of its characters came from: it may be shorter, escaped or marked up.
 * Offsets of the script count UTF-16 units; positions in the made text count characters (code points), as synthesisers do.
 */
export class SourceText {
  #parts: string[] = [];
  #from: number[] = [];

  get text(): string {
    return this.#parts.join('');
  }

  /** How many characters the made text has. */
  get length(): number {
    return this.#from.length;
  }

  /** Adds characters that all stand for the script's character at `from`. */
  add(characters: string, from: number): void {
    this.#parts.push(characters);
    for (const _ of characters) this.#from.push(from);
  }

  /** Where in the script the made text's character at `position` (from 0) came from; past the end, the end of the script. */
  offsetOf(position: number, scriptLength: number): number {
    return this.#from[position] ?? scriptLength;
  }
}
