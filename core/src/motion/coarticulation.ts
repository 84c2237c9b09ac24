import { clamp, mix } from '../base/maths.ts';
import { VISEME_INDEX, VISEMES } from '../speech/viseme.ts';
import { TICK, tickAt } from './clock.ts';
import type { Loudness } from './loudness.ts';
import { CHANNEL_INDEX } from './pose.ts';
import { DOMINANCE, GROUPS, groupOf, MOUTH_CHANNELS, toPose, VISEME_POSES, VOWELS } from './viseme-poses.ts';
import type { VisemeRun } from './viseme-runs.ts';

/** How early and how late a viseme shows in its neighbours, in seconds per channel group: rounding comes long before its vowel. */
const REACH = {
  lips: { before: 0.055, after: 0.058 },
  round: { before: 0.12, after: 0.07 },
  jaw: { before: 0.06, after: 0.064 },
} as const;
const VOWEL_LOUDNESS = { base: 0.82, slope: 0.42, unstressed: -0.05, stressed: 0.18 } as const;
/** Vowels grow freely up to the first, and never beyond the second: a shout of one vowel in a calm sentence looks acted. */
const FULL = 1.05;
const MOST = 1.22;
const VOWEL_LIPS = { base: 0.8, slope: 0.2 } as const;
const HEARD_AROUND = 12; // ticks to each side of now whose loudness counts for the vowel that sounds
const FARTHEST = 3; // kernel widths: beyond exp(-9) nothing shows
const REST = 0.002; // s · dominance that draws to rest

const GROUP_OF = MOUTH_CHANNELS.map((channel) => GROUPS.indexOf(groupOf(channel)));
const INDEX_OF = MOUTH_CHANNELS.map((channel) => CHANNEL_INDEX[channel]);
const TARGETS = VISEMES.map((viseme) => {
  const pose = toPose(VISEME_POSES[viseme]);
  return INDEX_OF.map((index) => pose[index]!);
});
const DOMINANCES = VISEMES.map((viseme) => GROUPS.map((group) => DOMINANCE[viseme][group]));

/** The error function, to 1.5e-7 (Abramowitz and Stegun 7.1.26). */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - poly * Math.exp(-x * x));
}

const HALF_ROOT_PI = Math.sqrt(Math.PI) / 2;
/** The kernel's area from now to `x` seconds ahead (negative = ago): exp(-(x/before)²) ahead, exp(-(x/after)²) behind. */
const area = (x: number, { before, after }: { before: number; after: number }) =>
  HALF_ROOT_PI * (x >= 0 ? before * erf(Math.min(x / before, FARTHEST)) : after * erf(Math.max(x / after, -FARTHEST)));

/** How loud the voice is during a run, near `at`: 0..1.2. */
function loudnessOf(run: VisemeRun, at: number, loudness: Loudness): number {
  const now = tickAt(at);
  const first = tickAt(run.start);
  const last = Math.max(first, tickAt(run.end - TICK));
  const from = Math.min(last, Math.max(first, now - HEARD_AROUND));
  const to = Math.max(from, Math.min(last, now + HEARD_AROUND));
  let sum = 0;
  for (let tick = from; tick <= to; tick++) sum += loudness.at(tick);
  return sum / (to - from + 1);
}

/**
 * Co-articulation: every viseme pulls each channel towards its own pose with a weight that spreads into its neighbours
 * (its time convolved with the group's kernel) times its dominance. Holds no state but scratch memory.
 */
export class Coarticulation {
  private readonly sums = new Float64Array(MOUTH_CHANNELS.length);
  private readonly weights = new Float64Array(GROUPS.length);

  /**
   * Adds the mouth at moment `at` (seconds) to `pose`. The last run counts as going on for ever.
   * Returns how much of the mouth is speech, 0 = silence, 1 = all.
   */
  add(runs: readonly VisemeRun[], at: number, loudness: Loudness, pose: Float64Array): number {
    const { sums, weights } = this;
    sums.fill(0);
    weights.fill(REST);
    let speech = 0;
    let all = 1e-9;
    for (const run of runs) {
      const index = VISEME_INDEX[run.viseme];
      const from = run.start <= 0 ? Number.NEGATIVE_INFINITY : run.start - at;
      const to = run.open ? Number.POSITIVE_INFINITY : run.end - at;
      if (to < -FARTHEST * REACH.round.after || from > FARTHEST * REACH.round.before) continue;
      const vowel = VOWELS.has(run.viseme) ? this.vowelScale(run, at, loudness) : 1;
      this.addRun(index, from, to, vowel);
      const share = area(to, REACH.lips) - area(from, REACH.lips);
      all += share;
      if (run.viseme !== 'sil') speech += share;
    }
    for (let k = 0; k < sums.length; k++) pose[INDEX_OF[k]!]! += sums[k]! / weights[GROUP_OF[k]!]!;
    return speech / all;
  }

  private addRun(index: number, from: number, to: number, vowel: number): void {
    const { sums, weights } = this;
    const targets = TARGETS[index]!;
    for (let group = 0; group < GROUPS.length; group++) {
      const reach = REACH[GROUPS[group]!];
      const pull = (area(to, reach) - area(from, reach)) * DOMINANCES[index]![group]!;
      weights[group]! += pull;
      const scale = GROUPS[group] === 'jaw' ? vowel : VOWEL_LIPS.base + VOWEL_LIPS.slope * vowel;
      for (let k = 0; k < sums.length; k++) if (GROUP_OF[k] === group) sums[k]! += pull * scale * targets[k]!;
    }
  }

  private vowelScale(run: VisemeRun, at: number, loudness: Loudness): number {
    const { base, slope, unstressed, stressed } = VOWEL_LOUDNESS;
    const scale = base + slope * loudnessOf(run, at, loudness) + mix(unstressed, stressed, clamp(run.stress));
    return scale <= FULL ? scale : FULL + (MOST - FULL) * Math.tanh((scale - FULL) / (MOST - FULL));
  }
}
