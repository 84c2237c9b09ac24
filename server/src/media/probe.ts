import type { Ffmpeg } from './ffmpeg.ts';
import { FfmpegProcess } from './ffmpeg-process.ts';

/** No header needs a block so large; a forged one may ask for it. */
const LARGEST_ALLOCATION_BYTES = 128 << 20;
/** 8K; a forged header may ask for more. */
const LARGEST_FRAME_PIXELS = 7680 * 4320;
/** Headers take milliseconds; a file that keeps ffmpeg searching for longer has none. */
const PATIENCE_SECONDS = 20;

/** What a sound or video file has in it, as far as its headers tell. */
export interface Streams {
  readonly sound: boolean;
  readonly pictures: boolean;
}

/**
 * Reads the headers of a file in one of the containers `demuxers` (ffmpeg's names, with commas); it is not decoded. `null` when it is
 * in none of them or its headers are damaged.
 * @throws {OratorError} `ffmpeg/…`, `cancelled`
 */
export async function probeStreams(
  ffmpeg: Ffmpeg,
  path: string,
  demuxers: string,
  signal: AbortSignal,
): Promise<Streams | null> {
  const limits = ['-max_alloc', String(LARGEST_ALLOCATION_BYTES), '-max_pixels', String(LARGEST_FRAME_PIXELS)];
  const only = ['-protocol_whitelist', 'file,pipe', '-format_whitelist', demuxers];
  const options = { signal, patienceSeconds: PATIENCE_SECONDS };
  await using process = new FfmpegProcess(ffmpeg, [...only, ...limits, '-i', `file:${path}`], options);
  const { code } = await process.patiently(process.exited);
  // Without an output it always ends with 1, once it has said what it read; anything else is a crash or our own doing.
  if (code !== 1) throw process.failure();
  if (!/^Input #0/m.test(process.head)) return null;
  const has = (kind: string) => new RegExp(`^ {2,4}Stream #0:\\d+.*?: ${kind}: `, 'm').test(process.head);
  return { sound: has('Audio'), pictures: has('Video') };
}
