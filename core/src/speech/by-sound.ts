import { hertz } from '../base/units.ts';
import type { AudioChunk } from '../media/audio-chunk.ts';
import { Resampler } from '../media/resample.ts';
import type { Speech, VisemeSpan } from './speech.ts';

/** The rate that the viseme model listens at. */
export const LISTENING_RATE = hertz(16_000);

/** What finds mouth shapes in sound at `LISTENING_RATE`, chunk by chunk. */
export interface VisemeListener {
  push(pcm: Float32Array): readonly VisemeSpan[];
  end(): readonly VisemeSpan[];
}

/**
 * Speech from sound alone: lips timed by what is heard. The sound passes by untouched; the spans trail it by the listener's latency.
 * How the sound is cut into chunks changes nothing but when spans arrive.
 */
export async function* speechBySound(sound: AsyncIterable<AudioChunk>, listener: VisemeListener): Speech {
  let resampler: Resampler | undefined;
  let held: AudioChunk | undefined; // one chunk is held back, so that the last one can carry the listener's last spans
  let spans: VisemeSpan[] = [];
  for await (const audio of sound) {
    resampler ??= new Resampler(audio.rate, LISTENING_RATE);
    if (held) yield { audio: held, spans, marks: [] };
    spans = [...listener.push(resampler.push(audio.pcm))];
    held = audio;
  }
  if (!resampler || !held) return;
  yield { audio: held, spans: [...spans, ...listener.push(resampler.end()), ...listener.end()], marks: [] };
}
