import { closesLips } from '@orator/core/speech/phone';
import { VISEMES } from '@orator/core/speech/viseme';
import { createVisemeDecoder, DECODER_RULES, type DecoderRules } from '@orator/core/speech/visemes/decode';
import type { ScoredClip } from '@orator/core/speech/visemes/score';
import type { HumanClip } from './human.ts';
import { labelFrames } from './labels.ts';

const OUTPUTS = VISEMES.length;

/** Decodes posteriors of a labelled clip and lays them beside its labels; without rules the likeliest shape of each frame is taken. */
export function judge(
  clip: HumanClip,
  posteriors: Float32Array,
  rules: DecoderRules | null = DECODER_RULES,
): ScoredClip {
  const decode = rules === null ? likeliest : createVisemeDecoder(rules);
  const frames = posteriors.length / OUTPUTS;
  const guess = Uint8Array.from({ length: frames }, (_, n) =>
    decode(posteriors.subarray(n * OUTPUTS, (n + 1) * OUTPUTS)),
  );
  const lips = clip.phones.filter(({ phone }) => closesLips(phone, clip.alphabet));
  return {
    guess,
    truth: labelFrames(clip.phones, clip.alphabet, frames),
    closures: lips,
    nearClosures: clip.phones.filter(({ phone }) => phone.startsWith('β')),
  };
}

const likeliest = (posteriors: Float32Array) => posteriors.indexOf(Math.max(...posteriors));
