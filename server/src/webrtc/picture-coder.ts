import { Yuv420 } from '@orator/core/media/colour';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { FfmpegProcess } from '../media/ffmpeg-process.ts';
import type { SharedPicture } from '../stream/shared-picture.ts';
import type { CodedPicture, PictureCodec, PictureReader } from './coded-picture.ts';
import { FlvPictures } from './flv-pictures.ts';
import { IvfPictures } from './ivf-pictures.ts';
import { pictureHead, pieceHead } from './matroska-feed.ts';

/** Pictures inside the encoder; what comes on top is left out. */
const MOST_PENDING = 3;
/** Frames between two key pictures that nobody asked for, and the fewest between any two: a request answered before was answered. */
const KEY_FRAMES = 250;
const FEWEST_FRAMES = 8;
/** Bits for a pixel of a frame, and the rates between which that is held, kbit/s. */
const BITS_PER_PIXEL = 0.23;
const LEAST_RATE = 300;
const MOST_RATE = 6000;

/** What a coder is opened with. */
export interface PictureCoderParts {
  readonly codec: PictureCodec;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly ffmpeg: Ffmpeg;
  /** Told of each coded picture in order, with the number of its frame. */
  readonly onPicture: (picture: CodedPicture, index: number) => void;
  /** Told once when it failed; it is of no more use then. */
  readonly onFailure: (error: unknown) => void;
}

/** Codes pictures while they are shown, in one ffmpeg child for all who watch. */
export class PictureCoder implements AsyncDisposable {
  readonly #parts: PictureCoderParts;
  readonly #closing = new AbortController();
  readonly #process: FfmpegProcess;
  readonly #yuv: Yuv420;
  readonly #reader: PictureReader;
  /** Frames that are in the encoder, oldest first. */
  readonly #inside: number[] = [];
  #writing: Promise<void>;
  #first: number | undefined;
  #wantsKey = true;
  #lastKey = Number.NEGATIVE_INFINITY;

  constructor(parts: PictureCoderParts) {
    const { codec, width, height, fps, ffmpeg } = parts;
    this.#parts = parts;
    this.#reader = codec === 'h264' ? new FlvPictures() : new IvfPictures();
    this.#yuv = new Yuv420(width, height);
    const kilobits = Math.round(
      Math.max(LEAST_RATE, Math.min(MOST_RATE, (BITS_PER_PIXEL * width * height * fps) / 1000)),
    );
    this.#process = new FfmpegProcess(ffmpeg, [...INPUT, ...outputOf(codec, kilobits)], {
      signal: this.#closing.signal,
      feeds: [0],
    });
    this.#writing = this.#process.write(0, pictureHead(width, height, fps));
    void this.#read();
    this.#writing.catch(() => {}); // told by the exit
  }

  /** Somebody cannot go on without a key picture: the next one is, unless one was just now. */
  wantKey(): void {
    this.#wantsKey = true;
  }

  /** Whether coding keeps up; where it does not, a picture is better left out. */
  get hasRoom(): boolean {
    return this.#inside.length < MOST_PENDING;
  }

  /** Takes in the picture of a frame; its pixels may change once this returns. Never throws: a failure is told elsewhere. */
  async add(picture: SharedPicture, index: number): Promise<void> {
    const taken = this.#writing.then(() => this.#yuv.take(picture)); // until then the planes are ffmpeg's
    this.#writing = taken.then(() => this.#write(index));
    this.#writing.catch(() => {}); // told by the exit
    await taken.catch(() => {}); // as well
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#process[Symbol.asyncDispose]();
  }

  async #write(index: number): Promise<void> {
    this.#first ??= index;
    const frame = index - this.#first;
    const since = frame - this.#lastKey;
    const isKey = since >= KEY_FRAMES || (this.#wantsKey && since >= FEWEST_FRAMES);
    if (isKey) {
      this.#wantsKey = false;
      this.#lastKey = frame;
    }
    const { planes } = this.#yuv;
    // Even milliseconds, and odd ones ask for a key picture; not the first time, which all others are counted from.
    const at = 2 * Math.round((frame * 500) / this.#parts.fps) + (isKey && frame > 0 ? 1 : 0);
    this.#inside.push(index);
    await Promise.all([this.#process.write(0, pieceHead(at, planes.length)), this.#process.write(0, planes)]);
  }

  #take(bytes: Uint8Array): void {
    for (const picture of this.#reader.push(bytes)) {
      const index = this.#inside.shift();
      if (index !== undefined) this.#parts.onPicture(picture, index);
    }
  }

  async #read(): Promise<void> {
    try {
      for await (const bytes of this.#process.output as AsyncIterable<Uint8Array>) this.#take(bytes);
      await this.#process.exited;
      this.#fail(this.#process.failure());
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#parts.onFailure(error);
  }
}

const INPUT = [
  ...['-v', 'error', '-protocol_whitelist', 'pipe', '-probesize', '32', '-analyzeduration', '0'],
  ...['-f', 'matroska', '-i', 'pipe:0', '-map', '0:v:0', '-vsync', 'passthrough', '-enc_time_base', '1:1000'],
  ...['-force_key_frames', 'expr:eq(mod(round(t*1000),2),1)', '-flush_packets', '1', '-threads', '1'],
];
const COLOUR = ['-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];

/** A bounded buffer: no picture takes longer to send than half a second of all. */
function outputOf(codec: PictureCodec, kilobits: number): string[] {
  const rate = ['-b:v', `${kilobits}k`, '-maxrate', `${kilobits}k`, '-bufsize', `${kilobits >> 1}k`];
  if (codec === 'h264') {
    const x264 = ['-c:v', 'libx264', '-preset', 'superfast', '-tune', 'zerolatency', '-profile:v', 'baseline'];
    const keys = ['-x264-params', 'keyint=infinite:scenecut=0', ...COLOUR, '-pix_fmt', 'yuv420p'];
    return [...x264, ...keys, ...rate, '-f', 'flv', '-flvflags', 'no_duration_filesize', 'pipe:1'];
  }
  const vp8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0', '-g', '100000'];
  return [...vp8, '-error-resilient', '1', ...rate, '-f', 'ivf', 'pipe:1'];
}
