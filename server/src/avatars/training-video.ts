import { extname, join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import type { Picture } from '@orator/core/media/frame';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { FfmpegProcess } from '../media/ffmpeg-process.ts';
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

/** One picture of a training video; whoever receives it disposes it, and its memory is then drawn over. */
export interface TrainingFrame extends Picture, Disposable {}

/** The rate that LiveTalking plays avatars at, whatever they were filmed at. */
export const AVATAR_FPS = 25;
/**
 * Containers that a video may come in: each holds its own pictures. Formats that name further files (playlists, scripts, image
 * sequences) are left out on purpose, and so are single pictures.
 */
const VIDEO_DEMUXERS = 'asf,avi,flv,matroska,mov,mpeg,mpegts,mxf,nut,ogg';
/** 8K; a forged header may ask for more. */
const LARGEST_FRAME_PIXELS = 7680 * 4320;
/** Room for one decoded 8K frame with 16 bits a channel. */
const LARGEST_ALLOCATION_BYTES = 512 << 20;
/** The header of a PAM file of our frames takes about 70 bytes. */
const HEADER_BYTES = 200;

/** How ffmpeg is told to open a video from outside: by itself, whatever it says about other files, and within limits. */
export const videoInput = (path: string): string[] => [
  ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', VIDEO_DEMUXERS],
  ...['-max_alloc', String(LARGEST_ALLOCATION_BYTES), '-max_pixels', String(LARGEST_FRAME_PIXELS)],
  ...['-i', `file:${path}`],
];

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
): AsyncGenerator<TrainingFrame> {
  const sized = `fps=${AVATAR_FPS},scale=${width}:${height},setsar=1`;
  const frames = ['-frames:v', String(limit)];
  stopIfAborted(signal);
  await using process = new FfmpegProcess(
    ffmpeg,
    [
      ...[...videoInput(video.path), '-filter_complex', `[0:V:0]${sized},split[kept][seen]`],
      ...['-map', '[kept]', ...frames, ...PNG_CODEC, '-start_number', '0', '-f', 'image2', pictureFiles(folder)],
      ...['-map', '[seen]', ...frames, '-pix_fmt', 'rgba', '-c:v', 'pam', '-f', 'image2pipe', 'pipe:1'],
    ],
    { signal },
  );
  const reader = new PieceReader(process);
  const first = await reader.peek(HEADER_BYTES);
  if (first === null) {
    await process.exited;
    const failure = process.failure();
    throw failure.code === 'ffmpeg/failed' ? unsupported(formatOf(video, ''), failure) : failure;
  }
  const header = readHeader(first, width, height);
  const free: Uint8ClampedArray[] = [];
  const here = Buffer.alloc(header.length);
  while (await reader.fill(here)) {
    if (!here.equals(header)) throw notPictures();
    const pixels = free.pop() ?? new Uint8ClampedArray(width * height * 4);
    if (!(await reader.fill(pixels))) throw process.failure();
    yield lend({ width, height, pixels }, free);
  }
  await process.succeed();
}

/** ffmpeg's pattern for `pictureName`: in its paths, a % begins a number. */
const pictureFiles = (folder: string) => `file:${join(folder.replaceAll('%', '%%'), '%08d.png')}`;

function lend(picture: Picture & { readonly pixels: Uint8ClampedArray }, free: Uint8ClampedArray[]): TrainingFrame {
  let held = true;
  return {
    ...picture,
    [Symbol.dispose]() {
      if (held) free.push(picture.pixels);
      held = false;
    },
  };
}

/** What stands before each picture. */
function readHeader(bytes: Buffer, width: number, height: number): Buffer {
  const found = /^P7\nWIDTH (\d+)\nHEIGHT (\d+)\n(?:[A-Z]+ \w+\n)*ENDHDR\n/.exec(bytes.toString('latin1'));
  if (Number(found?.[1]) !== width || Number(found?.[2]) !== height) throw notPictures();
  return Buffer.from(found![0], 'latin1');
}

const notPictures = () => new OratorError('internal', 'ffmpeg answered with other pictures than those asked for.');

/** Cuts what a process writes into pieces of known length. */
class PieceReader {
  readonly #process: FfmpegProcess;
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(process: FfmpegProcess) {
    this.#process = process;
    this.#parts = process.output.iterator() as AsyncIterator<Uint8Array>;
  }

  /** The next bytes, which stay; `null` when there are none, fewer at the end. */
  async peek(count: number): Promise<Buffer | null> {
    while (this.#rest.length < count) {
      const part = await this.#next();
      if (part === null) break;
      this.#rest = Buffer.concat([this.#rest, part]);
    }
    return this.#rest.length === 0 ? null : Buffer.from(this.#rest.subarray(0, count));
  }

  /** Fills `target`; `false` when the bytes end before that. */
  async fill(target: Uint8Array | Uint8ClampedArray): Promise<boolean> {
    for (let filled = 0; filled < target.length; ) {
      if (this.#rest.length === 0) {
        const part = await this.#next();
        if (part === null) return false;
        this.#rest = part;
      }
      const taken = this.#rest.subarray(0, target.length - filled);
      target.set(taken, filled);
      filled += taken.length;
      this.#rest = this.#rest.subarray(taken.length);
    }
    return true;
  }

  async #next(): Promise<Uint8Array | null> {
    const { value, done } = await this.#process.patiently(this.#parts.next());
    return done ? null : value;
  }
}
