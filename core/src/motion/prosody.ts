import { clamp } from '../base/maths.ts';
import { tickAt } from './clock.ts';
import type { Loudness } from './loudness.ts';
import { VOWELS } from './viseme-poses.ts';
import type { VisemeRun, VisemeRuns } from './viseme-runs.ts';

/** What the melody of speech asks of head, brows and breath. */
export type ProsodyEvent =
  | {
      readonly kind: 'accent' /** The middle of the vowel, s. */;
      readonly at: number /** 0..1.3. */;
      readonly strength: number;
    }
  | { readonly kind: 'phrase'; readonly at: number }
  | { readonly kind: 'pause'; readonly at: number };

const PAUSE = 0.18; // s of silence that end a phrase: stops and hesitations are shorter
const APART = 0.42; // s between accents at least
const HABIT = 0.12; // share of the newest vowel in the usual strength
const STAND_OUT = 0.06; // how far an accent lies above the usual vowel
const LONGEST = 0.3; // s after which a vowel that still sounds is judged

/**
 * Finds accents (vowels louder or more stressed than the voice's usual ones), phrases and pauses, as the horizon of known speech moves.
 * Each event is told once, when it has become certain.
 */
export class Prosody {
  private usual = 0.9; // a first vowel stands out only when it is strong by any measure
  private vowels = 0;
  private lastAccent = -1;
  private judged = -1;
  private inPhrase = false;

  /** Calls `tell` for what became certain with the horizon at `horizon` seconds. */
  advance(horizon: number, visemes: VisemeRuns, loudness: Loudness, tell: (event: ProsodyEvent) => void): void {
    const { runs } = visemes;
    const last = runs.at(-1);
    if (last === undefined) return;
    if (last.viseme === 'sil') {
      if (this.inPhrase && horizon - last.start >= PAUSE) {
        this.inPhrase = false;
        tell({ kind: 'pause', at: last.start });
      }
    } else if (!this.inPhrase) {
      this.inPhrase = true;
      tell({ kind: 'phrase', at: last.start });
    }
    for (let i = Math.max(0, runs.length - 2); i < runs.length; i++) this.judge(runs[i]!, horizon, loudness, tell);
  }

  private judge(run: VisemeRun, horizon: number, loudness: Loudness, tell: (event: ProsodyEvent) => void): void {
    if (run.start <= this.judged || !VOWELS.has(run.viseme)) return;
    if (run.open && horizon - run.start < LONGEST) return;
    this.judged = run.start;
    let loudest = 0;
    for (let tick = tickAt(run.start); tick < tickAt(run.end); tick++) loudest = Math.max(loudest, loudness.at(tick));
    const strength = clamp(loudest + 0.4 * (run.stress - 0.5), 0, 1.3);
    const stands = strength > this.usual + STAND_OUT;
    this.usual += Math.max(HABIT, 1 / ++this.vowels) * (strength - this.usual);
    const at = (run.start + run.end) / 2;
    if (!stands || at - this.lastAccent < APART) return;
    this.lastAccent = at;
    tell({ kind: 'accent', at, strength });
  }
}
