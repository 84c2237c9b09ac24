import { clamp, mix, smooth } from '../base/maths.ts';
import { EMOTIONS, type EmotionCue } from './emotions.ts';
import { CHANNEL_INDEX, CHANNELS, type Channel } from './pose.ts';
import { toPose } from './viseme-poses.ts';

/** How much of an emotion's mouth gives way to speech: of what parts the lips, and of the rest (a smile goes on in speech). */
const PARTING_YIELDS = 0.6;
const MOUTH_YIELDS = 0.25;
const HELD_BACK = 0.4; // of the strongest emotion is held back while speaking, less of a weaker one: more looks acted
/** IOD of ceiling from which on an emotion may part the lips as it likes; below it parts them less, at 0 not at all. */
const FREE_FROM = 0.2;

const POSES = Object.fromEntries(Object.entries(EMOTIONS).map(([name, { weights }]) => [name, toPose(weights)]));
const isMouth = (channel: Channel) => channel.startsWith('mouth') || channel.startsWith('jaw');
/** The shapes that part the lips. */
const PARTING: ReadonlySet<Channel> = new Set<Channel>([
  'jawOpen',
  'mouthFunnel',
  'mouthUpperUpLeft',
  'mouthUpperUpRight',
  'mouthLowerDownLeft',
  'mouthLowerDownRight',
]);
const KIND = CHANNELS.map((channel) => (PARTING.has(channel) ? 2 : isMouth(channel) ? 1 : 0));

/** What an emotion changes besides the face. */
interface Style {
  /** How lively the head is, 1 = neutral. */
  energy: number;
  /** How far the mouth opens in speech, 1 = neutral. */
  articulation: number;
  /** How intense the emotion is, 0..1. */
  strength: number;
}

/** The emotion at a moment: a blend of the cues, each easing in over the one before. */
export class EmotionLayer implements Style {
  energy = 1;
  articulation = 1;
  strength = 0;
  /** Those that have not settled yet. */
  private readonly cues: EmotionCue[];
  private readonly settled = new Float64Array(CHANNELS.length);
  private readonly blend = new Float64Array(CHANNELS.length);
  private readonly settledStyle: Style = { energy: 1, articulation: 1, strength: 0 };

  /** Cues in order of time. One at 0 or before is there from the first frame. */
  constructor(cues: readonly EmotionCue[]) {
    this.cues = [...cues].sort((a, b) => a.at - b.at);
  }

  /** Adds a cue that comes after all others. */
  add(cue: EmotionCue): void {
    this.cues.push(cue);
  }

  /** Moves to `now` seconds; time only goes forward. */
  step(now: number): void {
    const { cues, blend, settled, settledStyle } = this;
    while (cues.length > 0 && this.share(cues[0]!, now) >= 1) this.ease(cues.shift()!, 1, settled, settledStyle);
    blend.set(settled);
    this.energy = settledStyle.energy;
    this.articulation = settledStyle.articulation;
    this.strength = settledStyle.strength;
    for (const cue of cues) {
      const share = this.share(cue, now);
      if (share <= 0) break;
      this.ease(cue, share, blend, this);
    }
  }

  /**
   * Adds the emotion to `pose`. `engagement`: 0 = listening, 1 = speaking. `speech`: how much of the mouth speech needs, 0..1.
   * `ceiling`: how far the lips may part, IOD.
   */
  show(pose: Float64Array, engagement: number, speech: number, ceiling: number): void {
    const shown = 1 - HELD_BACK * engagement * this.strength;
    const mouth = 1 - MOUTH_YIELDS * speech;
    const parting = (1 - PARTING_YIELDS * speech) * smooth(0, FREE_FROM, ceiling);
    for (let channel = 0; channel < KIND.length; channel++) {
      const weight = this.blend[channel]!;
      if (weight === 0) continue;
      const kind = KIND[channel];
      pose[channel]! += weight * shown * (kind === 0 ? 1 : kind === 1 ? mouth : parting);
    }
  }

  private share(cue: EmotionCue, now: number): number {
    return cue.at <= 0 ? 1 : smooth(cue.at, cue.at + EMOTIONS[cue.emotion].ease, now);
  }

  private ease(cue: EmotionCue, share: number, onto: Float64Array, style: Style): void {
    const intensity = clamp(cue.intensity);
    const pose = POSES[cue.emotion]!;
    for (let channel = 0; channel < onto.length; channel++) {
      onto[channel] = mix(onto[channel]!, intensity * pose[channel]!, share);
    }
    const { energy, articulation } = EMOTIONS[cue.emotion];
    style.energy = mix(style.energy, mix(1, energy, intensity), share);
    style.articulation = mix(style.articulation, mix(1, articulation, intensity), share);
    style.strength = mix(style.strength, intensity, share);
  }
}

/** Where the emotion layer's eyes and blinks meet: a closed eye is closed however wide the emotion holds it. */
export function closeWideEyes(pose: Float64Array): void {
  pose[CHANNEL_INDEX.eyeWideLeft]! *= 1 - clamp(pose[CHANNEL_INDEX.eyeBlinkLeft]!);
  pose[CHANNEL_INDEX.eyeWideRight]! *= 1 - clamp(pose[CHANNEL_INDEX.eyeBlinkRight]!);
}
