import { type Seconds, seconds } from '../../base/units.ts';
import type { SpeechMark, VisemeSpan } from '../speech.ts';
import { VISEMES } from '../viseme.ts';
import type { PhoneMark } from './text-feed.ts';
import { NO_PHONE } from './text-states.ts';

/** Seconds between frames. */
const FRAME_SECONDS = 0.01;
/** A longer span is handed on in parts, so that sound is never held back for it. */
const LONGEST_SECONDS = 0.5;
/** Turns settled frames into spans and marks. */
export class LipWriter {
  #spans: VisemeSpan[] = [];
  #marks: SpeechMark[] = [];
  #waiting: PhoneMark[] = [];
  /** Where each waiting mark began to be heard; absent where it has not yet. */
  readonly #begun = new Map<PhoneMark, { start: Seconds; end: Seconds }>();
  #open: { viseme: number; phone: number; stress: number } = { viseme: 0, phone: NO_PHONE, stress: 0 };
  #start = seconds(0);
  #frames = 0;

  /** Up to where the mouth is known. */
  get known(): Seconds {
    return this.#start;
  }

  /** Adds marks that are still to be heard. */
  expect(marks: readonly PhoneMark[]): void {
    this.#waiting.push(...marks);
  }

  /** The next frame: its viseme by place in `VISEMES`, its phone or `NO_PHONE`. */
  add(viseme: number, phone: number, stress: number): void {
    // Frame n stands for the sound around 0.01 n seconds, so it begins half a frame before.
    const at = seconds(Math.max(0, (this.#frames - 0.5) * FRAME_SECONDS));
    const open = this.#open;
    if (viseme !== open.viseme || phone !== open.phone) {
      this.#close(at);
      this.#open = { viseme, phone, stress };
    } else if (at - this.#start > LONGEST_SECONDS) this.#close(at);
    this.#frames++;
  }

  /** The sound is over at `at`. */
  end(at: Seconds): void {
    this.#close(at);
    for (const [mark, { start, end }] of this.#begun) this.#finish(mark, start, end);
  }

  take(): { spans: VisemeSpan[]; marks: SpeechMark[] } {
    const taken = { spans: this.#spans, marks: this.#marks };
    this.#spans = [];
    this.#marks = [];
    return taken;
  }

  #close(end: Seconds): void {
    if (end <= this.#start) return;
    const { viseme, phone, stress } = this.#open;
    this.#spans.push({ viseme: VISEMES[viseme]!, start: this.#start, end, stress });
    if (phone !== NO_PHONE) this.#heard(phone, this.#start, end);
    this.#start = end;
  }

  /** A phone was heard: marks that contain it grow, marks before it are complete. */
  #heard(phone: number, start: Seconds, end: Seconds): void {
    for (const mark of this.#waiting) {
      if (mark.first > phone) break;
      const begun = this.#begun.get(mark);
      if (phone > mark.last && !mark.growing) {
        if (begun) this.#finish(mark, begun.start, begun.end);
        else this.#waiting = this.#waiting.filter((other) => other !== mark);
      } else if (phone >= mark.first) this.#begun.set(mark, { start: begun?.start ?? start, end });
    }
  }

  #finish(mark: PhoneMark, start: Seconds, end: Seconds): void {
    this.#marks.push({ kind: mark.kind, start, end, from: mark.from, to: mark.to });
    this.#begun.delete(mark);
    this.#waiting = this.#waiting.filter((other) => other !== mark);
  }
}
