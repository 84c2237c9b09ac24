import { clamp, mix, smooth } from '../base/maths.ts';
import { EMOTIONS, type EmotionCue } from './emotions.ts';
import { CHANNEL_INDEX, CHANNELS, type Channel } from './pose.ts';
import { toPose } from './viseme-poses.ts';

const MOUTH_YIELDS = 0.6; // of an emotion's mouth gives way to speech
const WHILE_SPEAKING = 0.6; // the most an emotion is shown while speaking: more looks acted
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

/** The emotion at a moment: a blend of the cues, each easing in over the one before. */
export class EmotionLayer {
  /** How lively the head is, and how far the mouth opens, 1 = neutral. */
  energy = 1;
  articulation = 1;
  private readonly cues: readonly EmotionCue[];
  private readonly settled = new Float64Array(CHANNELS.length);
  private readonly blend = new Float64Array(CHANNELS.length);
  private readonly settledStyle = { energy: 1, articulation: 1 };
  private next = 0;

  /** Cues in order of time. One at 0 or before is there from the first frame. */
  constructor(cues: readonly EmotionCue[]) {
    this.cues = [...cues].sort((a, b) => a.at - b.at);
  }

  /** Moves to `now` seconds; time only goes forward. */
  step(now: number): void {
    const { cues, blend, settled, settledStyle } = this;
    while (this.next < cues.length && this.share(cues[this.next]!, now) >= 1) {
      this.ease(cues[this.next]!, 1, settled, settledStyle);
      this.next++;
    }
    blend.set(settled);
    this.energy = settledStyle.energy;
    this.articulation = settledStyle.articulation;
    for (let i = this.next; i < cues.length; i++) {
      const share = this.share(cues[i]!, now);
      if (share <= 0) break;
      this.ease(cues[i]!, share, blend, this);
    }
  }

  /**
   * Adds the emotion to `pose`. `engagement`: 0 = listening, 1 = speaking. `speech`: how much of the mouth speech needs, 0..1.
   * `ceiling`: how far the lips may part, IOD.
   */
  add(pose: Float64Array, engagement: number, speech: number, ceiling: number): void {
    const shown = mix(1, WHILE_SPEAKING, engagement);
    const mouth = 1 - MOUTH_YIELDS * speech;
    const parting = mouth * smooth(0, FREE_FROM, ceiling);
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

  private ease(
    cue: EmotionCue,
    share: number,
    onto: Float64Array,
    style: { energy: number; articulation: number },
  ): void {
    const intensity = clamp(cue.intensity);
    const pose = POSES[cue.emotion]!;
    for (let channel = 0; channel < onto.length; channel++) {
      onto[channel] = mix(onto[channel]!, intensity * pose[channel]!, share);
    }
    const { energy, articulation } = EMOTIONS[cue.emotion];
    style.energy = mix(style.energy, mix(1, energy, intensity), share);
    style.articulation = mix(style.articulation, mix(1, articulation, intensity), share);
  }
}

/** Where the emotion layer's eyes and blinks meet: a closed eye is closed however wide the emotion holds it. */
export function closeWideEyes(pose: Float64Array): void {
  pose[CHANNEL_INDEX.eyeWideLeft]! *= 1 - clamp(pose[CHANNEL_INDEX.eyeBlinkLeft]!);
  pose[CHANNEL_INDEX.eyeWideRight]! *= 1 - clamp(pose[CHANNEL_INDEX.eyeBlinkRight]!);
}
