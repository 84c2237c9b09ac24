/** Keeps `x` within `low`..`high`. */
export const clamp = (x: number, low = 0, high = 1) => Math.min(high, Math.max(low, x));
/** Linear blend: `a` at t = 0, `b` at t = 1. */
export const mix = (a: number, b: number, t: number) => a + (b - a) * t;
/** 0 below `low`, 1 above `high`, with flat ends between (3t² − 2t³). */
export const smooth = (low: number, high: number, x: number) => {
  const t = clamp((x - low) / (high - low));
  return t * t * (3 - 2 * t);
};
