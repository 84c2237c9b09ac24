import { type Seconds, seconds } from '../../base/units.ts';
import type { VisemeSpan } from '../speech.ts';
import { VISEMES } from '../viseme.ts';
import { createVisemeDecoder } from './decode.ts';
import { FEATURE_RATE, HOP } from './features.ts';
import { createPosteriorStream } from './posteriors.ts';
import type { VisemeWeights } from './weights.ts';

/** Mouth shapes of sound as it arrives. */
export interface VisemeStream {
  /** Reads 16 kHz samples in -1..1 and returns the spans that became final; together they adjoin and begin at 0. */
  push(pcm: Float32Array): VisemeSpan[];
  /** The sound is over: returns the last spans, up to its very end. */
  end(): VisemeSpan[];
}

/** Opens a stream from sound to mouth shapes. The size of the chunks changes when spans arrive and nothing else. */
export function createVisemeStream(weights: VisemeWeights): VisemeStream {
  const posteriors = createPosteriorStream(weights);
  const decode = createVisemeDecoder();
  let spans: VisemeSpan[] = [];
  let samples = 0;
  let frames = 0;
  let viseme = 0;
  let start = 0; // in samples, of the span that grows

  const close = (end: number) => {
    if (end <= start) return;
    const [from, to] = [start / FEATURE_RATE, end / FEATURE_RATE].map(seconds) as [Seconds, Seconds];
    spans.push({ viseme: VISEMES[viseme]!, start: from, end: to, stress: 0.5 });
    start = end;
  };
  const hear = (frame: Float32Array) => {
    const next = decode(frame);
    if (next !== viseme) close(borderBefore(frames));
    viseme = next;
    frames++;
  };
  const take = (end: number) => {
    close(end);
    const done = spans;
    spans = [];
    return done;
  };

  return {
    push(pcm) {
      samples += pcm.length;
      posteriors.push(pcm, hear);
      return take(borderBefore(frames));
    },
    end() {
      posteriors.end(hear);
      return take(samples);
    },
  };
}

/** Frame `n` stands for the sound around sample `160 n`: it begins half a hop before, and the first at 0. */
const borderBefore = (frame: number) => (frame === 0 ? 0 : frame * HOP - HOP / 2);
