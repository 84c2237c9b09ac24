import { createPowerSpectrum } from '../../media/fourier.ts';
import { MFCC_BANDS } from '../../models/networks/syncnet.ts';

/** Samples per second that the features are defined for. */
export const MFCC_RATE = 16_000;
const WINDOW = 400;
const HOP = 160;
const SIZE = 512;
const BINS = SIZE / 2 + 1;
const FILTERS = 26;
const PRE_EMPHASIS = 0.97;
const LIFTER = 22;
/** Full scale of the 16-bit samples that the reference reads. */
const FULL_SCALE = 32_767;
/** Stands for no energy at all, so that its logarithm is a number: the spacing of f64 at 1. */
const NO_ENERGY = 2 ** -52;

/**
 * The cepstrum of sound, -1..1 at 16 kHz, as python_speech_features makes it with its defaults: a row of 13 numbers for every 10 ms. The
 * samples are rounded to 16 bits first.
 */
export function mfccOf(pcm: Float32Array): Float32Array[] {
  const rounded = Float64Array.from(pcm, (value) => Math.round(value * FULL_SCALE));
  const emphasised = rounded.map((value, i) => value - PRE_EMPHASIS * (rounded[i - 1] ?? 0));
  const rows = pcm.length <= WINDOW ? 1 : 1 + Math.ceil((pcm.length - WINDOW) / HOP);
  const spectrum = createPowerSpectrum(SIZE);
  const filters = createFilters();
  const framed = new Float64Array(SIZE);
  const power = new Float64Array(BINS);
  return Array.from({ length: rows }, (_, row) => {
    for (let i = 0; i < WINDOW; i++) framed[i] = emphasised[row * HOP + i] ?? 0;
    spectrum(framed, power);
    for (let k = 0; k < BINS; k++) power[k] = power[k]! / SIZE;
    return cepstrumOf(power, filters);
  });
}

function cepstrumOf(power: Float64Array, filters: readonly Float64Array[]): Float32Array {
  const log = (energy: number) => Math.log(energy === 0 ? NO_ENERGY : energy);
  const levels = filters.map((filter) => log(filter.reduce((sum, weight, k) => sum + weight * power[k]!, 0)));
  const cepstrum = Float32Array.from({ length: MFCC_BANDS }, (_, k) => {
    const cosines = levels.reduce(
      (sum, level, i) => sum + level * Math.cos((Math.PI * k * (2 * i + 1)) / (2 * FILTERS)),
      0,
    );
    const norm = Math.sqrt((k === 0 ? 1 : 2) / FILTERS);
    return cosines * norm * (1 + (LIFTER / 2) * Math.sin((Math.PI * k) / LIFTER));
  });
  cepstrum[0] = log(power.reduce((sum, value) => sum + value, 0));
  return cepstrum;
}

/** Triangles over whole bins, equally far apart in mel up to half the rate. */
function createFilters(): readonly Float64Array[] {
  const top = 2595 * Math.log10(1 + MFCC_RATE / 2 / 700);
  const bins = Array.from({ length: FILTERS + 2 }, (_, i) => {
    const hertz = 700 * (10 ** ((i * top) / (FILTERS + 1) / 2595) - 1);
    return Math.floor(((SIZE + 1) * hertz) / MFCC_RATE);
  });
  return Array.from({ length: FILTERS }, (_, j) => {
    const [low, peak, high] = [bins[j]!, bins[j + 1]!, bins[j + 2]!];
    return Float64Array.from({ length: BINS }, (_, k) => {
      if (k < low || k >= high) return 0;
      return k < peak ? (k - low) / (peak - low) : (high - k) / (high - peak);
    });
  });
}
