import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { OratorError } from '@orator/core/base/errors';
import { type Hertz, hertz, seconds } from '@orator/core/base/units';
import type { AudioChunk } from '@orator/core/media/audio-chunk';
import { wavEnd } from '@orator/core/media/wav';
import { type AudioInfo, parseAudioInfo } from './audio-info.ts';
import { brokenOff, checkWhole, isCut, tooLong, unreadable } from './audio-refusal.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { FfmpegProcess } from './ffmpeg-process.ts';
import { SOUND_DECODERS, SOUND_DEMUXERS } from './open-formats.ts';
import { spoolWhenSeekable } from './spool.ts';

/** A recording being read. Disposing it stops the reading. */
export interface AudioSource extends AsyncDisposable {
  readonly rate: Hertz;
  /** What the file says about itself; true only as far as its maker was honest. */
  readonly info: AudioInfo;
  /**
   * The sound, mono, in chunks of 0.1 s, as it is decoded. To be read once.
   * @throws {OratorError} at the end or when it is noticed: `audio/unreadable`, `audio/empty`, `audio/silent`, `audio/too-long`.
   */
  chunks(): AsyncIterable<AudioChunk>;
}

interface Options {
  readonly signal: AbortSignal;
  /** Longest sound accepted; 0 = any. */
  readonly maxSeconds: number;
  /** What the bytes of a stream are called in errors. */
  readonly name?: string;
}

/** Everything is decoded to the rate of the clip's own sound, so that encoding needs no second conversion. */
const RATE = hertz(48_000);
const CHUNK = RATE / 10;
/** A WAV file's headers lie within so many bytes, unless they hold pictures. */
const HEADER_BYTES = 65_536;
/** No sound needs a block so large; a forged header may ask for it. */
const LARGEST_ALLOCATION = 256 << 20;

/**
 * Opens a recording of any kind that ffmpeg reads: a file, or the bytes of a stream. Sound inside a video is taken.
 * Playlists and other lists that would open further files are refused.
 * @throws {OratorError} `audio/unreadable`, `audio/too-long` (when the file says so itself), `ffmpeg/…`, `cancelled`.
 */
export async function openAudio(ffmpeg: Ffmpeg, source: string | Readable, options: Options): Promise<AudioSource> {
  const { signal, maxSeconds, name: called = 'The sound from the pipe' } = options;
  const name = typeof source === 'string' ? `"${basename(source)}"` : called;
  if (typeof source === 'string') await checkFile(source, name);
  const spooled = typeof source === 'string' ? null : await spoolWhenSeekable(source, signal);
  const file = typeof source === 'string' ? source : (spooled?.path ?? null);
  const process = new FfmpegProcess(ffmpeg, decodeArguments(file), { signal, feeds: file === null ? [0] : [] });
  const feeding = feed(process, spooled?.parts);
  try {
    const info = await describe(process, feeding, name);
    if (maxSeconds > 0 && (info.seconds ?? 0) > maxSeconds) throw tooLong(name, maxSeconds, info.seconds);
    return {
      rate: RATE,
      info,
      chunks: () => decode(process, feeding, info, name, maxSeconds),
      [Symbol.asyncDispose]: async () => {
        await process[Symbol.asyncDispose]();
        await spooled?.[Symbol.asyncDispose]();
      },
    };
  } catch (thrown) {
    await process[Symbol.asyncDispose]();
    await spooled?.[Symbol.asyncDispose]();
    throw thrown;
  }
}

async function checkFile(path: string, name: string): Promise<void> {
  const file = await stat(path).catch((cause: unknown) => {
    throw new OratorError('audio/unreadable', `${name} cannot be opened. Check the path.`, { cause });
  });
  if (!file.isFile()) {
    throw new OratorError('audio/unreadable', `${name} is not a file. Give a recording, or "-" to read from a pipe.`);
  }
  if (file.size === 0) throw new OratorError('audio/empty', `${name} has 0 bytes. Give a recording with sound in it.`);
  const end = wavEnd(await readStart(path, name)) ?? 0;
  if (isCut(file.size, end)) throw brokenOff(name, `it should have ${end} bytes, there are ${file.size}`);
}

async function readStart(path: string, name: string): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new OratorError('audio/unreadable', `${name} cannot be opened. Check its permissions.`, { cause });
  });
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** ffmpeg's arguments that decode `file`, or its standard input, to mono 32-bit samples on standard output. */
const decodeArguments = (file: string | null): string[] => [
  ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', SOUND_DEMUXERS, '-codec_whitelist', SOUND_DECODERS],
  ...['-max_alloc', String(LARGEST_ALLOCATION), '-i', file === null ? 'pipe:0' : `file:${file}`],
  ...['-map', '0:a:0', '-vn', '-sn', '-dn', '-map_metadata', '-1'],
  // Mixing to mono must not exceed full scale, whatever the sample format of the source.
  ...['-af', 'aresample=rematrix_maxval=1.0', '-ac', '1', '-ar', String(RATE), '-f', 'f32le', 'pipe:1'],
];

