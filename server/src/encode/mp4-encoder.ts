import { OratorError } from '@orator/core/base/errors';
import { seconds } from '@orator/core/base/units';
import type { ClipResult, ClipSpec, Encoder, EncoderSession } from '@orator/core/encode/encoder';
import { TICKS } from '@orator/core/encode/mp4/movie-header';
import type { AudioChunk } from '@orator/core/media/audio-chunk';
import { Yuv420 } from '@orator/core/media/colour';
import type { Frame } from '@orator/core/media/frame';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { FfmpegProcess } from '../media/ffmpeg-process.ts';
import { Output, outputError } from '../output.ts';
import { finishMp4 } from './mp4-file.ts';
import { SoundQueue } from './sound-queue.ts';

const VIDEO = 3;
const SOUND = 4;
/** Rate of the sound in the clip; others are converted by ffmpeg. */
const SOUND_RATE = TICKS;
/** Sound that is not there so long after its frame will not come. ffmpeg holds at least 8 frames, over 0.13 s, until it must have it. */
const LATE_SECONDS = 0.1;
/** A closed group of pictures every 2 s: players seek that finely. */
const GROUP_SECONDS = 2;

/** Finer searches for movement and fades, which drawn faces gain nothing from: the same quality (SSIM 0.9921) for two thirds of the work. */
const THRIFT = 'subme=1:weightp=0:mixed-refs=0';

/** H.264 and AAC in an MP4 file, made by an ffmpeg child process. */
export const createMp4Encoder = (ffmpeg: Ffmpeg): Encoder => ({
  format: 'mp4',
  unavailable: async () => null,
  open: async (path, spec, signal) => {
    checkSpec(spec);
    const output = await Output.reserve(path);
    try {
      const process = new FfmpegProcess(ffmpeg, encodeArguments(spec, output.temporary), {
        signal,
        feeds: [VIDEO, SOUND],
      });
      return new Mp4Session(spec, output, process);
    } catch (thrown) {
      await output[Symbol.asyncDispose]();
      throw thrown;
    }
  },
});

function checkSpec({ width, height, fps, audioRate }: ClipSpec): void {
  const wrong =
    width % 2 !== 0 || height % 2 !== 0
      ? `The clip's size must be even, not ${width} × ${height}`
      : width < 16 || height < 16 || width > 8192 || height > 8192
        ? `The clip's sides must be 16 to 8192 pixels, not ${width} × ${height}`
        : !(fps > 0 && audioRate > 0)
          ? `The clip's rates must be above 0, not ${fps} fps and ${audioRate} Hz`
          : null;
  if (wrong !== null) throw new OratorError('request/invalid', `${wrong}. Choose another size or rate.`);
}

/** We know what we feed: studying it first, ffmpeg would wait for sound that comes only after the frame it has not taken yet. */
const OURS = ['-protocol_whitelist', 'pipe', '-probesize', '32', '-analyzeduration', '0'];
const COLOUR = ['-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];

function encodeArguments({ width, height, fps, audioRate }: ClipSpec, path: string): string[] {
  const size = `${width}x${height}`;
  return [
    ...['-v', 'error', ...OURS, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', size],
    ...['-r', String(fps), ...COLOUR, '-i', `pipe:${VIDEO}`],
    // Sound may come long before its frames: ffmpeg takes it in meanwhile (a packet is at least 1024 samples).
    ...['-thread_queue_size', '1024', ...OURS, '-f', 's16le', '-ar', String(audioRate), '-ac', '1'],
    ...['-i', `pipe:${SOUND}`, '-map', '0:v:0', '-map', '1:a:0', '-map_metadata', '-1'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-x264-params', THRIFT, '-crf', '18', '-profile:v', 'high'],
    ...['-pix_fmt', 'yuv420p', ...COLOUR],
    ...[
      '-g',
      String(Math.round(GROUP_SECONDS * fps)),
      '-c:a',
      'aac',
      '-b:a',
      '128k',
      '-ar',
      String(SOUND_RATE),
      '-ac',
      '1',
    ],
    ...['-max_muxing_queue_size', '4096', '-movflags', '+write_colr', '-f', 'mp4', '-y', `file:${path}`],
  ];
}

class Mp4Session implements EncoderSession {
  readonly #spec: ClipSpec;
  readonly #output: Output;
  readonly #process: FfmpegProcess;
  readonly #sound: SoundQueue;
  readonly #yuv: Yuv420;
  #writing: Promise<void> = Promise.resolve();
  #frames = 0;

  constructor(spec: ClipSpec, output: Output, process: FfmpegProcess) {
    this.#spec = spec;
    this.#output = output;
    this.#process = process;
    this.#sound = new SoundQueue(process, SOUND, spec.audioRate);
    this.#yuv = new Yuv420(spec.width, spec.height);
  }

  async addFrame(frame: Frame): Promise<void> {
    const { width, height } = this.#yuv;
    if (frame.width !== width || frame.height !== height) {
      throw new OratorError(
        'internal',
        `A frame of ${frame.width} × ${frame.height} came for a clip of ${width} × ${height}.`,
      );
    }
    await this.#writing; // the planes are ffmpeg's until then
    this.#yuv.take(frame, this.#frames === 0 ? undefined : frame.changed);
    this.#sound.fill(this.#samplesAt(this.#frames / this.#spec.fps - LATE_SECONDS));
    this.#writePlanes();
  }

  async addAudio(chunk: AudioChunk): Promise<void> {
    this.#sound.add(chunk);
  }

  async finish(metadata: Readonly<Record<string, string>>): Promise<ClipResult> {
    const { fps, audioRate } = this.#spec;
    if (this.#frames === 0) throw new OratorError('internal', 'A clip needs at least one frame.');
    // The last picture stays until the sound ends, and silence goes on until the picture ends.
    const covering = Math.ceil((this.#sound.count * fps) / audioRate - 1e-6);
    while (this.#frames < covering) {
      await this.#writing;
      this.#writePlanes();
    }
    this.#sound.fill(this.#samplesAt(this.#frames / fps));
    await Promise.all([this.#endPictures(), this.#sound.end()]);
    await this.#process.succeed();
    const ticks = Math.round((this.#frames * TICKS) / fps);
    const facts = { videoTicks: ticks, audioTicks: ticks, metadata };
    const bytes = await finishMp4(this.#output.temporary, facts).catch(async (thrown: unknown) => {
      if (!(thrown instanceof RangeError)) throw outputError(thrown, this.#output.path);
      // A program that ends well although its last bytes found no room tells nobody: the disk does.
      if (await this.#output.isOutOfRoom()) throw outputError({ code: 'ENOSPC' }, this.#output.path);
      throw new OratorError('ffmpeg/failed', 'ffmpeg left a clip that is not whole. Try again, or run: orator doctor', {
        cause: thrown,
      });
    });
    await this.#output.publish();
    return { frames: this.#frames, duration: seconds(this.#frames / fps), bytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.#output[Symbol.asyncDispose]();
  }

  #samplesAt(time: number): number {
    return Math.round(time * this.#spec.audioRate);
  }

  #writePlanes(): void {
    this.#frames++;
    this.#writing = this.#process.patiently(this.#process.write(VIDEO, this.#yuv.planes));
    this.#writing.catch(() => {}); // reported by the next call
  }

  async #endPictures(): Promise<void> {
    await this.#writing;
    this.#process.feed(VIDEO).end();
  }
}
