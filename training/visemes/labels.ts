import { layOutVisemes, type PhoneAlphabet, type TimedPhone } from '@orator/core/speech/phone';
import { VISEME_INDEX } from '@orator/core/speech/viseme';

/** The viseme at 0.01 n seconds for each frame n, as its place in VISEMES; -1 where it is not known or before and after the labels. */
export function labelFrames(phones: readonly TimedPhone[], alphabet: PhoneAlphabet, frames: number): Int8Array {
  const labels = new Int8Array(frames).fill(-1);
  for (const { viseme, start, end } of layOutVisemes(phones, alphabet)) {
    if (viseme === null) continue;
    labels.fill(VISEME_INDEX[viseme], Math.max(0, Math.ceil(start * 100)), Math.max(0, Math.ceil(end * 100)));
  }
  return labels;
}
