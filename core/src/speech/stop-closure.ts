import { type Hertz, seconds } from '../base/units.ts';
import { isVoicelessStop, type TimedPhone } from './phone.ts';

/** Energy is looked at in steps this long, as the closures were measured. */
const STEP_SECONDS = 0.0025;
/** The loudest of so much sound before the burst is what a closure is quiet against. */
const LOOK_BACK_SECONDS = 0.1;
/** A closure lies so far below the loudest step: 25 dB in power. */
const CLOSURE_DROP = 10 ** (-25 / 10);
/** Shorter ones are within the precision of the events. */
const SHORTEST_SECONDS = 0.01;

/**
 * Gives voiceless stops their silent closure. A synthesiser counts the closure before the burst to the phone before;
 * lips must be shut in it. Walks back from each stop's event while the sound stays 25 dB below the loudest of the
 * last 100 ms, not past the phone before it. `pcm` begins at `pcmStart` seconds on the phones' clock.
 */
export function moveStopsToClosure(
  phones: readonly TimedPhone[],
  pcm: Int16Array | Float32Array,
  pcmStart: number,
  rate: Hertz,
): TimedPhone[] {
  const moved = [...phones];
  for (let i = 1; i < moved.length; i++) {
    const stop = moved[i]!;
    const before = moved[i - 1]!;
    if (!isVoicelessStop(stop.phone)) continue;
    const earliest = Math.max(before.start + SHORTEST_SECONDS, stop.start - LOOK_BACK_SECONDS);
    const closure = closureSeconds(pcm, stop.start - pcmStart, earliest - pcmStart, rate);
    if (closure < SHORTEST_SECONDS) continue;
    const start = seconds(stop.start - closure);
    moved[i - 1] = { ...before, end: start };
    moved[i] = { ...stop, start };
  }
  return moved;
}

/** How long the sound before `burst` is shut, walking back to `earliest` at most; both in seconds of `pcm`. */
function closureSeconds(pcm: Int16Array | Float32Array, burst: number, earliest: number, rate: Hertz): number {
  const step = Math.round(STEP_SECONDS * rate);
  const steps = Math.floor(LOOK_BACK_SECONDS / STEP_SECONDS);
  const end = Math.round(burst * rate);
  const energies: number[] = [];
  let loudest = 0;
  for (let k = 1; k <= steps && end - k * step >= 0; k++) {
    let energy = 0;
    for (let n = end - k * step; n < end - (k - 1) * step; n++) energy += (pcm[n] ?? 0) ** 2;
    energies.push(energy);
    loudest = Math.max(loudest, energy);
  }
  const most = Math.floor((burst - earliest) / STEP_SECONDS + 1e-9);
  let quiet = 0;
  while (quiet < Math.min(most, energies.length) && energies[quiet]! <= loudest * CLOSURE_DROP) quiet++;
  return (quiet * step) / rate;
}
