import { exponential, normal, type Random } from '../base/random.ts';
import type { Cues } from './cue.ts';
import { Drift } from './drift.ts';
import { type Envelope, Gestures } from './gestures.ts';
import { CHANNEL_INDEX } from './pose.ts';
import { both, toPose, type Weights } from './viseme-poses.ts';

interface Expression {
  readonly weights: Weights;
  readonly envelope: Envelope;
  /** How often, relative to the others of its moment. */
  readonly share: number;
}

/** Small movements of brows, lids and cheeks by the moment they belong to. None of them parts the lips. */
export const MICRO_EXPRESSIONS = {
  /** When a phrase begins. */
  phrase: [
    {
      weights: { browInnerUp: 0.22, ...both('browOuterUp', 0.42, 0.46) },
      envelope: { rise: 0.18, hold: 0.12, fall: 0.45 },
      share: 3,
    },
    {
      weights: { ...both('browOuterUp', 0.12, 0.45), browInnerUp: 0.06 },
      envelope: { rise: 0.2, hold: 0.25, fall: 0.5 },
      share: 1,
    },
    { weights: both('eyeWide', 0.2), envelope: { rise: 0.12, hold: 0.1, fall: 0.4 }, share: 2 },
    {
      weights: { ...both('browDown', 0.2, 0.18), ...both('eyeSquint', 0.12) },
      envelope: { rise: 0.25, hold: 0.4, fall: 0.6 },
      share: 0.8,
    },
  ],
  /** On an accent. */
  accent: [
    {
      weights: { browInnerUp: 0.22, ...both('browOuterUp', 0.34, 0.4) },
      envelope: { rise: 0.17, hold: 0.06, fall: 0.34 },
      share: 4,
    },
    {
      weights: { ...both('browDown', 0.22, 0.2), ...both('eyeSquint', 0.1) },
      envelope: { rise: 0.16, hold: 0.1, fall: 0.36 },
      share: 1.2,
    },
    {
      weights: { ...both('cheekSquint', 0.16, 0.13), ...both('eyeSquint', 0.16) },
      envelope: { rise: 0.16, hold: 0.12, fall: 0.4 },
      share: 2,
    },
    { weights: { ...both('noseSneer', 0.08) }, envelope: { rise: 0.14, hold: 0.04, fall: 0.3 }, share: 0.7 },
  ],
  /** When a pause begins, and now and then while listening. */
  pause: [
    {
      weights: { ...both('mouthSmile', 0.13, 0.1), ...both('cheekSquint', 0.12), ...both('mouthDimple', 0.06) },
      envelope: { rise: 0.3, hold: 0.35, fall: 0.6 },
      share: 2,
    },
    {
      weights: { ...both('mouthPress', 0.22), mouthRollLower: 0.08 },
      envelope: { rise: 0.18, hold: 0.15, fall: 0.3 },
      share: 2,
    },
    {
      weights: { ...both('browOuterUp', 0.3, 0.35), browInnerUp: 0.18 },
      envelope: { rise: 0.25, hold: 0.2, fall: 0.5 },
      share: 1.5,
    },
    {
      weights: { ...both('eyeSquint', 0.22), ...both('cheekSquint', 0.1) },
      envelope: { rise: 0.2, hold: 0.25, fall: 0.5 },
      share: 1.5,
    },
    {
      weights: { mouthDimpleLeft: 0.16, mouthSmileLeft: 0.06 },
      envelope: { rise: 0.2, hold: 0.2, fall: 0.4 },
      share: 0.8,
    },
  ],
} as const satisfies Readonly<Record<string, readonly Expression[]>>;

type Moment = keyof typeof MICRO_EXPRESSIONS;
const POSES = Object.fromEntries(
  Object.entries(MICRO_EXPRESSIONS).map(([moment, list]) => [moment, list.map(({ weights }) => toPose(weights))]),
) as unknown as Readonly<Record<Moment, readonly Float64Array[]>>;

const FROWN = 0.4; // of the brows' drift goes down: a face at rest does not look cross
const CHANCE = { phrase: 0.7, accent: 0.5, pause: 0.5 } as const;
const QUIET = 3.5; // s between two of a listener's, and as much again by chance
const LEAD = 0.05; // s by which a brow is ahead of the vowel it stresses

/** Brows, cheeks and lids that live with the speech: drift a little always, and flash at the joints of phrases. */
export class MicroExpressions {
  private readonly random: Random;
  private readonly gestures = new Gestures();
  private readonly brows: { inner: Drift; left: Drift; right: Drift; cheek: Drift };
  private next: number;

  constructor(random: Random) {
    this.random = random;
    this.brows = {
      inner: new Drift(random, 0.1, 0.25),
      left: new Drift(random, 0.18, 0.25),
      right: new Drift(random, 0.035, 0.25),
      cheek: new Drift(random, 0.04, 0.2),
    };
    this.next = 2 + QUIET * random();
  }

  step(cues: Cues): void {
    for (const brow of Object.values(this.brows)) brow.step();
    const { now, energy } = cues;
    if (cues.phraseIn >= 0) this.play('phrase', Math.max(now, now + cues.phraseIn - 0.1), energy);
    if (cues.accent > 0) {
      const { rise } = MICRO_EXPRESSIONS.accent[0].envelope;
      this.play(
        'accent',
        Math.max(now, now + cues.accentIn - LEAD - rise),
        energy * Math.min(1.2, 0.4 + cues.accent * 0.7),
      );
    }
    if (cues.pause || (now > this.next && cues.engagement < 0.1)) this.play('pause', now, energy);
  }

  add(cues: Cues, pose: Float64Array): void {
    const { inner, left, right, cheek } = this.brows;
    const raise = (shape: 'browOuterUpLeft' | 'browOuterUpRight', level: number) => {
      pose[CHANNEL_INDEX[shape]]! += Math.max(0, level);
      const down = shape === 'browOuterUpLeft' ? CHANNEL_INDEX.browDownLeft : CHANNEL_INDEX.browDownRight;
      pose[down]! += Math.max(0, -FROWN * level);
    };
    raise('browOuterUpLeft', left.value);
    raise('browOuterUpRight', left.value + right.value);
    pose[CHANNEL_INDEX.browInnerUp]! += Math.max(0, inner.value);
    pose[CHANNEL_INDEX.cheekSquintLeft]! += Math.max(0, cheek.value);
    pose[CHANNEL_INDEX.cheekSquintRight]! += Math.max(0, cheek.value);
    this.gestures.add(cues.now, pose);
  }

  private play(moment: Moment, start: number, energy: number): void {
    const { random } = this;
    this.next = start + QUIET + exponential(random, QUIET);
    const which = random();
    const gain = energy * Math.max(0.4, 1 + 0.3 * normal(random));
    if (random() > CHANCE[moment]) return;
    const list: readonly Expression[] = MICRO_EXPRESSIONS[moment];
    const picked = pick(list, which);
    this.gestures.start(POSES[moment][picked]!, list[picked]!.envelope, start, gain);
  }
}

/** The place in `list` that `which` (0..1) falls on, each taking its share. */
function pick(list: readonly Expression[], which: number): number {
  let left = which * list.reduce((sum, { share }) => sum + share, 0);
  for (let i = 0; i < list.length; i++) {
    left -= list[i]!.share;
    if (left < 0) return i;
  }
  return list.length - 1;
}
