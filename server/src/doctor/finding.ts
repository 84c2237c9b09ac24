/** One thing that was looked at. `problem` stops clips from being made; `missing` only keeps something optional away. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'missing' | 'problem';
  /** What was found, in a few words. */
  readonly found: string;
  /** What to do about it; there is one for every problem and everything missing. */
  readonly cure?: string;
}

/** It is there, and this is what was found. */
export const ok = (what: string, found: string): Finding => ({ what, state: 'ok', found });
/** Something optional is not there. */
export const missing = (what: string, found: string, cure: string): Finding => ({
  what,
  state: 'missing',
  found,
  cure,
});
/** No clip can be made until this is cured. */
export const problem = (what: string, found: string, cure: string): Finding => ({
  what,
  state: 'problem',
  found,
  cure,
});
