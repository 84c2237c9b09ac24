import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { videoInput } from '../avatars/training-video.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { FfmpegProcess } from '../media/ffmpeg-process.ts';
import { sniffType } from '../uploads/sniff.ts';

/** Frames of a video among which the most usual one is chosen: four seconds, without the black of a beginning. */
const LOOKED_AT = 100;

/**
 * The picture that a source is animated from: itself, or of a video the frame that is most like those around it. `folder` is for the
 * video meanwhile.
 * @throws {OratorError} `upload/unsupported`, `video/unsupported`, `cancelled`.
 */
export async function stillOf(
  source: Uint8Array,
  { ffmpeg, folder, signal }: { readonly ffmpeg: Ffmpeg; readonly folder: string; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  if (!sniffType(source.subarray(0, 64)).startsWith('video/')) return source;
  const path = join(folder, `source-${randomUUID()}`);
  await writeFile(path, source);
  try {
    const pick = [
      '-map',
      '0:v:0',
      '-vf',
      `thumbnail=${LOOKED_AT}`,
      '-frames:v',
      '1',
      '-c:v',
      'png',
      '-f',
      'image2pipe',
    ];
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
  } finally {
    await rm(path, { force: true });
  }
}
