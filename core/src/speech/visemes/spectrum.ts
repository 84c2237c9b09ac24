/** Samples in one transform: the next power of two above the 320-sample window. */
const SIZE = 512;
const HALF = SIZE / 2;

/**
 * A power spectrum of 512 points with its work space, so that a frame costs no allocation.
 * Returns a function that reads 512 real samples and writes |X[k]|² for k = 0…256 into `power`.
 */
export function createPowerSpectrum(): (samples: Float64Array, power: Float64Array) => void {
  const re = new Float64Array(HALF);
  const im = new Float64Array(HALF);
  const cos = Float64Array.from({ length: HALF }, (_, i) => Math.cos((2 * Math.PI * i) / SIZE));
  const sin = Float64Array.from({ length: HALF }, (_, i) => Math.sin((2 * Math.PI * i) / SIZE));
  const reversed = bitReversal(HALF);

  return (samples, power) => {
    for (let i = 0; i < HALF; i++) {
      const to = reversed[i]!;
      re[to] = samples[2 * i]!;
      im[to] = samples[2 * i + 1]!;
    }
    transform(re, im, cos, sin);
    split(re, im, cos, sin, power);
  };
}

/** Where each index of a radix-2 transform of `size` points goes before the butterflies. */
function bitReversal(size: number): Uint16Array {
  const order = new Uint16Array(size);
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    while (j & bit) {
      j ^= bit;
      bit >>= 1;
    }
    j |= bit;
    order[i] = j;
  }
  return order;
}

/** In-place complex transform of 256 points whose input stands in bit-reversed order. */
function transform(re: Float64Array, im: Float64Array, cos: Float64Array, sin: Float64Array) {
  for (let width = 1; width < HALF; width *= 2) {
    const step = HALF / width; // the tables hold 512 steps per turn; a butterfly of 2·width needs every step-th
    for (let k = 0; k < width; k++) {
      const c = cos[k * step]!;
      const s = -sin[k * step]!;
      for (let a = k; a < HALF; a += 2 * width) {
        const b = a + width;
        const tr = re[b]! * c - im[b]! * s;
        const ti = re[b]! * s + im[b]! * c;
        re[b] = re[a]! - tr;
        im[b] = im[a]! - ti;
        re[a] = re[a]! + tr;
        im[a] = im[a]! + ti;
      }
    }
  }
}

/** Even samples went in as the real part and odd ones as the imaginary part: takes them apart into the power of all 512. */
function split(re: Float64Array, im: Float64Array, cos: Float64Array, sin: Float64Array, power: Float64Array) {
  power[0] = (re[0]! + im[0]!) ** 2;
  power[HALF] = (re[0]! - im[0]!) ** 2;
  for (let k = 1; k < HALF; k++) {
    const m = HALF - k;
    const evenRe = (re[k]! + re[m]!) / 2;
    const evenIm = (im[k]! - im[m]!) / 2;
    const oddRe = (im[k]! + im[m]!) / 2;
    const oddIm = (re[m]! - re[k]!) / 2;
    const c = cos[k]!;
    const s = sin[k]!;
    const xr = evenRe + oddRe * c + oddIm * s;
    const xi = evenIm + oddIm * c - oddRe * s;
    power[k] = xr * xr + xi * xi;
  }
}
