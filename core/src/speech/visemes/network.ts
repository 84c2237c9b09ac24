import { VISEMES } from '../viseme.ts';
import { FEATURES } from './features.ts';
import { createLayer } from './layer.ts';
import { BLOCK_TAPS, type VisemeWeights } from './weights.ts';

const OUTPUTS = VISEMES.length;
/** The most frames that one call takes: two share every read of a weight, which makes each a third cheaper. */
export const NETWORK_FRAMES = 2;

/**
 * Opens the causal network. Each call reads the 80 features of the next one or two frames and returns 15 posteriors for each
 * (they sum to 1), for the frame `lookAhead` before it, in an array that holds until the next call. No call allocates, and
 * how frames are shared out over calls does not change a bit.
 */
export function createVisemeNetwork(weights: VisemeWeights): (features: Float32Array, frames: 1 | 2) => Float32Array {
  const { channels, firstTaps, dilations } = weights;
  const first = createLayer(weights.first);
  const last = createLayer(weights.last);
  const input = createTaps(FEATURES, firstTaps, 1);
  const blocks = weights.blocks.map((layer, i) => ({
    run: createLayer(layer),
    taps: createTaps(channels, BLOCK_TAPS, dilations[i]!),
  }));
  const heard = new Float64Array(NETWORK_FRAMES * FEATURES);
  const state = new Float64Array(NETWORK_FRAMES * channels);
  const change = new Float64Array(NETWORK_FRAMES * channels);
  const logits = new Float64Array(NETWORK_FRAMES * OUTPUTS);
  const posteriors = new Float32Array(NETWORK_FRAMES * OUTPUTS);

  return (features, frames) => {
    const count = frames * channels;
    for (let i = 0; i < frames * FEATURES; i++) heard[i] = features[i]!; // one kind of array throughout runs faster
    first(input(heard, frames), state, frames);
    for (let i = 0; i < count; i++) state[i] = Math.max(0, state[i]!);
    for (const block of blocks) {
      block.run(block.taps(state, frames), change, frames);
      for (let i = 0; i < count; i++) state[i] = state[i]! + Math.max(0, change[i]!);
    }
    last(state, logits, frames);
    for (let frame = 0; frame < frames; frame++) softmax(logits, posteriors, frame * OUTPUTS);
    return posteriors;
  };
}

/** A ring of past inputs, zeros at first; each call adds one or two and returns the taps of each side by side, oldest first. */
function createTaps(width: number, taps: number, dilation: number) {
  const size = (taps - 1) * dilation + 1;
  const ring = new Float64Array(size * width);
  const gathered = new Float64Array(NETWORK_FRAMES * taps * width);
  let at = 0;
  return (input: Float64Array, frames: number): Float64Array => {
    for (let frame = 0, to = 0; frame < frames; frame++) {
      const newest = at * width;
      for (let i = 0; i < width; i++) ring[newest + i] = input[frame * width + i]!;
      for (let tap = taps - 1; tap >= 0; tap--, to += width) {
        const from = ((at + size - tap * dilation) % size) * width;
        for (let i = 0; i < width; i++) gathered[to + i] = ring[from + i]!;
      }
      at = (at + 1) % size;
    }
    return gathered;
  };
}

function softmax(logits: Float64Array, posteriors: Float32Array, from: number) {
  let largest = -Infinity;
  for (let i = from; i < from + OUTPUTS; i++) largest = Math.max(largest, logits[i]!);
  let sum = 0;
  for (let i = from; i < from + OUTPUTS; i++) sum += Math.exp(logits[i]! - largest);
  for (let i = from; i < from + OUTPUTS; i++) posteriors[i] = Math.exp(logits[i]! - largest) / sum;
}
