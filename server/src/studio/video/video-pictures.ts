import { OratorError } from '@orator/core/base/errors';
import type { Fps } from '@orator/core/base/units';
import { type ClipSize, frameFor } from '@orator/core/media/framing';
import { probeVideo } from '../../avatars/training-video.ts';
import { decodedPictures, type LentPicture, PICTURES_OUT } from '../../media/decoded-pictures.ts';
import type { Ffmpeg } from '../../media/ffmpeg.ts';
import { FfmpegProcess } from '../../media/ffmpeg-process.ts';
import { videoInput } from '../../media/video-input.ts';
import { Output } from '../../output.ts';

/** How a video is to be read. */
interface Reading {
  readonly size: ClipSize;
  readonly fps: Fps;
  /** A name beside which its pictures may be kept while they are read again; nothing gets that name. */
  readonly beside: string;
  readonly signal: AbortSignal;
}

/** H.264 level 5.2 ends at this long side, as for pictures. */
const LONGEST_SIDE = 4096;
/** Pictures that are held at once while a video is read backwards. */
const HELD_BYTES = 24 << 20;
/**
 * Pictures that are read again are kept as JPEG of the highest quality: each can be reached at once, and a minute of 720p takes 200 MB. Its
 * colours are those that JPEG always means, whatever the video's are.
 */
const KEPT_CODEC = ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p', '-an', '-f', 'avi'];
const KEPT_COLOURS = 'out_color_matrix=bt601:out_range=pc';

/** A video as the pictures of a clip, upright, of the clip's size and rate: forth, and then again in any direction. */
export class VideoPictures implements AsyncDisposable {
  /** In pixels, even. */
  readonly width: number;
  readonly height: number;
  readonly warnings: readonly string[];
  readonly #ffmpeg: Ffmpeg;
  readonly #path: string;
  readonly #reading: Reading;
  /** Memory of pictures that were given back, for those to come. */
  readonly #free: Uint8ClampedArray[] = [];
  #kept: Output | undefined;

  private constructor(ffmpeg: Ffmpeg, path: string, reading: Reading, size: ReturnType<typeof frameFor>) {
    this.#ffmpeg = ffmpeg;
    this.#path = path;
    this.#reading = reading;
    this.width = size.width;
    this.height = size.height;
    this.warnings = size.warnings;
  }

  /** @throws {OratorError} `video/unsupported`, `ffmpeg/…`, `cancelled` */
  static async open(ffmpeg: Ffmpeg, path: string, reading: Reading): Promise<VideoPictures> {
    const info = await probeVideo(ffmpeg, { path }, LONGEST_SIDE, reading.signal).catch((thrown: unknown) => {
      const error = OratorError.from(thrown);
      if (error.code !== 'video/unsupported') throw error;
      throw new OratorError(error.code, `${error.message}. Give a file with moving pictures.`, { cause: thrown });
    });
    const size = reading.size === 'auto' ? 'source' : reading.size;
    const middle = { x: info.width / 2, y: info.height / 2, iod: 1 };
    return new VideoPictures(ffmpeg, path, reading, frameFor(info, middle, { size, crop: 'full' }));
  }

  /** All pictures, first to last, as they are decoded. */
  async *forth(): AsyncGenerator<LentPicture> {
    const filter = `[0:V:0]fps=${this.#reading.fps},scale=${this.width}:${this.height},setsar=1`;
    yield* this.#read([...videoInput(this.#path), '-filter_complex', filter]);
  }

  /** The pictures from `first` on once more. */
  async *again(first: number): AsyncGenerator<LentPicture> {
    yield* this.#read(await this.#from(first));
  }

  /** The pictures before `end`, last to first. */
  async *back(end: number): AsyncGenerator<LentPicture> {
    const most = Math.max(1, Math.floor(HELD_BYTES / (this.width * this.height * 4)));
    for (let stop = end; stop > 0; ) {
      const start = Math.max(0, stop - most);
      const held: LentPicture[] = [];
      try {
        const input = [...(await this.#from(start)), '-frames:v', String(stop - start)];
        for await (const picture of this.#read(input)) held.push(picture);
        for (let picture = held.pop(); picture; picture = held.pop()) {
          using shown = picture;
          yield shown;
        }
      } finally {
        for (const picture of held) picture[Symbol.dispose]();
      }
      stop = start;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kept?.[Symbol.asyncDispose]();
  }

  async *#read(input: readonly string[]): AsyncGenerator<LentPicture> {
    const { signal } = this.#reading;
    await using process = new FfmpegProcess(this.#ffmpeg, [...input, ...PICTURES_OUT], { signal });
    yield* decodedPictures(process, this.width, this.height, this.#free);
  }

  /** The kept pictures from one on, as ffmpeg's input; the first time they are made. */
  async #from(first: number): Promise<string[]> {
    this.#kept ??= await this.#keep();
    // Half a picture early: times in the file are rounded.
    const at = Math.max(0, (first - 0.5) / this.#reading.fps);
    return ['-ss', at.toFixed(6), ...videoInput(this.#kept.temporary), '-map', '0:v:0'];
  }

  async #keep(): Promise<Output> {
    const { fps, beside, signal } = this.#reading;
    const kept = await Output.reserve(`${beside}.frames`);
    try {
      const filter = `[0:V:0]fps=${fps},scale=${this.width}:${this.height}:${KEPT_COLOURS},setsar=1`;
      const out = [...KEPT_CODEC, '-progress', 'pipe:1', '-y', `file:${kept.temporary}`];
      const input = [...videoInput(this.#path), '-filter_complex', filter];
      await using process = new FfmpegProcess(this.#ffmpeg, [...input, ...out], { signal });
      const said = process.output.iterator();
      while (!(await process.patiently(said.next())).done); // it says how far it is
      await process.succeed();
      return kept;
    } catch (thrown) {
      await kept[Symbol.asyncDispose]();
      throw thrown;
    }
  }
}
