import { OratorError } from '../base/errors.ts';
import { type Seconds, seconds } from '../base/units.ts';
import { EMOTION_NAMES, type EmotionName } from '../motion/emotions.ts';

/** An emotion from `at` on, until the next one; motion eases between them. */
export interface EmotionCue {
  readonly at: Seconds;
  readonly emotion: EmotionName;
  /** 0..1. */
  readonly intensity: number;
}

const CUE = /^([a-z]+)(?::(\d*\.?\d+))?(?:@(\d*\.?\d+)s?)?$/;

/**
 * Reads `happy`, or a list with times such as `neutral@0,happy:0.8@2.5,sad@6`: name, then `:intensity`, then `@seconds`.
 * @throws {OratorError} `request/invalid`
 */
export function parseEmotions(list: string, intensity: number): readonly EmotionCue[] {
  const cues = list.split(',').map((part) => parseCue(part.trim().toLowerCase(), intensity));
  for (let i = 1; i < cues.length; i++) {
    if (cues[i]!.at <= cues[i - 1]!.at) {
      throw new OratorError(
        'request/invalid',
        `Emotions must come in order of time, but ${cues[i]!.emotion} at ${cues[i]!.at} s follows ${cues[i - 1]!.at} s. Give each one a later time, as in "neutral@0,happy@2.5".`,
      );
    }
  }
  return cues;
}

function parseCue(part: string, intensity: number): EmotionCue {
  const match = CUE.exec(part);
  const emotion = EMOTION_NAMES.find((name) => name === match?.[1]);
  if (!match || !emotion) {
    throw new OratorError(
      'request/invalid',
      `"${part.slice(0, 40)}" is not an emotion. Use one of ${EMOTION_NAMES.join(', ')}, or a list such as "neutral@0,happy:0.8@2.5".`,
    );
  }
  const strength = match[2] === undefined ? intensity : Number(match[2]);
  if (strength > 1) {
    throw new OratorError('request/invalid', `The intensity of ${emotion} is ${strength}; it must lie within 0 and 1.`);
  }
  return { emotion, intensity: strength, at: seconds(Number(match[3] ?? 0)) };
}
