import { expect, test } from 'vitest';
import { FEATURES } from './features.ts';
import { createVisemeNetwork } from './network.ts';
import { posteriorsOf } from './posteriors.ts';
import { createVisemeStream } from './stream.ts';
import { tinyWeights } from './tiny-weights.ts';
import { type Layer, parseVisemeWeights } from './weights.ts';

const weights = parseVisemeWeights(tinyWeights());
const input = Array.from({ length: 25 }, (_, n) =>
  Array.from({ length: FEATURES }, (_, i) => Math.sin(n * 0.7 + i * 1.3)),
);

/** A whole causal convolution over all frames at once, written straight from its definition. */
function convolve(frames: readonly number[][], layer: Layer, taps: number, dilation: number): number[][] {
  const width = layer.columns / taps;
  return frames.map((_, n) =>
    Array.from({ length: layer.rows }, (_, row) => {
      let sum = layer.bias[row]!;
      for (let tap = 0; tap < taps; tap++) {
        const from = frames[n - (taps - 1 - tap) * dilation];
        for (let i = 0; i < width; i++) sum += layer.weights[row * layer.columns + tap * width + i]! * (from?.[i] ?? 0);
      }
      return sum;
    }),
  );
}

function slowNetwork(frames: readonly number[][]): number[][] {
  const relu = (x: number) => Math.max(0, x);
  let state = convolve(frames, weights.first, weights.firstTaps, 1).map((frame) => frame.map(relu));
  weights.blocks.forEach((block, b) => {
    const change = convolve(state, block, 3, weights.dilations[b]!);
    state = state.map((frame, n) => frame.map((z, i) => z + relu(change[n]![i]!)));
  });
  return convolve(state, weights.last, 1, 1).map((logits) => {
    const powers = logits.map(Math.exp);
    const total = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / total);
  });
}

/** Feeds the frames one by one, or in pairs where `pairs` says so. */
function fastNetwork(pairs: (n: number) => boolean): number[][] {
  const network = createVisemeNetwork(weights);
  const answers: number[][] = [];
  for (let n = 0; n < input.length; ) {
    const frames = pairs(n) && n + 1 < input.length ? 2 : 1;
    const given = Float32Array.from(input.slice(n, n + frames).flat());
    const all = [...network(given, frames)];
    for (let i = 0; i < frames; i++) answers.push(all.slice(15 * i, 15 * i + 15));
    n += frames;
  }
  return answers;
}

test('the ring buffers give what the definition of the network gives', () => {
  const slow = slowNetwork(input.map((frame) => frame.map(Math.fround)));
  for (const [n, frame] of fastNetwork(() => true).entries()) {
    for (const [i, p] of frame.entries()) expect(p).toBeCloseTo(slow[n]![i]!, 5);
  }
});

test('one frame at a time and two at a time agree to the bit', () => {
  const single = fastNetwork(() => false);
  expect(fastNetwork(() => true)).toEqual(single);
  expect(fastNetwork((n) => n % 3 === 1)).toEqual(single);
});

const sound = Float32Array.from({ length: 9_000 }, (_, i) => 0.4 * Math.sin(i * i * 1e-5) * Math.sin(i * 0.0007));

test('a recording has one frame of posteriors for every 10 ms begun, and each sums to 1', () => {
  const posteriors = posteriorsOf(sound, weights);
  expect(posteriors).toHaveLength((Math.floor(9000 / 160) + 1) * 15);
  for (let at = 0; at < posteriors.length; at += 15) {
    expect(posteriors.subarray(at, at + 15).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  }
});

test('how sound is cut into chunks changes nothing, to the bit', () => {
  const spansOf = (chunk: number) => {
    const stream = createVisemeStream(weights);
    const spans = [];
    for (let at = 0; at < sound.length; at += chunk) spans.push(...stream.push(sound.subarray(at, at + chunk)));
    spans.push(...stream.end());
    expect(spans[0]!.start).toBe(0);
    expect(spans.slice(1).map(({ start }) => start)).toEqual(spans.slice(0, -1).map(({ end }) => end));
    expect(spans.at(-1)!.end).toBe(9000 / 16_000);
    return joined(spans);
  };
  const whole = spansOf(9000);
  expect(whole.length).toBeGreaterThan(3);
  for (const chunk of [1, 37, 160, 512, 3200]) expect(spansOf(chunk)).toEqual(whole);
});

function joined(spans: readonly { viseme: string; start: number; end: number }[]) {
  const whole: { viseme: string; start: number; end: number }[] = [];
  for (const { viseme, start, end } of spans) {
    if (whole.at(-1)?.viseme === viseme) whole.at(-1)!.end = end;
    else whole.push({ viseme, start, end });
  }
  return whole;
}

test('spans trail live sound by no more than 60 ms', () => {
  const stream = createVisemeStream(weights);
  let known = 0;
  for (let at = 0; at < sound.length; at += 80) {
    for (const span of stream.push(sound.subarray(at, at + 80))) known = span.end;
    expect(Math.min(at + 80, sound.length) / 16_000 - known).toBeLessThanOrEqual(0.06);
  }
});

test('no sound gives no spans', () => {
  const stream = createVisemeStream(weights);
  expect(stream.push(new Float32Array(0))).toEqual([]);
  expect(stream.end()).toEqual([]);
});

test('a damaged weights file is refused', () => {
  const bytes = tinyWeights();
  expect(() => parseVisemeWeights(bytes.subarray(0, bytes.length - 1))).toThrow(/damaged/);
  expect(() => parseVisemeWeights(bytes.subarray(1))).toThrow(/damaged/);
});
