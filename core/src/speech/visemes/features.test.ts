import { expect, test } from 'vitest';
import { BANDS, createFeatureStream, FEATURES, HOP } from './features.ts';

/** A made-up sound of 0.5 s: a gliding hum with a burst of noise, from formulas alone. */
const sound = Float32Array.from({ length: 8000 }, (_, i) => {
  const t = i / 16_000;
  const hum = 0.3 * Math.sin(2 * Math.PI * (120 + 200 * t) * t) + 0.1 * Math.sin(2 * Math.PI * 2300 * t);
  const noise = (((i * 7919) % 1009) / 1009 - 0.5) * (i > 4000 && i < 5000 ? 0.4 : 0.002);
  return (i < 6500 ? hum : 0) + noise;
});

function featuresOf(pcm: Float32Array, chunk: number): number[][] {
  const frames: number[][] = [];
  const stream = createFeatureStream();
  const keep = (frame: Float32Array) => frames.push([...frame]);
  for (let at = 0; at < pcm.length; at += chunk) stream.push(pcm.subarray(at, at + chunk), keep);
  stream.pad(HOP, keep);
  return frames;
}

/** Every formula of the definition written out once more, slowly: windows, a plain Fourier sum, triangles, logarithms. */
function slowFeatures(pcm: Float32Array, n: number): number[] {
  const mel = (hertz: number) => 1127 * Math.log(1 + hertz / 700);
  const edges = Array.from({ length: BANDS + 2 }, (_, i) => {
    const place = mel(60) + ((mel(7600) - mel(60)) * i) / (BANDS + 1);
    return 700 * (Math.exp(place / 1127) - 1);
  });
  const power = Array.from({ length: 257 }, (_, k) => {
    let [re, im] = [0, 0];
    for (let i = 0; i < 320; i++) {
      const x = (pcm[160 * n - 160 + i] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / 320));
      re += x * Math.cos((2 * Math.PI * k * i) / 512);
      im -= x * Math.sin((2 * Math.PI * k * i) / 512);
    }
    return (re * re + im * im) / 320;
  });
  return Array.from({ length: BANDS }, (_, band) => {
    const [left, peak, right] = edges.slice(band, band + 3) as [number, number, number];
    const sum = power.reduce((total, p, k) => {
      const hertz = (16_000 * k) / 512;
      const weight = hertz < peak ? (hertz - left) / (peak - left) : (right - hertz) / (right - peak);
      return total + Math.max(0, weight) * p;
    }, 0);
    return (Math.log(sum + 1e-8) + 9) / 4;
  });
}

test('each frame is the log-mel level around its own 10 ms, as the definition says', () => {
  const frames = featuresOf(sound, 8000);
  expect(frames).toHaveLength(51);
  for (const n of [0, 1, 17, 28, 41, 50]) {
    const slow = slowFeatures(sound, n);
    for (let band = 0; band < BANDS; band++) expect(frames[n]![band]).toBeCloseTo(slow[band]!, 5);
  }
});

test('the second half is the level without its slow mean of one second', () => {
  const frames = featuresOf(sound, 8000);
  let mean = 0;
  for (const frame of frames) {
    expect(frame).toHaveLength(FEATURES);
    mean = 0.99 * mean + 0.01 * frame[7]!;
    expect(frame[BANDS + 7]).toBeCloseTo(frame[7]! - mean, 5);
  }
});

test('chunks of any size give the same bits', () => {
  const whole = featuresOf(sound, 8000);
  for (const chunk of [1, 7, 160, 333, 4096]) expect(featuresOf(sound, chunk)).toEqual(whole);
});
