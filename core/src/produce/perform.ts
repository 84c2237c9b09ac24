import type { EngineSession } from '../engines/engine.ts';
import type { AudioChunk } from '../media/audio-chunk.ts';
import type { Frame } from '../media/frame.ts';
import type { MotionFrame } from '../motion/pose.ts';
import type { Speech, SpeechChunk } from '../speech/speech.ts';
import type { Stopwatch } from './stopwatch.ts';

/** What a performance gives: sound as it comes, and each frame after the sound it belongs to. */
export type PerformanceItem =
  | { readonly type: 'audio'; readonly chunk: AudioChunk }
  | { readonly type: 'frame'; readonly frame: Frame };

/** An engine that draws motion, or one that hears the sound itself. */
export type Performer =
  | {
      readonly reads: 'motion';
      readonly session: EngineSession<MotionFrame>;
      /** Speech → motion; the options of the request are already inside. */
      readonly move: (speech: Speech) => AsyncIterable<MotionFrame>;
    }
  | { readonly reads: 'audio'; readonly session: EngineSession<AudioChunk> };

/** The parts of one performance. */
export type Cast = Performer & { readonly speech: Speech };

/**
 * The flow itself: speech → motion → frames, the sound passing by untouched. A clip reads it as fast as it can write,
 * a live session with a clock. The reader disposes the frames; leaving early stops every stage.
 */
export async function* perform(cast: Cast, stopwatch: Stopwatch): AsyncGenerator<PerformanceItem> {
  const heard: AudioChunk[] = [];
  const speech = overheard(stopwatch.through('speech', cast.speech), heard);
  for await (const frame of stopwatch.through('frames', framesOf(cast, speech, stopwatch))) {
    for (let chunk = heard.shift(); chunk; chunk = heard.shift()) yield { type: 'audio', chunk };
    yield { type: 'frame', frame };
  }
  for (let chunk = heard.shift(); chunk; chunk = heard.shift()) yield { type: 'audio', chunk };
}

const framesOf = (cast: Performer, speech: Speech, stopwatch: Stopwatch): AsyncIterable<Frame> =>
  cast.reads === 'audio'
    ? cast.session.frames(soundOf(speech))
    : cast.session.frames(stopwatch.through('motion', cast.move(speech)));

async function* soundOf(speech: Speech): AsyncGenerator<AudioChunk> {
  for await (const { audio } of speech) if (audio.pcm.length > 0) yield audio;
}

/** Passes speech on and keeps its sound for the other reader. */
async function* overheard(speech: Speech, heard: AudioChunk[]): AsyncGenerator<SpeechChunk> {
  for await (const chunk of speech) {
    if (chunk.audio.pcm.length > 0) heard.push(chunk.audio);
    yield chunk;
  }
}
