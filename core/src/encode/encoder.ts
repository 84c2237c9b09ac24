import type { Fps, Hertz, Seconds } from '../base/units.ts';
import type { AudioChunk } from '../media/audio-chunk.ts';
import type { Frame } from '../media/frame.ts';

/** What a clip is made of; all of it is known before the first frame. */
export interface ClipSpec {
  readonly width: number;
  readonly height: number;
  readonly fps: Fps;
  /** Rate of the chunks that will be added. */
  readonly audioRate: Hertz;
}

/** Where the bytes of a clip are collected before they are published under their name. */
export interface ClipResult {
  readonly frames: number;
  readonly duration: Seconds;
  readonly bytes: number;
}

/**
 * Turns frames and sound into one clip. Memory does not grow with the clip's length.
 * Add sound before the frames it belongs to. It never waits for them: what runs ahead is held, 2 bytes per sample.
 * Where a frame comes without its sound, there is silence.
 */
export interface EncoderSession extends AsyncDisposable {
  /** Resolves once the encoder is ready for more. The encoder is done with the frame's pixels by then; the caller disposes it. */
  addFrame(frame: Frame): Promise<void>;
  /** Resolves once the encoder is ready for more. Chunks adjoin and start at 0. */
  addAudio(chunk: AudioChunk): Promise<void>;
  /**
   * Completes the clip and gives it its name: nothing exists under that name before. Where the picture ends before the sound, its last
   * frame stays; where the sound ends before the picture, silence follows: both last exactly as long as the frames.
   * @throws {OratorError} `output/unwritable`, `output/disk-full`, `ffmpeg/failed`
   */
  finish(metadata: Readonly<Record<string, string>>): Promise<ClipResult>;
  // Disposing without `finish` leaves no file.
}

/** A clip format that this machine can write. */
export interface Encoder {
  readonly format: 'mp4';
  /** Says why it cannot run here, or `null` when it can. */
  unavailable(): Promise<string | null>;
  /** @throws {OratorError} `output/unwritable` when `path` cannot be written, before anything is encoded. */
  open(path: string, spec: ClipSpec, signal: AbortSignal): Promise<EncoderSession>;
}
