/** Frames by which the sound is shifted at most, each way. */
export const MOST_SHIFT = 15;
/** Added to each difference, as the reference's distance does. */
const EPSILON = 1e-6;

/** How well lips and sound fit together, as papers measure it with SyncNet. */
export interface SyncScore {
  /** The mean distance where they fit best; lower is better. */
  readonly lseD: number;
  /** How much better that is than the median of all shifts; higher is better. */
  readonly lseC: number;
  /** Frames by which the sound has to be shifted to fit best; positive when the picture is early. */
  readonly offset: number;
  /** The mean distance of each shift, from -15 to 15 frames. */
  readonly means: readonly number[];
  /** The distance of each frame at the best shift. */
  readonly distances: readonly number[];
}

/**
 * Compares what describes the lips with what describes the sound, one of each per frame, at every shift. Beyond its ends the sound is
 * described by zeros, which counts in short clips: use three seconds or more.
 * @throws {RangeError} without frames, or when there are not as many of both.
 */
export function scoreSync(lips: readonly Float32Array[], sound: readonly Float32Array[]): SyncScore {
  if (lips.length === 0 || lips.length !== sound.length) {
    throw new RangeError(`${lips.length} looks at lips and ${sound.length} at sound cannot be compared`);
  }
  const nothing = new Float32Array(lips[0]!.length);
  const shifts = Array.from({ length: 2 * MOST_SHIFT + 1 }, (_, shift) =>
    lips.map((look, frame) => distance(look, sound[frame + shift - MOST_SHIFT] ?? nothing)),
  );
  const means = shifts.map((each) => each.reduce((sum, value) => sum + value, 0) / each.length);
  const lseD = Math.min(...means);
  const best = means.indexOf(lseD);
  const median = [...means].sort((a, b) => a - b)[MOST_SHIFT]!;
  return { lseD, lseC: median - lseD, offset: MOST_SHIFT - best, means, distances: shifts[best]! };
}

function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]! + EPSILON) ** 2;
  return Math.sqrt(sum);
}
