import { createPowerSpectrum } from './spectrum.ts';

/** Samples per second that the features are defined for. */
export const FEATURE_RATE = 16_000;
/** Samples from one frame to the next: 10 ms. */
export const HOP = 160;
/** Samples under one window: 20 ms, centred on sample `160 n` of frame `n`. */
export const WINDOW = 320;
/** Mel bands per frame. */
export const BANDS = 40;
/** Numbers per frame: the 40 log levels, then the same minus their slow mean. */
export const FEATURES = 2 * BANDS;

const BINS = 257;
const LOWEST = 60; // Hz, the lower edge of the first band
const HIGHEST = 7600; // Hz, the upper edge of the last band
const FLOOR = 1e-8; // mel power of a 16-bit recording's rounding noise; keeps ln finite in digital silence
const SLOW = 0.01; // share of a new frame in the slow mean: a time constant of 1 s

/** Turns sound into frames; feed it chunks of any size. */
export interface FeatureStream {
  /** Reads 16 kHz samples in -1..1. Calls `emit` once per finished frame with 80 numbers that hold until the next call. */
  push(pcm: Float32Array, emit: (features: Float32Array) => void): void;
  /** Feeds `count` samples of silence. */
  pad(count: number, emit: (features: Float32Array) => void): void;
}

/** Opens a stream of log-mel frames: frame `n` is centred on sample `160 n` and finished when sample `160 n + 159` is in. */
export function createFeatureStream(): FeatureStream {
  const window = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));
  const spectrumOf = createPowerSpectrum();
  const mel = createMelFilters();
  const recent = new Float32Array(WINDOW); // zeros: there is silence before the start
  const framed = new Float64Array(512);
  const power = new Float64Array(BINS);
  const slow = new Float64Array(BANDS);
  const features = new Float32Array(FEATURES);
  let filled = HOP;

  const finishFrame = (emit: (features: Float32Array) => void) => {
    for (let i = 0; i < WINDOW; i++) framed[i] = recent[i]! * window[i]!;
    spectrumOf(framed, power);
    for (let band = 0; band < BANDS; band++) {
      const level = (Math.log(mel(power, band) / WINDOW + FLOOR) + 9) / 4; // about -2.4 in silence to 3 at full scale
      slow[band] = (1 - SLOW) * slow[band]! + SLOW * level;
      features[band] = level;
      features[BANDS + band] = level - slow[band]!;
    }
    recent.copyWithin(0, HOP);
    filled = WINDOW - HOP;
    emit(features);
  };

  const push = (pcm: Float32Array, emit: (features: Float32Array) => void) => {
    for (let at = 0; at < pcm.length; ) {
      const count = Math.min(WINDOW - filled, pcm.length - at);
      for (let i = 0; i < count; i++) recent[filled + i] = pcm[at + i]!;
      filled += count;
      at += count;
      if (filled === WINDOW) finishFrame(emit);
    }
  };
  const silence = new Float32Array(HOP);
  return {
    push,
    pad(count, emit) {
      for (let left = count; left > 0; left -= HOP) push(left < HOP ? silence.subarray(0, left) : silence, emit);
    },
  };
}

/** Triangular filters with edges equally spaced in mel and peaks of 1; returns the weighted sum of `power` under one band. */
function createMelFilters(): (power: Float64Array, band: number) => number {
  const toMel = (hertz: number) => 1127 * Math.log(1 + hertz / 700);
  const low = toMel(LOWEST);
  const step = (toMel(HIGHEST) - low) / (BANDS + 1);
  const edge = (i: number) => 700 * (Math.exp((low + i * step) / 1127) - 1);
  const filters = Array.from({ length: BANDS }, (_, band) => {
    const [left, peak, right] = [edge(band), edge(band + 1), edge(band + 2)];
    const weight = (bin: number) => {
      const hertz = (FEATURE_RATE * bin) / 512;
      return Math.max(0, Math.min((hertz - left) / (peak - left), (right - hertz) / (right - peak)));
    };
    const first = Math.ceil((left * 512) / FEATURE_RATE);
    const last = Math.min(BINS - 1, Math.floor((right * 512) / FEATURE_RATE));
    return { first, weights: Float64Array.from({ length: last - first + 1 }, (_, i) => weight(first + i)) };
  });
  return (power, band) => {
    const { first, weights } = filters[band]!;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i]! * power[first + i]!;
    return sum;
  };
}
