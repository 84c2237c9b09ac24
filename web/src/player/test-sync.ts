import type { Pose } from '@orator/core/motion/pose';
import type { TestPage } from './test-page.ts';

const RATE = 24_000;
const FRAME = 0.04;

/** How loud samples are: their root mean square. */
export const loudnessOf = (samples: readonly number[]): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

/**
 * How much later than what is heard the face is that is seen, ms: both are looked for in what came over the wire. Undefined in silence,
 * and where the face does not move.
 */
export async function offsetOf(view: TestPage): Promise<number | undefined> {
  const [{ samples, delay }, { pose }] = await Promise.all([view.listen(), view.see()]);
  const given = placeOfSound(view.sound, samples);
  if (given === undefined || !pose) return undefined;
  const shown = placeOfPose(view.poses, pose, given);
  return shown === undefined ? undefined : (given - delay - shown) * 1000;
}

/** Where the sound of a moment lies in what came, s from the first frame; undefined where it is silent or nowhere. */
function placeOfSound(parts: readonly Int16Array[], heard: readonly number[]): number | undefined {
  const wanted = heard.slice(-512);
  if (loudnessOf(wanted) < 0.02) return undefined;
  const samples = new Float32Array(Math.round(parts.length * FRAME * RATE));
  parts.forEach((part, number) => {
    for (let k = 0; k < part.length; k++) samples[Math.round(number * FRAME * RATE) + k] = part[k]! / 32768;
  });
  for (let at = samples.length - wanted.length; at >= 0; at--) {
    let apart = 0;
    for (let k = 0; k < wanted.length && apart < 1e-3; k++) apart += (samples[at + k]! - wanted[k]!) ** 2;
    if (apart < 1e-3) return (at + wanted.length) / RATE;
  }
  return undefined;
}

/** Where a pose lies in what came, s: between which two frames, near `about`. */
function placeOfPose(poses: readonly Pose[], pose: Pose, about = 0): number | undefined {
  let [best, nearest] = [undefined as number | undefined, 1e-4];
  for (let number = Math.max(0, Math.round(about / FRAME) - 25); number + 1 < poses.length; number++) {
    const [from, to] = [poses[number], poses[number + 1]];
    if (!from || !to) continue;
    let [along, length] = [0, 1e-12];
    for (let k = 0; k < pose.length; k++) {
      along += (pose[k]! - from[k]!) * (to[k]! - from[k]!);
      length += (to[k]! - from[k]!) ** 2;
    }
    const share = Math.max(0, Math.min(1, along / length));
    let apart = 0;
    for (let k = 0; k < pose.length; k++) apart += (pose[k]! - from[k]! - share * (to[k]! - from[k]!)) ** 2;
    if (apart < nearest) [best, nearest] = [(number + share) * FRAME, apart];
  }
  return best;
}
