import { availableParallelism } from 'node:os';
import { type Brush, PaintThread } from '../studio/paint-thread.ts';
import type { Subject } from '../studio/subject.ts';

/** Brushes that nobody uses and that are kept all the same, and for how long, ms: about 16 MB each at 512 pixels. */
const MOST_KEPT = 4;
const KEPT_MS = 120_000;

/** A brush while a session has it; disposing it gives it back. */
export type LentBrush = Pick<Brush, 'paint'> & Disposable;

interface KeptBrush {
  readonly subject: Subject;
  readonly brush: Brush;
  readonly timer: NodeJS.Timeout;
}

/** The threads that paint for sessions. Opening a subject takes them a good 100 ms, so brushes wait a while for the next session that shows the same one. */
export class BrushRack implements AsyncDisposable {
  readonly #threads: PaintThread[] = [];
  readonly #kept: KeptBrush[] = [];

  /** Begins a thread ahead of need. */
  warm(): void {
    if (this.#threads.length === 0) this.#threads.push(new PaintThread());
  }

  /** A brush for a subject; `isShared`: whether others may show the very same one. */
  lend(subject: Subject, isShared: boolean): LentBrush {
    const brush = this.#take(subject) ?? this.#thread().open(subject);
    return {
      paint: (pose, form) => brush.paint(pose, form),
      [Symbol.dispose]: () => {
        if (isShared && brush.isReady) this.#keep(subject, brush);
        else brush[Symbol.dispose]();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { timer } of this.#kept) clearTimeout(timer);
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()));
  }

  #take(subject: Subject): Brush | undefined {
    const kept = this.#kept.find((one) => one.subject === subject && one.brush.isReady);
    if (!kept) return undefined;
    this.#kept.splice(this.#kept.indexOf(kept), 1);
    clearTimeout(kept.timer);
    return kept.brush;
  }

  #keep(subject: Subject, brush: Brush): void {
    const kept = { subject, brush, timer: setTimeout(() => this.#forget(kept), KEPT_MS).unref() };
    this.#kept.push(kept);
    if (this.#kept.length > MOST_KEPT) this.#forget(this.#kept[0]!);
  }

  #forget(kept: KeptBrush): void {
    clearTimeout(kept.timer);
    this.#kept.splice(this.#kept.indexOf(kept), 1);
    kept.brush[Symbol.dispose]();
  }

  /** The thread that has the least to do; more are begun as they are needed. */
  #thread(): PaintThread {
    const most = Math.max(1, availableParallelism() - 1);
    const alive = this.#threads.filter(({ isLost }) => !isLost);
    this.#threads.splice(0, Infinity, ...alive);
    let thread = alive.toSorted((a, b) => a.load - b.load)[0];
    if (!thread || (thread.load > 0 && alive.length < most)) {
      thread = new PaintThread();
      this.#threads.push(thread);
    }
    return thread;
  }
}
