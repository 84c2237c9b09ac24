import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { stillOfVideo } from '../media/video-still.ts';
import { SNIFFED_BYTES, sniffType } from '../uploads/sniff.ts';

/**
 * The picture that a source is animated from: itself, or of a video the frame that is most like those around it. `folder` is for the
 * video meanwhile.
 * @throws {OratorError} `upload/unsupported`, `video/unsupported`, `cancelled`.
 */
export async function stillOf(
  source: Uint8Array,
  {
    ffmpeg,
    folder,
    signal,
  }: { readonly ffmpeg: () => Promise<Ffmpeg>; readonly folder: string; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  if (!sniffType(source.subarray(0, SNIFFED_BYTES)).startsWith('video/')) return source;
  const path = join(folder, `source-${randomUUID()}`);
  await writeFile(path, source);
  try {
    return await stillOfVideo(await ffmpeg(), path, signal);
  } finally {
    await rm(path, { force: true });
  }
}
