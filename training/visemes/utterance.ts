import { seconds } from '@orator/core/base/units';
import type { PhoneAlphabet, TimedPhone } from '@orator/core/speech/phone';

/** Something said, with the time of each phone, as a synthesiser or a labelled recording gives it. */
export interface Utterance {
  readonly pcm: Float32Array;
  readonly rate: number;
  readonly phones: readonly TimedPhone[];
  readonly alphabet: PhoneAlphabet;
}

/** Where a stop begins with a silent closure that espeak counts to the phone before. */
const CLOSED = /^(p|t|k|c|q|ʈ|ts|tʃ|tɕ|tʂ|ts\.|tsh\.)$/;
const SLICE = 0.0025; // seconds, the grain of the level that is compared
const DROP = 10 ** (-25 / 10); // the closure is 25 dB under the loudest of the last 100 ms

/** Moves the start of voiceless stops back over their silent closure, by at most 100 ms. */
export function repairClosures(pcm: Float32Array, rate: number, phones: readonly TimedPhone[]): TimedPhone[] {
  const size = Math.round(SLICE * rate);
  const power = Float64Array.from({ length: Math.floor(pcm.length / size) }, (_, i) => {
    let sum = 0;
    for (let k = i * size; k < (i + 1) * size; k++) sum += pcm[k]! * pcm[k]!;
    return sum;
  });
  const repaired = phones.map((phone) => ({ ...phone }));
  for (let i = 1; i < repaired.length; i++) {
    const stop = repaired[i]!;
    const before = repaired[i - 1]!;
    if (before.phone === '' || !CLOSED.test(stop.phone.replace(/[ˈˌːʰʲʷ]/g, ''))) continue;
    const at = Math.min(power.length - 1, Math.floor(stop.start / SLICE) - 1);
    const earliest = Math.max(at - 40, Math.ceil((before.start + 0.01) / SLICE));
    let loudest = 0;
    for (let k = Math.max(0, at - 40); k <= at; k++) loudest = Math.max(loudest, power[k]!);
    let from = at + 1;
    while (from > earliest && power[from - 1]! < loudest * DROP) from--;
    if (stop.start - from * SLICE < 0.01) continue;
    stop.start = seconds(from * SLICE);
    before.end = stop.start;
  }
  return repaired;
}
