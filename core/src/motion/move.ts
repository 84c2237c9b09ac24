import type { Speech } from '../speech/speech.ts';
import { Face, type MotionOptions } from './face.ts';
import type { MotionFrame } from './pose.ts';

export type { MotionOptions } from './face.ts';

/**
 * Speech → motion: ceil(duration · fps) poses, in order. Memory does not grow with the speech. The same speech, however it is cut into
 * chunks, with the same options gives the same bytes.
 */
export const move = (speech: Speech, options: MotionOptions): AsyncGenerator<MotionFrame> =>
  new Face(options).speak(speech);

/** The motion of a face that only listens, until `signal` ends it. A face that does both in turn is a `Face`. */
export const idle = (options: MotionOptions, signal: AbortSignal): AsyncGenerator<MotionFrame> =>
  new Face(options).idle(signal);
