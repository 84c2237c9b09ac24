import { Readable } from 'node:stream';
import { fps, type Hertz } from '@orator/core/base/units';
import { MotionPacker } from '@orator/core/live/motion-wire';
import { move } from '@orator/core/motion/move';
import { parseEmotions } from '@orator/core/produce/emotion-list';
import type { RenderRequest } from '@orator/core/produce/request';
import type { Speech, SpeechMark } from '@orator/core/speech/speech';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { openSpeech } from './speech.ts';

/** The beginning of what a request says, for whoever has the picture: its sound, and how a face moves with it. */
export interface Preview {
  readonly rate: Hertz;
  /** Mono, -1..1; as long as the motion. */
  readonly pcm: Float32Array;
  /** A packet for each frame, in the format of `core/live/motion-wire`; the first one can be read alone. */
  readonly motion: readonly Uint8Array[];
  /** The words in it, where a text times them. */
  readonly words: readonly SpeechMark[];
}

/** What is to be seen of what is said. */
export interface PreviewOrder {
  readonly request: RenderRequest;
  /** A recording, as a file. */
  readonly audio?: string;
  /** The most that is wanted. */
  readonly seconds: number;
}

/**
 * Performs the first seconds of a request; no further than that is anything spoken or read.
 * @throws {OratorError} `audio/…`, `text/…`, `voice/…`
 */
export async function performPreview(order: PreviewOrder, ffmpeg: Ffmpeg, signal: AbortSignal): Promise<Preview> {
  const { request } = order;
  await using opened = await openSpeech(order, 'motion', ffmpeg, Readable.from([]), signal);
  const sound: Float32Array[] = [];
  const words: SpeechMark[] = [];
  const frames = move(overheard(opened.speech, sound, words), {
    ...request,
    fps: fps(request.fps),
    emotions: parseEmotions(request.emotion, request.intensity),
  });
  const packer = new MotionPacker();
  const motion: Uint8Array[] = [];
  for await (const { pose } of frames) {
    signal.throwIfAborted();
    motion.push(packer.pack(pose));
    if (motion.length >= order.seconds * request.fps) break;
  }
  const length = Math.round((motion.length / request.fps) * opened.rate);
  const ending = motion.length / request.fps;
  return { rate: opened.rate, pcm: joined(sound, length), motion, words: words.filter(({ start }) => start < ending) };
}

/** Passes speech on, and keeps what is heard of it. */
async function* overheard(speech: Speech, sound: Float32Array[], words: SpeechMark[]): Speech {
  for await (const chunk of speech) {
    sound.push(chunk.audio.pcm);
    words.push(...chunk.marks.filter(({ kind }) => kind === 'word'));
    yield chunk;
  }
}

/** The first `length` samples of parts that adjoin; silence where there are fewer. */
function joined(parts: readonly Float32Array[], length: number): Float32Array {
  const whole = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    if (at >= length) break;
    whole.set(part.subarray(0, length - at), at);
    at += part.length;
  }
  return whole;
}
