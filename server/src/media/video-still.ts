import { OratorError } from '@orator/core/base/errors';
import type { Ffmpeg } from './ffmpeg.ts';
import { FfmpegProcess } from './ffmpeg-process.ts';
import { videoInput } from './video-input.ts';

/** Frames of a video among which the most usual one is chosen: four seconds, without the black of a beginning. */
const LOOKED_AT = 100;

/**
 * The frame of a video that is most like those around it, as PNG.
 * @throws {OratorError} `video/unsupported`, `cancelled`.
 */
export async function stillOfVideo(ffmpeg: Ffmpeg, path: string, signal: AbortSignal): Promise<Uint8Array> {
  const pick = ['-map', '0:v:0', '-vf', `thumbnail=${LOOKED_AT}`, '-frames:v', '1', '-c:v', 'png', '-f', 'image2pipe'];
  await using process = new FfmpegProcess(ffmpeg, [...videoInput(path), ...pick, 'pipe:1'], { signal });
  const parts: Uint8Array[] = [];
  for await (const part of process.output as AsyncIterable<Uint8Array>) parts.push(part);
  await process.exited;
  signal.throwIfAborted();
  if (parts.length > 0) return Buffer.concat(parts);
  throw new OratorError(
    'video/unsupported',
    'The video holds no picture that can be read. Send another one, or a photo.',
  );
}
