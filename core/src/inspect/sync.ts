import { FACE_RATE, type FaceSeries } from './face-series.ts';
import { predictMouth } from './mouth-model.ts';
import { correlation, resampleSeries, type Series } from './signal.ts';
import { SOUND_RATE, type SoundSeries } from './sound-series.ts';

/** How a measured series follows a predicted one. */
export interface Following {
  /** Correlation at the best lag, -1..1. */
  readonly score: number;
  /** How far the picture is behind the sound there, in seconds. */
  readonly lag: number;
  /** The score less the best one at lags more than 200 ms away. */
  readonly margin: number;
}

/** How well the lips follow the sound, and how well once loudness is taken out of both. */
export interface Sync {
  readonly follow: Following;
  readonly beyondLoudness: Following;
}

const FURTHEST_LAG = 0.6;
/** A peak's own shoulders are no rivals. */
const SHOULDER = 0.2;
/** Loudness is taken out with what it was and will be within this time. */
const LOUDNESS_REACH = 0.2;
const LOUDNESS_STEP = 0.02;

/** Compares what the lips do with what the sound asks for. Both begin at the same moment. `null` when the clip is shorter than 2.5 s. */
export function measureSync(face: FaceSeries, sound: SoundSeries, coefficients?: Float64Array): Sync | null {
  const measured = resampleSeries(face.opening, FACE_RATE, SOUND_RATE);
  const predicted = predictMouth(sound, coefficients).opening;
  const length = Math.min(measured.length, predicted.length);
  const [m, p] = [measured.subarray(0, length), predicted.subarray(0, length)];
  const edge = Math.round(FURTHEST_LAG * SOUND_RATE);
  if (length < 2 * edge + 1.3 * SOUND_RATE) return null;
  return {
    follow: bestLag(p, m, edge, (series) => series),
    beyondLoudness: bestLag(p, m, edge, withoutLoudness(sound.loudness, edge, length - edge)),
  };
}

/** Tries all lags; `clean` sees each stretch before it is compared. */
function bestLag(predicted: Series, measured: Series, edge: number, clean: (series: Series) => Series): Following {
  const middle = clean(predicted.subarray(edge, predicted.length - edge));
  const scores = Array.from({ length: 2 * edge + 1 }, (_, i) => {
    const from = i; // a lag of i - edge: what the picture shows that much later
    return correlation(middle, clean(measured.subarray(from, measured.length - 2 * edge + from)));
  });
  const best = scores.indexOf(Math.max(...scores));
  const far = scores.filter((_, i) => Math.abs(i - best) > SHOULDER * SOUND_RATE);
  return { score: scores[best]!, lag: (best - edge) / SOUND_RATE, margin: scores[best]! - Math.max(...far) };
}

/** Makes a function that takes out of a series whatever loudness between `from` and `to`, earlier and later, explains linearly. */
function withoutLoudness(loudness: Series, from: number, to: number): (series: Series) => Series {
  const step = Math.round(LOUDNESS_STEP * SOUND_RATE);
  const reach = Math.round(LOUDNESS_REACH * SOUND_RATE);
  const basis: Series[] = [new Float64Array(to - from).fill(1 / Math.sqrt(to - from))];
  for (let lag = -reach; lag <= reach; lag += step) {
    const column = Float64Array.from({ length: to - from }, (_, i) => loudness[from + i + lag]!);
    const size = Math.sqrt(product(column, column));
    remove(basis, column);
    remove(basis, column); // once more: the first pass leaves rounding errors of near-copies
    const left = Math.sqrt(product(column, column));
    if (left > 1e-6 * size) basis.push(column.map((value) => value / left));
  }
  return (series) => {
    const rest = Float64Array.from(series);
    remove(basis, rest);
    return rest;
  };
}

function remove(basis: readonly Series[], series: Series): void {
  for (const column of basis) {
    const share = product(column, series);
    for (let i = 0; i < series.length; i++) series[i] = series[i]! - share * column[i]!;
  }
}

function product(a: Series, b: Series): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
