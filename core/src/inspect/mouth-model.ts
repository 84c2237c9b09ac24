import { BANDS } from '../speech/visemes/features.ts';
import type { FaceSeries } from './face-series.ts';
import { MOUTH_MODEL } from './mouth-model-data.ts';
import type { Series } from './signal.ts';
import type { SoundSeries } from './sound-series.ts';

/** The mouth series that sound predicts, in the order of the model's outputs. */
export const MOUTH_SERIES = ['opening', 'outerHeight', 'width', 'jaw'] as const satisfies (keyof FaceSeries)[];
export type MouthSeries = (typeof MOUTH_SERIES)[number];

/** Steps of sound before and after the moment that is predicted: half a second in all. */
const REACH = 25;
/** Levels that one prediction reads. */
export const MOUTH_INPUTS = (2 * REACH + 1) * BANDS;

/** The levels around `step`, earliest first; outside the sound there is silence. */
export function contextOf({ levels }: SoundSeries, step: number, out: Float64Array): void {
  const from = (step - REACH) * BANDS;
  for (let i = 0; i < MOUTH_INPUTS; i++) out[i] = levels[from + i] ?? -2;
}

/** Coefficients in units of `steps[output]`, inputs × outputs, as 16-bit numbers in base 64. */
export interface MouthModelData {
  readonly steps: readonly number[];
  readonly coefficients: string;
}

/** Writes coefficients (inputs × outputs) as data; each loses less than 1/65,000 of the largest. */
export function packMouthModel(coefficients: Float64Array): MouthModelData {
  const count = MOUTH_SERIES.length;
  const steps = MOUTH_SERIES.map((_, k) => coefficients.filter((_, i) => i % count === k).reduce(largest, 0) / 32767);
  const bytes = new Uint8Array(
    Int16Array.from(coefficients, (value, i) => Math.round(value / steps[i % count]!)).buffer,
  );
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return { steps, coefficients: btoa(text) };
}

const largest = (most: number, value: number) => Math.max(most, Math.abs(value));

/** Reads what `packMouthModel` wrote. */
export function unpackMouthModel({ steps, coefficients }: MouthModelData): Float64Array {
  const bytes = Uint8Array.from(atob(coefficients), (character) => character.charCodeAt(0));
  return Float64Array.from(new Int16Array(bytes.buffer), (value, i) => value * steps[i % steps.length]!);
}

let shipped: Float64Array | undefined;

/**
 * What the mouth of an average speaker would do to this sound: one series per `MOUTH_SERIES`, at the rate of the sound, in
 * standard deviations around the speaker's own mean. A linear model, fitted on real talking clips by `bench/fit-mouth-model.ts`.
 */
export function predictMouth(sound: SoundSeries, coefficients?: Float64Array): Record<MouthSeries, Series> {
  shipped ??= unpackMouthModel(MOUTH_MODEL);
  const model = coefficients ?? shipped;
  const count = MOUTH_SERIES.length;
  const series = MOUTH_SERIES.map(() => new Float64Array(sound.loudness.length));
  const context = new Float64Array(MOUTH_INPUTS);
  for (let step = 0; step < sound.loudness.length; step++) {
    contextOf(sound, step, context);
    for (let i = 0; i < MOUTH_INPUTS; i++) {
      for (let k = 0; k < count; k++) series[k]![step] = series[k]![step]! + context[i]! * model[i * count + k]!;
    }
  }
  return Object.fromEntries(MOUTH_SERIES.map((name, k) => [name, series[k]!])) as Record<MouthSeries, Series>;
}
