import type { Seconds } from '../base/units.ts';
import { both, type Weights } from './viseme-poses.ts';

/** The emotions a face can show, `neutral` among them. */
export const EMOTION_NAMES = [
  'neutral',
  'happy',
  'sad',
  'angry',
  'surprised',
  'fearful',
  'disgusted',
  'contempt',
] as const;
export type EmotionName = (typeof EMOTION_NAMES)[number];

/** An emotion from `at` on, until the next one. */
export interface EmotionCue {
  readonly emotion: EmotionName;
  /** 0..1. */
  readonly intensity: number;
  readonly at: Seconds;
}

/** How one emotion looks and moves. */
export interface Emotion {
  /** The face at full intensity. */
  readonly weights: Weights;
  /** How much the head moves, 1 = as usual. */
  readonly energy: number;
  /** How far the mouth opens in speech, 1 = as usual. */
  readonly articulation: number;
  /** How long the face takes to get there, 0.4..0.8 s: surprise is quick, sadness slow. */
  readonly ease: number;
}

const degrees = (angle: number) => (angle * Math.PI) / 180;

/** All eight, as weights at full intensity; speech shows at most 60 % of them. */
export const EMOTIONS: Readonly<Record<EmotionName, Emotion>> = {
  neutral: { weights: {}, energy: 1, articulation: 1, ease: 0.6 },
  happy: {
    weights: {
      ...both('mouthSmile', 0.72, 0.67),
      ...both('cheekSquint', 0.6),
      ...both('eyeSquint', 0.3),
      ...both('mouthUpperUp', 0.42),
      ...both('mouthLowerDown', 0.16),
      ...both('browOuterUp', 0.1),
      jawOpen: 0.08,
    },
    energy: 1.1,
    articulation: 1.05,
    ease: 0.6,
  },
  sad: {
    weights: {
      ...both('mouthFrown', 0.75, 0.7),
      browInnerUp: 0.95,
      ...both('browDown', 0.1),
      mouthShrugLower: 0.45,
      ...both('eyeBlink', 0.22),
      ...both('mouthPress', 0.15),
      headPitch: degrees(3),
    },
    energy: 0.7,
    articulation: 0.9,
    ease: 0.8,
  },
  angry: {
    weights: {
      ...both('browDown', 1, 0.95),
      ...both('noseSneer', 0.45),
      ...both('eyeSquint', 0.35),
      ...both('eyeWide', 0.3),
      ...both('mouthPress', 0.5),
      ...both('mouthFrown', 0.45),
      mouthShrugLower: 0.2,
    },
    energy: 1.15,
    articulation: 1.08,
    ease: 0.5,
  },
  surprised: {
    weights: {
      browInnerUp: 0.9,
      ...both('browOuterUp', 0.95),
      ...both('eyeWide', 1),
      jawOpen: 0.55,
      mouthFunnel: 0.2,
      headPitch: degrees(-2),
    },
    energy: 1,
    articulation: 1.05,
    ease: 0.4,
  },
  fearful: {
    weights: {
      browInnerUp: 1,
      ...both('browOuterUp', 0.35),
      ...both('browDown', 0.25),
      ...both('eyeWide', 1),
      ...both('mouthStretch', 0.7),
      jawOpen: 0.22,
      ...both('mouthLowerDown', 0.35),
    },
    energy: 0.9,
    articulation: 0.95,
    ease: 0.45,
  },
  disgusted: {
    weights: {
      ...both('noseSneer', 1, 0.9),
      ...both('mouthUpperUp', 0.65, 0.55),
      ...both('browDown', 0.65),
      ...both('cheekSquint', 0.5),
      ...both('eyeSquint', 0.45),
      ...both('mouthFrown', 0.45),
      mouthShrugLower: 0.3,
    },
    energy: 0.9,
    articulation: 1,
    ease: 0.6,
  },
  contempt: {
    weights: {
      mouthSmileRight: 0.6,
      mouthDimpleRight: 0.6,
      mouthPressRight: 0.35,
      cheekSquintRight: 0.35,
      ...both('eyeSquint', 0.25),
      browDownLeft: 0.25,
      browOuterUpRight: 0.35,
      headRoll: degrees(-3),
    },
    energy: 0.9,
    articulation: 1,
    ease: 0.7,
  },
};
