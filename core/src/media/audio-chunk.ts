import type { Hertz, Seconds } from '../base/units.ts';

/** Mono PCM, -1..1. `at` is when its first sample plays. The receiver owns `pcm`. Chunks of one stream adjoin exactly. */
export interface AudioChunk {
  readonly at: Seconds;
  readonly rate: Hertz;
  readonly pcm: Float32Array;
}
