import type { Fps } from '../base/units.ts';
import type { AudioChunk } from '../media/audio-chunk.ts';
import type { Frame } from '../media/frame.ts';
import type { MotionFrame } from '../motion/pose.ts';

/** What an engine can be asked for, known without opening it. */
export interface EngineInfo {
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  readonly title: string;
  /** What is animated. */
  readonly subject: 'portrait' | 'video' | 'rig';
  /** What drives it: drawn engines read motion, neural ones read audio. */
  readonly reads: 'motion' | 'audio';
  /** Names of the weights that it draws with, the best liked first: one of them is enough. None for the built-in engines. */
  readonly models: readonly string[];
}

/** One opened use of an engine. Disposing it frees everything it holds. */
export interface EngineSession<Input extends MotionFrame | AudioChunk = MotionFrame> extends AsyncDisposable {
  readonly width: number;
  readonly height: number;
  readonly fps: Fps;
  /**
   * One frame per 1/fps of input, in order, from 0. The reader disposes each frame; at most four may be held at a time.
   * Takes what the engine `reads`.
   */
  frames(input: AsyncIterable<Input>): AsyncIterable<Frame>;
}

/**
 * A way to animate a subject.
 * @throws {OratorError} from `open`, before any frame is drawn: `face/…` for a subject it cannot animate, `model/missing`.
 */
export interface Engine<Setup, Input extends MotionFrame | AudioChunk = MotionFrame> extends EngineInfo {
  open(setup: Setup): Promise<EngineSession<Input>>;
}
