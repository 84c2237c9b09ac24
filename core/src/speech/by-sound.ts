import { hertz, seconds } from '../base/units.ts';
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
 * Speech from sound alone: lips timed by what is heard. The sound passes by untouched and at once; the spans trail it by the listener's
 * latency, and the last ones come with a chunk that holds no sound. How the sound is cut into chunks changes nothing but when spans arrive.
 */
export async function* speechBySound(sound: AsyncIterable<AudioChunk>, listener: VisemeListener): Speech {
  let resampler: Resampler | undefined;
  let last: AudioChunk | undefined;
  for await (const audio of sound) {
    // A filter that changes nothing would hold back what it needs to look ahead.
    if (audio.rate !== LISTENING_RATE) resampler ??= new Resampler(audio.rate, LISTENING_RATE);
    yield { audio, spans: listener.push(resampler?.push(audio.pcm) ?? audio.pcm), marks: [] };
    last = audio;
  }
  if (!last) return;
  const { at, rate, pcm } = last;
  const end = { at: seconds(at + pcm.length / rate), rate, pcm: new Float32Array(0) };
  yield { audio: end, spans: [...listener.push(resampler?.end() ?? end.pcm), ...listener.end()], marks: [] };
}
