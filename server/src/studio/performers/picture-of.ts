import { writeFile } from 'node:fs/promises';
import type { Ffmpeg } from '../../media/ffmpeg.ts';
import { stillOfVideo } from '../../media/video-still.ts';
import { Output } from '../../output.ts';
import { type Fingerprint, fingerprintFile } from '../fingerprint.ts';
import type { Scene } from './performer.ts';

/** A picture of the subject as a file, which is removed again if it was made. */
export interface SubjectPicture extends AsyncDisposable {
  readonly path: string;
  /** Of the video that it was taken from. */
  readonly video?: Fingerprint;
}

/**
 * The subject's picture: of a video the frame that is most like those around it.
 * @throws {OratorError} `video/unsupported`, `cancelled`; what is wrong with a picture is told by who reads it
 */
export async function pictureOf(
  { image, video, output }: Scene,
  ffmpeg: Ffmpeg,
  signal: AbortSignal,
): Promise<SubjectPicture> {
  if (video === undefined) return { path: image!, [Symbol.asyncDispose]: async () => {} };
  const still = await stillOfVideo(ffmpeg, video, signal);
  const file = await Output.reserve(`${output}.still`);
  await writeFile(file.temporary, still);
  return {
    path: file.temporary,
    video: await fingerprintFile(video, signal),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}
