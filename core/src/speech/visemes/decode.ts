import { VISEME_INDEX, VISEMES } from '../viseme.ts';

const SIL = VISEME_INDEX.sil;
const PP = VISEME_INDEX.PP;

/** The numbers of the decoder, all shares of 1 except the counts of frames (10 ms each). */
export interface DecoderRules {
  /** Speech begins when silence is less likely than this. */
  readonly leaveSilence: number;
  /** Silence begins on the second frame in a row in which it is more likely than this. */
  readonly enterSilence: number;
  /** Lips meet for certain above this. */
  readonly sureClosure: number;
  /** Lips meet above this when nothing else spoken is clearly likelier. Lower finds more closures and invents more. */
  readonly likelyClosure: number;
  /** How near to the likeliest other shape a likely closure has to come. */
  readonly closureRatio: number;
  /** A closure is shown at least this long, so that the lips are seen to meet. */
  readonly closureFrames: number;
  /** What the current shape has over its rivals: less flicker. */
  readonly loyalty: number;
  /** The shortest time that another shape is shown; closures and silence may cut it short. */
  readonly shapeFrames: number;
}

/** Found on the labelled recordings: few changes, no closure lost, no open mouth in silence. */
export const DECODER_RULES: DecoderRules = {
  leaveSilence: 0.2,
  enterSilence: 0.35,
  sureClosure: 0.5,
  likelyClosure: 0.4,
  closureRatio: 0.9,
  closureFrames: 4,
  loyalty: 0.08,
  shapeFrames: 2,
};

/**
 * Opens a decoder: each call reads the 15 posteriors of the next frame and returns its viseme as a place in `VISEMES`.
 * It never looks ahead and starts in silence.
 */
export function createVisemeDecoder(rules: DecoderRules = DECODER_RULES): (posteriors: Float32Array) => number {
  let current = SIL;
  let held = 0; // frames that `current` has been shown
  let quiet = 0; // frames in a row that sound like silence

  const change = (next: number) => {
    held = next === current ? held + 1 : 1;
    current = next;
    return current;
  };

  return (posteriors) => {
    const silence = posteriors[SIL]!;
    quiet = silence > rules.enterSilence ? quiet + 1 : 0;
    if (current === SIL && silence >= rules.leaveSilence) return change(SIL);
    if (current === PP && held < rules.closureFrames) return change(PP); // silence can wait: the lips are shut already
    if (quiet >= 2) return change(SIL);

    const other = likeliest(posteriors);
    const closure = posteriors[PP]!;
    if (
      closure > rules.sureClosure ||
      (closure > rules.likelyClosure && closure >= rules.closureRatio * posteriors[other]!)
    ) {
      return change(PP);
    }
    if (current === SIL || current === PP) return change(other);
    if (held < rules.shapeFrames) return change(current);
    const stays =
      other === current ||
      posteriors[other]! <= posteriors[current]! + rules.loyalty ||
      0.8 * silence > posteriors[other]!;
    return change(stays ? current : other);
  };
}

/** The likeliest shape that is neither silence nor a closure. */
function likeliest(posteriors: Float32Array): number {
  let best = PP + 1;
  for (let i = PP + 2; i < VISEMES.length; i++) if (posteriors[i]! > posteriors[best]!) best = i;
  return best;
}
