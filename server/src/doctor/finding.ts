/** One thing that was looked at. `problem` stops clips from being made; `missing` only keeps something optional away. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'missing' | 'problem';
  /** What was found, in a few words. */
  readonly found: string;
  /** What to do about it; there is one for every problem and everything missing. */
  readonly cure?: string;
}

export const ok = (what: string, found: string): Finding => ({ what, state: 'ok', found });
export const missing = (what: string, found: string, cure: string): Finding => ({
  what,
  state: 'missing',
  found,
  cure,
});
export const problem = (what: string, found: string, cure: string): Finding => ({
  what,
  state: 'problem',
  found,
  cure,
});
