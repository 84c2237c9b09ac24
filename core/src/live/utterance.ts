import type { Seconds } from '../base/units.ts';
import type { Speech, SpeechChunk } from '../speech/speech.ts';

/** Something to be said, in its turn. */
export interface Utterance {
  readonly id: string;
  readonly speech: Speech;
  /** How far it is looked ahead, 0..1 s; as in a file when left out. Sound that arrives while it is said wants little. */
  readonly lookahead?: Seconds;
  /** Whether it is over when nothing of it has come for a while: a microphone. Otherwise what comes late is waited for. */
  readonly isLive?: boolean;
  /** Called when it is given up before any of it was read: what it holds is of no more use. */
  readonly discard?: () => void;
}

/** So much sound is read ahead of what is heard, s: a script's next sentence is ready, and a book does not fill the memory. */
const MOST_AHEAD = 4;

/** Reads one utterance ahead of those who play it. */
export class UtteranceReader {
  readonly utterance: Utterance;
  readonly #chunks: SpeechChunk[] = [];
  readonly #items: AsyncIterator<SpeechChunk>;
  #ahead = 0; // s
  #isReading = false;
  #hasBegun = false;
  #isOver = false;
  #error: unknown;

  constructor(utterance: Utterance) {
    this.utterance = utterance;
    this.#items = utterance.speech[Symbol.asyncIterator]();
  }

  /** Reads on in the background, as far as there is room. */
  read(): void {
    if (this.#isReading || this.#isOver || this.#ahead >= MOST_AHEAD) return;
    this.#isReading = this.#hasBegun = true;
    void this.#readOn();
  }

  /** The next stretch, when it is there. */
  take(): SpeechChunk | undefined {
    const chunk = this.#chunks.shift();
    if (chunk) this.#ahead -= chunk.audio.pcm.length / chunk.audio.rate;
    this.read();
    return chunk;
  }

  /** Whether all of it has been taken. */
  get isOver(): boolean {
    return this.#isOver && this.#chunks.length === 0;
  }

  /** What ended it before its time. */
  get error(): unknown {
    return this.#error;
  }

  /** Gives it up: nothing more is read. */
  stop(): void {
    this.#isOver = true;
    this.#chunks.length = 0;
    if (!this.#hasBegun) this.utterance.discard?.();
    this.#items.return?.().then(undefined, () => {}); // it may be busy; it ends when it can
  }

  async #readOn(): Promise<void> {
    try {
      while (!this.#isOver && this.#ahead < MOST_AHEAD) {
        const next = await this.#items.next();
        if (this.#isOver) return;
        if (next.done) {
          this.#isOver = true;
          return;
        }
        this.#chunks.push(next.value);
        this.#ahead += next.value.audio.pcm.length / next.value.audio.rate;
      }
    } catch (thrown) {
      if (this.#isOver) return; // given up meanwhile
      this.#error = thrown;
      this.#isOver = true;
    } finally {
      this.#isReading = false;
    }
  }
}
