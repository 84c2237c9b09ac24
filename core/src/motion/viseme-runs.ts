import type { VisemeSpan } from '../speech/speech.ts';
import type { Viseme } from '../speech/viseme.ts';

/** One viseme from its true beginning to its true end, however many spans told of it. */
export interface VisemeRun {
  readonly viseme: Viseme;
  /** Seconds. */
  readonly start: number;
  /** Seconds; so far as it is known while `open`. */
  end: number;
  /** The greatest stress in it, 0..1. */
  stress: number;
  /** Whether it reaches the horizon, so that its end is not known yet. */
  open: boolean;
}

const MEMORY = 1.5; // s kept behind the horizon's window: more than any closure or kernel reaches

/**
 * The visemes of a speech up to a horizon that moves forward. What was heard beyond the horizon is not seen,
 * so the view depends on the horizon alone and not on how the speech was cut into chunks.
 */
export class VisemeRuns {
  /** Oldest first, adjoining. */
  readonly runs: VisemeRun[] = [];
  /** How far spans have come, in seconds. */
  known = 0;
  private spans: VisemeSpan[] = [];
  private horizon = 0;

  /** `afterSilence`: the lips were shut before the first moment; else the first viseme is as if it had always been. */
  constructor(afterSilence = false) {
    if (afterSilence) this.runs.push({ viseme: 'sil', start: -MEMORY, end: 0, stress: 0.5, open: true });
  }

  push(spans: readonly VisemeSpan[]): void {
    for (const span of spans) {
      if (span.end <= Math.max(this.known, this.horizon)) continue; // told before, or too late
      this.spans.push(span);
      this.known = span.end;
    }
  }

  /** Moves the horizon to `horizon` seconds. What no span covers is silence. */
  advance(horizon: number): void {
    while (this.horizon < horizon) {
      const span = this.spans[0];
      if (span === undefined) {
        this.extend('sil', 0.5, horizon);
      } else if (span.start > this.horizon + 1e-9) {
        this.extend('sil', 0.5, Math.min(horizon, span.start));
      } else {
        this.extend(span.viseme, span.stress, Math.min(horizon, span.end));
        if (span.end <= horizon) this.spans.shift();
      }
    }
    while (this.runs.length > 1 && this.runs[0]!.end < horizon - MEMORY) this.runs.shift();
  }

  /** Forgets all that was to be said from `at` seconds on. */
  cut(at: number): void {
    this.spans = [];
    this.horizon = Math.min(this.horizon, at);
    while (this.runs.length > 0 && this.runs.at(-1)!.start >= at) this.runs.pop();
    const last = this.runs.at(-1);
    if (last !== undefined) {
      last.end = Math.min(last.end, at);
      last.open = true;
    }
  }

  /** The run that holds moment `at`, or the nearest one. */
  at(at: number): VisemeRun | undefined {
    for (let i = this.runs.length - 1; i >= 0; i--) if (this.runs[i]!.start <= at) return this.runs[i];
    return this.runs[0];
  }

  private extend(viseme: Viseme, stress: number, end: number): void {
    const last = this.runs.at(-1);
    if (last?.viseme === viseme) {
      last.end = end;
      last.stress = Math.max(last.stress, stress);
    } else {
      if (last !== undefined) last.open = false;
      this.runs.push({ viseme, start: this.horizon, end, stress, open: true });
    }
    this.horizon = end;
  }
}
