/** One number per step of time. Series of one clip share their rate and their first moment. */
export type Series = Float64Array;

/** The mean; 0 of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length > 0 ? sum / values.length : 0;
}

/** The standard deviation (of the whole, not of a sample). */
export function deviation(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return values.length > 0 ? Math.sqrt(sum / values.length) : 0;
}

/** The value below which `share` (0..1) of the values lie, with straight lines between neighbours; 0 of nothing. */
export function quantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}

/** Pearson's correlation; 0 where either side stands still. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const x = a[i]! - meanA;
    const y = b[i]! - meanB;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  const scale = Math.sqrt(aa * bb);
  return scale > 1e-12 ? ab / scale : 0;
}

/** The values at the steps where `mask` is not 0. */
export function select(values: Series, mask: ArrayLike<number>): Series {
  return values.filter((_, i) => mask[i] !== 0);
}

/** The same series at another rate, by straight lines between its values; both start at the same moment. */
export function resampleSeries(values: Series, from: number, to: number): Series {
  if (from === to || values.length === 0) return values;
  const length = Math.floor(((values.length - 1) / from) * to + 1e-9) + 1;
  return Float64Array.from({ length }, (_, i) => {
    const at = (i / to) * from;
    const low = Math.min(Math.floor(at), values.length - 1);
    const high = Math.min(low + 1, values.length - 1);
    return values[low]! + (values[high]! - values[low]!) * (at - low);
  });
}

/** Change per second from each step to the next; the first step has that of the second. */
export function speedOf(values: Series, rate: number): Series {
  const speed = new Float64Array(values.length);
  for (let i = 1; i < values.length; i++) speed[i] = (values[i]! - values[i - 1]!) * rate;
  if (values.length > 1) speed[0] = speed[1]!;
  return speed;
}

/** The share of the power around the mean that lies above `hertz`, 0..1; 0 where nothing moves. */
export function powerShareAbove(values: Series, rate: number, hertz: number): number {
  const centre = mean(values);
  const n = values.length;
  let [above, all] = [0, 0];
  for (let k = 1; k <= n / 2; k++) {
    let [re, im] = [0, 0];
    for (let i = 0; i < n; i++) {
      const angle = (2 * Math.PI * ((k * i) % n)) / n;
      re += (values[i]! - centre) * Math.cos(angle);
      im += (values[i]! - centre) * Math.sin(angle);
    }
    const power = (re * re + im * im) * (2 * k === n ? 0.5 : 1);
    all += power;
    if ((k * rate) / n > hertz) above += power;
  }
  return all > 1e-18 ? above / all : 0;
}

/** How many times the series rises by at least `prominence` from a valley and falls by as much again, or ends. */
export function countPeaks(values: Series, prominence: number): number {
  let [count, low, high, rising] = [0, Infinity, -Infinity, false];
  for (const value of values) {
    if (rising) {
      high = Math.max(high, value);
      if (high - value < prominence) continue;
      rising = false;
      low = value;
    } else {
      low = Math.min(low, value);
      if (value - low < prominence) continue;
      rising = true;
      high = value;
      count++;
    }
  }
  return count;
}

/** Runs of steps where `mask` is not 0, as [first, past the last]. */
export function runs(mask: ArrayLike<number>): [number, number][] {
  const found: [number, number][] = [];
  let start = -1;
  for (let i = 0; i <= mask.length; i++) {
    const on = i < mask.length && mask[i] !== 0;
    if (on && start < 0) start = i;
    if (!on && start >= 0) {
      found.push([start, i]);
      start = -1;
    }
  }
  return found;
}
