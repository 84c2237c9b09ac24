import { VISEME_INDEX, VISEMES } from '../viseme.ts';

/** One clip to judge: visemes of frames at 0.01 n seconds as places in `VISEMES`, and when the lips really met (seconds). */
export interface ScoredClip {
  /** From the labels; -1 where they do not say. */
  readonly truth: Int8Array;
  /** As found, the reported delay undone. */
  readonly guess: Uint8Array;
  /** Every p, b and m. */
  readonly closures: readonly Interval[];
  /** Sounds whose lips come near, like β: a closure found there is not wrong, one missed is not missed. */
  readonly nearClosures: readonly Interval[];
}
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** What the scores say, over all clips added: shares are 0..1, times are milliseconds; NaN where nothing was there to judge. */
export interface VisemeScores {
  /** Frames right, all and spoken ones; mean over classes of the frames found. */
  readonly acc15: number;
  readonly accsp: number;
  readonly bal15: number;
  /** Spoken frames whose mouth group is right; silence counts as closed lips. */
  readonly g6: number;
  /** p, b, m found; closures found that are p, b, m or nearly. */
  readonly closureRecall: number;
  readonly closurePrecision: number;
  /** How far closures begin from the label, without sign. */
  readonly onsetMedianMs: number;
  readonly onsetP90Ms: number;
  /** Frames open in the middle of silence, and silent in speech. */
  readonly silenceOpen: number;
  readonly speechSilent: number;
  /** Median of found minus labelled, over changes to the same shape within 100 ms. */
  readonly biasMs: number;
  readonly changesPerSecond: number;
}

const SIL = VISEME_INDEX.sil;
const PP = VISEME_INDEX.PP;
const SLACK = 0.04; // seconds that a closure may stand beside its label
const GROUPS = ['closed', 'labiodental', 'open', 'spread', 'rounded', 'narrow'] as const;
/** The mouth group of each viseme, by place in GROUPS: what an eye can tell apart. */
const GROUP_OF = VISEMES.map((viseme) => {
  if (viseme === 'sil' || viseme === 'PP') return 0;
  if (viseme === 'FF') return 1;
  if (viseme === 'aa') return 2;
  if (viseme === 'E' || viseme === 'ih') return 3;
  return viseme === 'oh' || viseme === 'ou' ? 4 : GROUPS.length - 1;
});

/** Opens a scorer that pools clips: longer clips weigh more. */
export function createVisemeScorer() {
  const count = { judged: 0, right: 0, spoken: 0, spokenRight: 0, group: 0, silent: 0, frames: 0, changes: 0 };
  const silences = { frames: 0, open: 0 };
  const closures = { real: 0, found: 0, runs: 0, justified: 0 };
  const classes = VISEMES.map(() => ({ frames: 0, right: 0 }));
  const onsets: number[] = [];
  const biases: number[] = [];

  const addFrames = ({ truth, guess }: ScoredClip) => {
    for (let n = 0; n < truth.length; n++) {
      const [real, said] = [truth[n]!, guess[n]!];
      count.frames++;
      if (n > 0 && said !== guess[n - 1]) count.changes++;
      if (real < 0) continue;
      const right = real === said ? 1 : 0;
      count.judged++;
      count.right += right;
      classes[real]!.frames++;
      classes[real]!.right += right;
      if (real === SIL) continue;
      count.spoken++;
      count.spokenRight += right;
      if (GROUP_OF[real] === GROUP_OF[said]) count.group++;
      if (said === SIL) count.silent++;
    }
  };
  const addSilences = ({ truth, guess }: ScoredClip) => {
    for (const run of runsOf(truth, SIL)) {
      if (run.to - run.from < 10) continue; // 100 ms, of which 50 at each end belong to the neighbours
      for (let n = run.from + 5; n < run.to - 5; n++) {
        silences.frames++;
        if (guess[n] !== SIL && guess[n] !== PP) silences.open++;
      }
    }
  };
  const addClosures = (clip: ScoredClip) => {
    const runs = runsOf(clip.guess, PP).map(({ from, to }) => ({ start: from / 100 - 0.005, end: to / 100 - 0.005 }));
    for (const real of clip.closures) {
      closures.real++;
      const hits = runs.filter((run) => overlaps(run, real));
      const nearest = hits.sort((a, b) => Math.abs(centre(a) - centre(real)) - Math.abs(centre(b) - centre(real)))[0];
      if (nearest === undefined) continue;
      closures.found++;
      onsets.push(Math.abs(nearest.start - real.start) * 1000);
    }
    for (const run of runs) {
      if (run.end - run.start < 0.0199) continue; // a single frame is not seen
      closures.runs++;
      if ([...clip.closures, ...clip.nearClosures].some((real) => overlaps(run, real))) closures.justified++;
    }
  };
  const addBiases = ({ truth, guess }: ScoredClip) => {
    for (let n = 1; n < truth.length; n++) {
      const shape = truth[n]!;
      if (shape < 0 || truth[n - 1]! < 0 || shape === truth[n - 1]) continue;
      const found = nearestChange(guess, shape, n);
      if (found !== null) biases.push((found - n) * 10);
    }
  };

  return {
    add(clip: ScoredClip) {
      addFrames(clip);
      addSilences(clip);
      addClosures(clip);
      addBiases(clip);
    },
    scores(): VisemeScores {
      const present = classes.filter(({ frames }) => frames > 0);
      return {
        acc15: count.right / count.judged,
        accsp: count.spokenRight / count.spoken,
        bal15: present.reduce((sum, { frames, right }) => sum + right / frames, 0) / present.length,
        g6: count.group / count.spoken,
        closureRecall: closures.found / closures.real,
        closurePrecision: closures.justified / closures.runs,
        onsetMedianMs: quantile(onsets, 0.5),
        onsetP90Ms: quantile(onsets, 0.9),
        silenceOpen: silences.open / silences.frames,
        speechSilent: count.silent / count.spoken,
        biasMs: quantile(biases, 0.5),
        changesPerSecond: count.changes / (count.frames / 100),
      };
    },
  };
}

const centre = ({ start, end }: Interval) => (start + end) / 2;
const overlaps = (run: Interval, real: Interval) => run.start < real.end + SLACK && run.end > real.start - SLACK;

/** Stretches of one value, `to` exclusive. */
function runsOf(frames: Int8Array | Uint8Array, value: number): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (let n = 0; n < frames.length; n++) {
    if (frames[n] !== value) continue;
    if (n > 0 && frames[n - 1] === value) runs.at(-1)!.to = n + 1;
    else runs.push({ from: n, to: n + 1 });
  }
  return runs;
}

/** The frame nearest to `at`, within 100 ms, where `frames` changes to `shape`. */
function nearestChange(frames: Uint8Array, shape: number, at: number): number | null {
  for (let away = 0; away <= 10; away++) {
    for (const n of [at - away, at + away]) {
      if (n > 0 && n < frames.length && frames[n] === shape && frames[n - 1] !== shape) return n;
    }
  }
  return null;
}

/** The value that a share `q` of the values does not exceed, interpolated; NaN of none. */
function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const left = Math.floor(place);
  return sorted[left]! + (place - left) * ((sorted[left + 1] ?? sorted[left]!) - sorted[left]!);
}
