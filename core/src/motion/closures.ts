import { NO_CEILING } from './pose.ts';
import { VISEME_CEILINGS } from './viseme-poses.ts';
import type { VisemeRun } from './viseme-runs.ts';

const SHOWN = 0.055; // s: a contact shorter than this is seen by nobody
const EARLIER = 0.3; // the share of what is missing that is added before it
const TRIM = 0.012; // s the lips part before the sound of the next phone, where the contact is long enough
/** The lips part by `RISE` IOD in the first 80 ms off a contact, then faster: opening .30 in 65 ms popped visibly. */
const RISE = 0.22;
const RISE_TIME = 0.08;
const RISE_POWER = 1.2;
/** A pause shuts the lips from this long after its start to this long before its end, in seconds. */
const SHUT_AFTER = 0.09;
const SHUT_BEFORE = 0.065;

/** How far the lips may part at `distance` seconds from a contact that leaves `gap` IOD. */
const released = (gap: number, distance: number) =>
  distance <= 0 ? gap : gap + RISE * (distance / RISE_TIME) ** RISE_POWER;

/**
 * The most the lips may part while a frame is seen, in IOD: the frame lasts from `from` to `to` (seconds), and every contact that touches
 * it counts, so no contact falls between two frames at any frame rate. Nothing may smooth this afterwards.
 */
export function ceilingOf(runs: readonly VisemeRun[], from: number, to: number): number {
  const middle = (from + to) / 2;
  let ceiling = NO_CEILING;
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i]!;
    const gap = VISEME_CEILINGS[run.viseme];
    if (gap !== undefined) ceiling = Math.min(ceiling, contactCeiling(run, gap, from, to));
    else if (run.viseme === 'sil') ceiling = Math.min(ceiling, pauseCeiling(run, runs[i - 1], runs[i + 1], middle));
  }
  return ceiling;
}

function contactCeiling(run: VisemeRun, gap: number, from: number, to: number): number {
  let { start, end } = run;
  if (run.open) {
    end = Number.POSITIVE_INFINITY;
  } else {
    const spare = end - start - SHOWN;
    end -= Math.min(TRIM, Math.max(0, spare));
    start -= EARLIER * Math.max(0, -spare);
    end += (1 - EARLIER) * Math.max(0, -spare);
  }
  return released(gap, Math.max(start - to, from - end));
}

/** Lips that are shut on one side of a pause stay so until the pause proper begins. */
function pauseCeiling(run: VisemeRun, before: VisemeRun | undefined, after: VisemeRun | undefined, at: number): number {
  const start = run.start <= 0 ? Number.NEGATIVE_INFINITY : run.start + (before?.viseme === 'PP' ? 0 : SHUT_AFTER);
  const end = run.open ? Number.POSITIVE_INFINITY : run.end - (after?.viseme === 'PP' ? 0 : SHUT_BEFORE);
  if (end <= start) return NO_CEILING;
  return released(0, Math.max(start - at, at - end));
}
