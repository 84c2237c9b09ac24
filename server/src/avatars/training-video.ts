import { extname, join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { decodedPictures, type LentPicture, PICTURES_OUT } from '../media/decoded-pictures.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { FfmpegProcess } from '../media/ffmpeg-process.ts';
import { videoInput } from '../media/video-input.ts';
import { stopIfAborted, unsupported } from './refusals.ts';

/** A file that an avatar is made from. */
export interface TrainingVideo {
  readonly path: string;
  /** Its name where it came from, when `path` does not have it; only its suffix is used, and only to name an unsupported format. */
  readonly name?: string;
  /** What the server that it came from called it. */
  readonly contentType?: string;
}

/** What is known of a video before it is decoded; of its length, only what its maker says. */
export interface VideoInfo {
  /** The container as ffmpeg names it, e.g. `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly container: string;
  /** `null` when the file does not say. */
  readonly durationSeconds: number | null;
  /** Of its frames as they are decoded: upright, square pixels, even sides, not larger than asked for. */
  readonly width: number;
  readonly height: number;
}

/** The rate that LiveTalking plays avatars at, whatever they were filmed at. */
export const AVATAR_FPS = 25;
/**
 * Reads what a video says about itself, and tries its first picture. `longestSide` is what frames are scaled down to.
 * @throws {OratorError} `video/unsupported` for anything without moving pictures, `ffmpeg/…`, `cancelled`.
 */
export async function probeVideo(
  ffmpeg: Ffmpeg,
  video: TrainingVideo,
  longestSide: number,
  signal: AbortSignal,
): Promise<VideoInfo> {
  stopIfAborted(signal);
  const shrink = `min(1,${longestSide}/max(iw*sar,ih))`;
  const even = (side: string) => `'trunc(${side}*${shrink}/2)*2'`;
  const scale = `[0:V:0]scale=w=${even('iw*sar')}:h=${even('ih')}`; // V: no cover pictures of songs
  await using process = new FfmpegProcess(
    ffmpeg,
    [...videoInput(video.path), '-filter_complex', scale, '-frames:v', '1', '-f', 'null', '-'],
    { signal },
  );
  process.output.resume();
  const { code } = await process.patiently(process.exited);
  const [read = '', written = ''] = process.head.split(/^Output #/m);
  const container = /Input #0, (\S+), from/.exec(read)?.[1] ?? '';
  const [, width, height] = /Video:.*?, (\d+)x(\d+)/.exec(written) ?? [];
  if (code !== 0 || width === undefined) {
    const failure = process.failure();
    const theirs = failure.code === 'ffmpeg/failed' && code !== null;
    throw theirs ? unsupported(formatOf(video, container), failure) : failure;
  }
  return { container, durationSeconds: durationOf(read), width: Number(width), height: Number(height) };
}

function durationOf(head: string): number | null {
  const [, hours, minutes, rest] = /Duration: (\d+):(\d+):([\d.]+)/.exec(head) ?? [];
  return rest === undefined ? null : Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

/** How a refusal names the format of a file: by its container, else its suffix, else what its server called it. */
export function formatOf({ path, name = path, contentType }: TrainingVideo, container: string): string {
  const suffix = /^\.([a-z0-9]{1,8})$/.exec(extname(name).toLowerCase())?.[1];
  const containers = container.split(',');
  if (suffix !== undefined && containers.includes(suffix)) return suffix;
  const type = /^[\w.+/-]{1,80}/.exec(contentType ?? '')?.[0];
  return containers[0] || suffix || type || 'unknown';
}

/** How a training video is decoded. */
interface Decoding {
  /** Of every frame: some recordings change theirs on the way. */
  readonly width: number;
  readonly height: number;
  /** At most so many frames come. */
  readonly limit: number;
  /** Where each frame is also written as `00000000.png` and so on; complete once the frames have ended. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * ffmpeg's own PNG encoder takes 29 ms for 720p where sharp takes 50 to 75, and its frames need not come here first. Of its filters
 * `up` is the fastest and makes the smallest files; level 2 costs no more than 1.
 */
const PNG_CODEC = ['-c:v', 'png', '-pred', 'up', '-compression_level', '2', '-pix_fmt', 'rgb24'];

/**
 * The pictures of a video at 25 per second, upright. A reader may hold several at once; memory of those given back is
 * used again.
 * @throws {OratorError} `video/unsupported` when the first picture cannot be decoded, `output/disk-full`, `ffmpeg/…`, `cancelled`.
 */
export async function* readFrames(
  ffmpeg: Ffmpeg,
  video: TrainingVideo,
  { width, height, limit, folder, signal }: Decoding,
): AsyncGenerator<LentPicture> {
  const sized = `fps=${AVATAR_FPS},scale=${width}:${height},setsar=1`;
  const frames = ['-frames:v', String(limit)];
  stopIfAborted(signal);
  await using process = new FfmpegProcess(
    ffmpeg,
    [
      ...[...videoInput(video.path), '-filter_complex', `[0:V:0]${sized},split[kept][seen]`],
      ...['-map', '[kept]', ...frames, ...PNG_CODEC, '-start_number', '0', '-f', 'image2', pictureFiles(folder)],
      ...['-map', '[seen]', ...frames, ...PICTURES_OUT],
    ],
    { signal },
  );
  let started = false;
  try {
    for await (const picture of decodedPictures(process, width, height)) {
      started = true;
      yield picture;
    }
  } catch (thrown) {
    const error = OratorError.from(thrown);
    throw !started && error.code === 'ffmpeg/failed' ? unsupported(formatOf(video, ''), error) : error;
  }
}

/** ffmpeg's pattern for `pictureName`: in its paths, a % begins a number. */
const pictureFiles = (folder: string) => `file:${join(folder.replaceAll('%', '%%'), '%08d.png')}`;