/** Waits until ffmpeg has said what it reads. */
async function describe(process: FfmpegProcess, feeding: Feeding, name: string): Promise<AudioInfo> {
  const ready = new Promise<void>((resolve) => process.output.once('readable', resolve));
  await process.patiently(Promise.race([ready, process.exited]), () => feeding.idle);
  if (process.output.readableLength === 0) await process.exited;
  await new Promise(setImmediate); // what it said before its first sample may still be in the other pipe
  const info = parseAudioInfo(process.head);
  if (info === null) {
    if (process.output.readableLength > 0) process.kill(); // it decodes something that it did not describe
    await process.exited;
    throw unreadable(process, name);
  }
  return info;
}

/** How feeding ffmpeg went so far. */
interface Feeding {
  /** Whether it is the source of the bytes that is waited for: a person may take their time. */
  idle: boolean;
  /** Why the source of the bytes failed. */
  failure?: unknown;
}

/** Passes the bytes of a pipe on until either side ends. */
function feed(process: FfmpegProcess, parts: AsyncIterable<Uint8Array> | undefined): Feeding {
  const feeding: Feeding = { idle: parts !== undefined };
  if (parts === undefined) return feeding;
  const work = async () => {
    try {
      for await (const part of parts) {
        feeding.idle = false;
        await process.write(0, part);
        feeding.idle = true;
      }
    } catch (thrown) {
      if (!(thrown instanceof OratorError)) feeding.failure = thrown; // what ffmpeg has to say, its reader hears
    }
    feeding.idle = false;
    process.feed(0).end();
  };
  void work();
  return feeding;
}

async function* decode(
  process: FfmpegProcess,
  feeding: Feeding,
  info: AudioInfo,
  name: string,
  maxSeconds: number,
): AsyncGenerator<AudioChunk> {
  const limit = maxSeconds > 0 ? maxSeconds * RATE : Number.POSITIVE_INFINITY;
  let count = 0;
  let peak = 0;
  try {
    for await (const pcm of samplesOf(process, feeding)) {
      peak = Math.max(peak, tame(pcm));
      if (count + pcm.length > limit) throw tooLong(name, maxSeconds);
      yield { at: seconds(count / RATE), rate: RATE, pcm };
      count += pcm.length;
    }
    const exit = await process.patiently(process.exited);
    if (exit.killedBy !== null) throw process.failure();
    if (feeding.failure !== undefined) throw brokenOff(name, 'its pipe broke', feeding.failure);
    if (exit.code !== 0) throw unreadable(process, name);
    if (/partial file/.test(process.log)) throw brokenOff(name, 'its data ends before its index does');
    checkWhole(count / RATE, peak, info, name);
  } finally {
    await process[Symbol.asyncDispose]();
  }
}

/** Cuts ffmpeg's output into chunks of whole samples, each in memory of its own. */
async function* samplesOf(process: FfmpegProcess, feeding: Feeding): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const parts = process.output.iterator() as AsyncIterator<Uint8Array>;
  let bytes = new Uint8Array(CHUNK * 4);
  let filled = 0;
  for (;;) {
    const { value, done } = await process.patiently(parts.next(), () => feeding.idle);
    if (done) break;
    for (let from = 0; from < value.length; ) {
      const part = value.subarray(from, from + bytes.length - filled);
      bytes.set(part, filled);
      from += part.length;
      filled += part.length;
      if (filled < bytes.length) continue;
      yield new Float32Array(bytes.buffer); // little-endian, as every platform that Node runs on
      bytes = new Uint8Array(CHUNK * 4);
      filled = 0;
    }
  }
  if (filled >= 4) yield new Float32Array(bytes.buffer, 0, filled >> 2).slice();
}

/** Keeps samples within -1..1 (floating-point files may hold anything) and returns their peak. */
function tame(pcm: Float32Array): number {
  let peak = 0;
  for (let i = 0; i < pcm.length; i++) {
    const sample = pcm[i]!;
    const size = Math.abs(sample);
    if (size <= peak) continue;
    if (size <= 1) peak = size;
    else {
      pcm[i] = Number.isNaN(sample) ? 0 : Math.sign(sample);
      if (size > 1) peak = 1;
    }
  }
  return peak;
}
