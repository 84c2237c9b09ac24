import { OratorError } from '@orator/core/base/errors';
import type { AudioInfo } from './audio-info.ts';
import type { FfmpegProcess } from './ffmpeg-process.ts';

/** −60 dBFS: below the noise of a quiet room in a speech recording, far below any word. */
const SILENCE = 0.001;
/** A declared length may be a little wrong: the last block, an encoder's delay. */
const LENGTH_TOLERANCE = { share: 0.02, seconds: 0.5 };

/**
 * Refuses sound that has been read to its end, for what only the end can tell. `length` in seconds, `peak` 0..1.
 * @throws {OratorError} `audio/empty`, `audio/unreadable` when it is shorter than it says, `audio/silent`.
 */
export function checkWhole(length: number, peak: number, info: AudioInfo, name: string): void {
  if (length === 0) {
    throw new OratorError('audio/empty', `${name} holds no samples. Give a recording with sound in it.`);
  }
  const declared = info.alone ? (info.seconds ?? 0) : 0;
  if (isCut(length, declared, LENGTH_TOLERANCE.seconds)) {
    throw brokenOff(name, `it should last ${declared.toFixed(1)} s, only ${length.toFixed(1)} s can be read`);
  }
  if (peak < SILENCE) {
    const level = peak > 0 ? `${(20 * Math.log10(peak)).toFixed(0)} dBFS` : 'nothing at all';
    throw new OratorError(
      'audio/silent',
      `${name} is silent: its loudest moment is ${level}, speech needs more than -60 dBFS. Check the recording.`,
    );
  }
}

/** Whether there is clearly less than was declared, in any unit. */
export const isCut = (there: number, declared: number, slack = 0) =>
  there < declared * (1 - LENGTH_TOLERANCE.share) - slack;

/** For a recording whose end is missing. */
export const brokenOff = (name: string, how: string, cause?: unknown) =>
  new OratorError('audio/unreadable', `${name} breaks off: ${how}. Copy or convert it again.`, { cause });

/** For a recording past the limit; `found` is its length in seconds where it says so. */
export function tooLong(name: string, maxSeconds: number, found?: number): OratorError {
  const length = found === undefined ? 'longer' : `${found.toFixed(1)} s`;
  return new OratorError(
    'audio/too-long',
    `${name} is ${length}; the limit is ${maxSeconds} s. Shorten it, or raise the longest duration (0 = any).`,
  );
}

/** Why ffmpeg could not read a source, in words that its owner understands. */
export function unreadable(process: FfmpegProcess, name: string): OratorError {
  const failure = process.failure();
  if (failure.code !== 'ffmpeg/failed') return failure;
  const opened = /^Input #0/m.test(process.head);
  const reason =
    opened && !/Stream #0.*: Audio:/.test(process.head)
      ? 'has no sound in it'
      : opened
        ? `is damaged or of an unknown kind of sound (${process.lastLine()})`
        : 'is not a recording that can be read';
  return new OratorError('audio/unreadable', `${name} ${reason}. Give a sound or video file, e.g. WAV, MP3, M4A.`, {
    cause: failure.cause,
  });
}
