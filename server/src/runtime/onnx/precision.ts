import type { Precision, TensorData, Tensors } from '@orator/core/models/runtime';

/** What a network computes in, and why, in words. */
export interface PrecisionChoice {
  readonly precision: Precision;
  readonly reason: string;
}

/** What both made of the same input. */
export interface PrecisionTrial {
  /** What a run takes, in ms. */
  readonly fp32Ms: number;
  readonly fp16Ms: number;
  /** How far fp16 is off, as {@link differenceOf} says it. */
  readonly difference: number;
}

/** Less than this is not worth a second file and numbers that are less exact; runs differ by a few percent anyway. */
const LEAST_GAIN = 1.1;
/** Two and a half of the levels of a picture. */
const MOST_DIFFERENCE = 0.01;
const LEVELS = 255;

/** Whether fp16 is worth it: only where it is quicker by a margin and says nearly the same. */
export function choosePrecision({ fp32Ms, fp16Ms, difference }: PrecisionTrial): PrecisionChoice {
  const gain = fp32Ms / fp16Ms;
  if (Number.isNaN(difference)) return { precision: 'fp32', reason: 'numbers of it are too large for fp16' };
  if (difference > MOST_DIFFERENCE) {
    return { precision: 'fp32', reason: `fp16 differs by ${digits(difference, 2)}, more than ${MOST_DIFFERENCE}` };
  }
  if (!(gain >= LEAST_GAIN)) {
    return { precision: 'fp32', reason: `fp16 is ${gain.toFixed(2)}x as quick, less than ${LEAST_GAIN}x` };
  }
  return { precision: 'fp16', reason: `${gain.toFixed(1)}x quicker, differs by ${digits(difference)}` };
}

/**
 * The largest difference between two results, as a share of the largest number of that output in `exact`, or of all levels where the output is a
 * picture, however dark; of several outputs the worst. NaN where a number of `other` is none, or infinite, and that of `exact` is not.
 */
export function differenceOf(exact: Tensors, other: Tensors): number {
  const each = Object.entries(exact).map(([name, tensor]) => differenceOfOutput(tensor, other[name]));
  return each.some(Number.isNaN) ? Number.NaN : Math.max(0, ...each);
}

/** What it runs on and in, and why, for people. */
export const wordsForChoice = (provider: string, { precision, reason }: PrecisionChoice) =>
  `${provider}, ${precision}: ${reason}`;

function differenceOfOutput({ values, dtype }: TensorData, other: TensorData | undefined): number {
  if (other?.values.length !== values.length) return Number.POSITIVE_INFINITY;
  let [most, largest] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const [a, b] = [Number(values[i]), Number(other.values[i])];
    if (Object.is(a, b)) continue;
    if (!Number.isFinite(b)) return Number.NaN;
    most = Math.max(most, Math.abs(a - b));
  }
  if (dtype === 'u8') largest = LEVELS;
  else for (const value of values) largest = Math.max(largest, Math.abs(Number(value)));
  return most === 0 ? 0 : most / largest;
}

const digits = (share: number, count = 1) => Number(share.toPrecision(count)).toString();
