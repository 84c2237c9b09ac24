/** Splits a size into the small primes whose product it is. @throws {RangeError} when it has a prime above 7 */
function factorsOf(size: number): readonly number[] {
  const factors: number[] = [];
  let rest = size;
  for (const prime of [2, 3, 5, 7]) for (; rest % prime === 0; rest /= prime) factors.push(prime);
  if (rest !== 1) throw new RangeError(`${size} has a prime factor above 7`);
  return factors;
}

/**
 * The Fourier transform of `size` real samples, a number whose prime factors are small, with its work space. Returns a function that reads the
 * samples and writes |X[k]|² for k = 0 … size / 2 into `power`.
 */
export function createPowerSpectrum(size: number): (samples: Float64Array, power: Float64Array) => void {
  const factors = factorsOf(size);
  const cos = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  const sin = Float64Array.from({ length: size }, (_, i) => -Math.sin((2 * Math.PI * i) / size));
  let [re, im] = [new Float64Array(size), new Float64Array(size)];
  let [nextRe, nextIm] = [new Float64Array(size), new Float64Array(size)];

  /** One step by the rule of Stockham: groups of `prime` values become their own transforms, turned, in the order of the result. */
  const step = (prime: number, length: number, stride: number) => {
    const groups = length / prime;
    for (let group = 0; group < groups; group++) {
      for (let k = 0; k < stride; k++) {
        for (let i = 0; i < prime; i++) {
          let sumRe = 0;
          let sumIm = 0;
          for (let j = 0; j < prime; j++) {
            const from = k + stride * (group + groups * j);
            // Both turns at once: that of the small transform and that of the step.
            const turn = ((groups * i * j + i * group) * stride) % size;
            sumRe += re[from]! * cos[turn]! - im[from]! * sin[turn]!;
            sumIm += re[from]! * sin[turn]! + im[from]! * cos[turn]!;
          }
          const to = k + stride * (prime * group + i);
          nextRe[to] = sumRe;
          nextIm[to] = sumIm;
        }
      }
    }
    [re, im, nextRe, nextIm] = [nextRe, nextIm, re, im];
  };

  return (samples, power) => {
    re.set(samples);
    im.fill(0);
    let length = size;
    let stride = 1;
    for (const prime of factors) {
      step(prime, length, stride);
      length /= prime;
      stride *= prime;
    }
    for (let k = 0; k <= size / 2; k++) power[k] = re[k]! * re[k]! + im[k]! * im[k]!;
  };
}
