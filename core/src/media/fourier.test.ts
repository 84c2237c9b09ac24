import { describe, expect, test } from 'vitest';
import { randomFrom } from '../base/random.ts';
import { createPowerSpectrum } from './fourier.ts';

describe('the power spectrum', () => {
  test.each([2, 30, 210, 400, 512, 800])('of %i samples is that of the sum over all of them', (size) => {
    const random = randomFrom(size, 'fourier');
    const samples = Float64Array.from({ length: size }, () => random() - 0.5);
    const power = new Float64Array(size / 2 + 1);
    const spectrum = createPowerSpectrum(size);
    spectrum(
      samples.map(() => 1),
      power,
    ); // what came before leaves nothing behind
    spectrum(samples, power);
    for (let k = 0; k <= size / 2; k += Math.ceil(size / 40)) {
      const part = (wave: (angle: number) => number) =>
        samples.reduce((sum, value, n) => sum + value * wave((2 * Math.PI * k * n) / size), 0);
      expect(power[k]).toBeCloseTo(part(Math.cos) ** 2 + part(Math.sin) ** 2, 9);
    }
  });

  test('is not made for sizes with large primes', () => {
    expect(() => createPowerSpectrum(22)).toThrow(RangeError);
  });
});
