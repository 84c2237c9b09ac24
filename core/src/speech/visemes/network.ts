import { VISEMES } from '../viseme.ts';
import { FEATURES } from './features.ts';
import { type LayerRunner, layersOf, NETWORK_FRAMES } from './layers.ts';
import { BLOCK_TAPS, type VisemeWeights } from './weights.ts';

const OUTPUTS = VISEMES.length;

/**
 * Opens the causal network. Each call reads the 80 features of the next one or two frames and returns 15 posteriors for each
 * (they sum to 1), for the frame `lookAhead` before it, in an array that holds until the next call. No call allocates, and
 * how frames are shared out over calls does not change a bit.
 */
export function createVisemeNetwork(weights: VisemeWeights): (features: Float32Array, frames: 1 | 2) => Float32Array {
  const { channels, firstTaps, dilations } = weights;
  const [first, ...rest] = layersOf(weights) as [LayerRunner, ...LayerRunner[]];
  const last = rest.pop()!;
  const hear = createTaps(FEATURES, firstTaps, 1);
  const blocks = rest.map((layer, i) => ({ layer, gather: createTaps(channels, BLOCK_TAPS, dilations[i]!) }));
  const state = new Float32Array(NETWORK_FRAMES * channels);
  const posteriors = new Float32Array(NETWORK_FRAMES * OUTPUTS);

  return (features, frames) => {
    hear(features, frames, first.input);
    first.run(frames);
    state.fill(0);
    addPositive(first, state, channels, frames);
    for (const { layer, gather } of blocks) {
      gather(state, frames, layer.input);
      layer.run(frames);
      addPositive(layer, state, channels, frames);
    }
    for (let i = 0; i < frames * channels; i++) last.input[i] = state[i]!;
    last.run(frames);
    for (let frame = 0; frame < frames; frame++) {
      softmax(last.output, frame * last.pitch, posteriors, frame * OUTPUTS);
    }
    return posteriors;
  };
}

/** Adds what a layer gave, where it is above 0. */
function addPositive({ output, pitch }: LayerRunner, state: Float32Array, channels: number, frames: number): void {
  for (let frame = 0, to = 0; frame < frames; frame++) {
    const from = frame * pitch;
    for (let i = 0; i < channels; i++, to++) {
      const change = output[from + i]!;
      if (change > 0) state[to] = state[to]! + change;
    }
  }
}

/** A ring of past inputs, zeros at first; each call adds one or two and writes the taps of each side by side, oldest first. */
function createTaps(width: number, taps: number, dilation: number) {
  const size = (taps - 1) * dilation + 1;
  const ring = new Float32Array(size * width);
  let at = 0;
  return (input: Float32Array, frames: number, into: Float32Array): void => {
    for (let frame = 0, to = 0; frame < frames; frame++) {
      const newest = at * width;
      for (let i = 0; i < width; i++) ring[newest + i] = input[frame * width + i]!;
      for (let tap = taps - 1; tap >= 0; tap--, to += width) {
        const from = ((at + size - tap * dilation) % size) * width;
        for (let i = 0; i < width; i++) into[to + i] = ring[from + i]!;
      }
      at = (at + 1) % size;
    }
  };
}

function softmax(logits: Float32Array, from: number, posteriors: Float32Array, to: number) {
  let largest = -Infinity;
  for (let i = 0; i < OUTPUTS; i++) largest = Math.max(largest, logits[from + i]!);
  let sum = 0;
  for (let i = 0; i < OUTPUTS; i++) sum += Math.exp(logits[from + i]! - largest);
  for (let i = 0; i < OUTPUTS; i++) posteriors[to + i] = Math.exp(logits[from + i]! - largest) / sum;
}
