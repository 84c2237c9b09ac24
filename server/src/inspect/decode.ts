import { OratorError } from '@orator/core/base/errors';
import type { Picture } from '@orator/core/media/frame';
import { FEATURE_RATE } from '@orator/core/speech/visemes/features';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { FfmpegProcess } from '../media/ffmpeg-process.ts';

/** The pictures of a clip, in order. */
export interface ClipFrames extends AsyncDisposable {
  /** Frames per second, as the clip declares it. */
  readonly fps: number;
  /** Each picture holds until the next is asked for. To be read once. */
  frames(): AsyncIterable<Picture>;
}

/** Larger pictures are scaled down: a face of 200 px shows all that is measured. */
const LONGEST_SIDE = 1280;

/**
 * Opens the pictures of a clip at its own frame rate or at another, the first at 0; frames that are late or missing are repeated.
 * @throws {OratorError} `request/invalid` for a file without pictures, `ffmpeg/…`.
 */
export async function openFrames(
  ffmpeg: Ffmpeg,
  path: string,
  signal: AbortSignal,
  rate?: number,
): Promise<ClipFrames> {
  const fps = rate ?? (await readFps(ffmpeg, path, signal));
  const fit = `scale='min(iw,${LONGEST_SIDE})':'min(ih,${LONGEST_SIDE})':force_original_aspect_ratio=decrease`;
  const filters = `fps=${fps}:start_time=0,${fit}`;
  const process = new FfmpegProcess(
    ffmpeg,
    [...input(path), '-map', '0:v:0', '-vf', filters, '-pix_fmt', 'rgba', '-c:v', 'pam', '-f', 'image2pipe', 'pipe:1'],
    { signal },
  );
  return { fps, frames: () => readPams(process), [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

/** The sound of a clip, mono at 16 kHz, its first sample at the time of the first picture. @throws {OratorError} `ffmpeg/…`. */
export async function readSound(ffmpeg: Ffmpeg, path: string, signal: AbortSignal): Promise<Float32Array> {
  // A sound that starts later than the picture is kept late: silence is put before it.
  const placed = 'aresample=async=1:first_pts=0';
  await using process = new FfmpegProcess(
    ffmpeg,
    [...input(path), '-map', '0:a:0', '-af', placed, '-ac', '1', '-ar', String(FEATURE_RATE), '-f', 'f32le', 'pipe:1'],
    { signal },
  );
  const parts: Uint8Array[] = [];
  for await (const part of process.output as AsyncIterable<Uint8Array>) parts.push(part);
  await process.succeed();
  const bytes = Buffer.concat(parts);
  return new Float32Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 2);
}

const input = (path: string) => ['-protocol_whitelist', 'file,pipe', '-i', `file:${path}`];

async function readFps(ffmpeg: Ffmpeg, path: string, signal: AbortSignal): Promise<number> {
  await using process = new FfmpegProcess(
    ffmpeg,
    [...input(path), '-map', '0:v:0', '-frames:v', '0', '-f', 'null', '-'],
    {
      signal,
    },
  );
  process.output.resume();
  await process.exited;
  const fps = Number(/Video:.*?([\d.]+) fps/.exec(process.head)?.[1]);
  if (!(fps > 0)) {
    throw new OratorError('request/invalid', 'The clip has no pictures that can be read. Give a video file.', {
      cause: process.failure(),
    });
  }
  return fps;
}

/** Cuts a stream of PAM files into pictures that share one memory. */
async function* readPams(process: FfmpegProcess): AsyncGenerator<Picture> {
  const parts = process.output.iterator() as AsyncIterator<Uint8Array>;
  let rest: Uint8Array = new Uint8Array(0);
  const more = async () => {
    const { value, done } = await process.patiently(parts.next());
    return done ? null : value;
  };
  let pixels = new Uint8ClampedArray(0);
  for (;;) {
    let header = headerOf(rest);
    while (header === null) {
      const part = await more();
      if (part === null) return process.succeed();
      rest = rest.length > 0 ? Buffer.concat([rest, part]) : part;
      header = headerOf(rest);
    }
    const { width, height, length } = header;
    const size = width * height * 4;
    if (pixels.length !== size) pixels = new Uint8ClampedArray(size);
    rest = rest.subarray(length);
    for (let filled = 0; ; ) {
      const taken = rest.subarray(0, size - filled);
      pixels.set(taken, filled);
      filled += taken.length;
      rest = rest.subarray(taken.length);
      if (filled === size) break;
      const part = await more();
      if (part === null) throw process.failure();
      rest = part;
    }
    yield { width, height, pixels };
  }
}

function headerOf(bytes: Uint8Array): { width: number; height: number; length: number } | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 200)).toString('latin1');
  const found = /^P7\nWIDTH (\d+)\nHEIGHT (\d+)\n(?:[A-Z]+ \w+\n)*ENDHDR\n/.exec(text);
  return found && { width: Number(found[1]), height: Number(found[2]), length: found[0].length };
}
