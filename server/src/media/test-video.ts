import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findFfmpeg } from './ffmpeg.ts';

/** Writes the first seconds of a video into another file, as they are: tests about what is done with a video need no long one. */
export async function cutVideo(source: string, seconds: number, target: string): Promise<void> {
  const { path } = await findFfmpeg({ path: process.env.PATH ?? '' });
  await promisify(execFile)(path, ['-v', 'error', '-i', source, '-t', String(seconds), '-c', 'copy', target]);
}
