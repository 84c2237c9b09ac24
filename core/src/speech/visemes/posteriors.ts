import { VISEMES } from '../viseme.ts';
import { createFeatureStream, FEATURES, HOP } from './features.ts';
import { NETWORK_FRAMES } from './layers.ts';
import { createVisemeNetwork } from './network.ts';
import type { VisemeWeights } from './weights.ts';

const OUTPUTS = VISEMES.length;

/** Posteriors of sound as it arrives. Frame `n` describes the moment `0.01 n` seconds; the network's delay is undone. */
export interface PosteriorStream {
  /** Reads 16 kHz samples in -1..1; calls `emit` once per frame, in order, with 15 numbers that hold until it returns. */
  push(pcm: Float32Array, emit: (posteriors: Float32Array) => void): void;
  /** The sound is over: emits the frames that were waiting, so that there are floor(samples / 160) + 1 in all. */
  end(emit: (posteriors: Float32Array) => void): void;
}

/** Opens a stream from sound to posteriors: a frame is emitted once `lookAhead` further frames of sound have arrived. */
export function createPosteriorStream(weights: VisemeWeights): PosteriorStream {
  const features = createFeatureStream();
  const network = createVisemeNetwork(weights);
  const waiting = new Float32Array(NETWORK_FRAMES * FEATURES);
  const views = Array.from({ length: NETWORK_FRAMES }, (_, i) => i * OUTPUTS);
  const one = new Float32Array(OUTPUTS);
  let queued = 0;
  let skip = weights.lookAhead;
  let samples = 0;
  let emitted = 0;
  let receive: (posteriors: Float32Array) => void = () => {};

  const flush = () => {
    if (queued === 0) return;
    const answers = network(waiting, queued === 1 ? 1 : 2);
    for (let i = 0; i < queued; i++) {
      if (skip > 0) {
        skip--;
        continue;
      }
      const from = views[i]!;
      for (let k = 0; k < OUTPUTS; k++) one[k] = answers[from + k]!;
      emitted++;
      receive(one);
    }
    queued = 0;
  };
  const enqueue = (frame: Float32Array) => {
    waiting.set(frame, queued * FEATURES);
    queued++;
    if (queued === NETWORK_FRAMES) flush();
  };

  return {
    push(pcm, emit) {
      receive = emit;
      samples += pcm.length;
      features.push(pcm, enqueue);
      flush();
    },
    end(emit) {
      if (samples === 0) return;
      const total = Math.floor(samples / HOP) + 1;
      receive = (posteriors) => {
        if (emitted <= total) emit(posteriors);
      };
      const wanted = (total + weights.lookAhead) * HOP; // the sample that finishes the last frame to be heard
      features.pad(wanted - samples, enqueue);
      flush();
    },
  };
}

/** Posteriors of a whole recording at 16 kHz: [floor(samples / 160) + 1 frames][15], the network's delay undone. */
export function posteriorsOf(pcm: Float32Array, weights: VisemeWeights): Float32Array {
  const frames = pcm.length === 0 ? 0 : Math.floor(pcm.length / HOP) + 1;
  const posteriors = new Float32Array(frames * OUTPUTS);
  let at = 0;
  const keep = (frame: Float32Array) => {
    posteriors.set(frame, at);
    at += OUTPUTS;
  };
  const stream = createPosteriorStream(weights);
  stream.push(pcm, keep);
  stream.end(keep);
  return posteriors;
}
