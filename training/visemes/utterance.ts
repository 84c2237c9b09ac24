import type { Hertz } from '@orator/core/base/units';
import type { PhoneAlphabet, TimedPhone } from '@orator/core/speech/phone';

/** Something said, with the time of each phone, as a synthesiser or a labelled recording gives it. */
export interface Utterance {
  readonly pcm: Float32Array;
  readonly rate: Hertz;
  readonly phones: readonly TimedPhone[];
  readonly alphabet: PhoneAlphabet;
}
