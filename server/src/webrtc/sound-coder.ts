import { toInt16 } from '@orator/core/media/wav';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { FfmpegProcess } from '../media/ffmpeg-process.ts';
import { SOUND_RATE } from '../stream/live-session.ts';
import { pieceHead, sampleHead } from './matroska-feed.ts';

/** Opus always counts in samples of 48 kHz. */
export const OPUS_RATE = 48_000;
/** Constant rate: every packet has the same length, so that they need no frame around them to be told apart. */
const BITS = 48_000;
const PACKET_SECONDS = 0.02;
const PACKET_BYTES = (BITS * PACKET_SECONDS) / 8;
const PACKET_SAMPLES = OPUS_RATE * PACKET_SECONDS;
/** How far the coded sound lies behind what went in, in samples of 48 kHz: libopus at full quality. */
const DELAY = 312;
/** Ten seconds that ffmpeg does not read: it never will. */
const MOST_WAITING = 10 * 2 * 24_000;

/** What a coder is opened with. */
export interface SoundCoderParts {
  readonly ffmpeg: Ffmpeg;
  /** Told of each Opus packet of 20 ms, with where it begins in the sound that went in: samples of 48 kHz. */
  readonly onPacket: (packet: Uint8Array, at: number) => void;
  /** Told once when it failed; it is of no more use then. */
  readonly onFailure: (error: unknown) => void;
}

/** Codes sound while it is heard as Opus, in one ffmpeg child for all who listen. */
export class SoundCoder implements AsyncDisposable {
  readonly #parts: SoundCoderParts;
  readonly #closing = new AbortController();
  readonly #process: FfmpegProcess;
  #rest: Buffer = Buffer.alloc(0);
  #samples = 0;
  #packets = 0;

  constructor(parts: SoundCoderParts) {
    this.#parts = parts;
    this.#process = new FfmpegProcess(parts.ffmpeg, CODING, { signal: this.#closing.signal, feeds: [0] });
    this.#write(sampleHead(SOUND_RATE));
    void this.#read();
  }

  /** The child's process id. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Takes in samples of `SOUND_RATE`, -1..1, that adjoin the last ones. */
  add(pcm: Float32Array): void {
    if (pcm.length === 0 || this.#closing.signal.aborted) return;
    const samples = Int16Array.from(pcm, toInt16);
    const at = Math.round((this.#samples / SOUND_RATE) * 1000);
    this.#samples += samples.length;
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    this.#write(Buffer.concat([pieceHead(at, bytes.length), bytes]));
    if (this.#process.feed(0).writableLength > MOST_WAITING) this.#process.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#process[Symbol.asyncDispose]();
  }

  #write(bytes: Uint8Array): void {
    this.#process.write(0, bytes).catch(() => {}); // told by the exit
  }

  #take(bytes: Uint8Array): void {
    if (this.#closing.signal.aborted) return;
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (; this.#rest.length >= PACKET_BYTES; this.#rest = this.#rest.subarray(PACKET_BYTES)) {
      const at = this.#packets++ * PACKET_SAMPLES - DELAY;
      this.#parts.onPacket(this.#rest.subarray(0, PACKET_BYTES), at);
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

const CODING = [
  ...['-v', 'error', '-protocol_whitelist', 'pipe', '-probesize', '32', '-analyzeduration', '0', '-fflags', 'nobuffer'],
  ...['-f', 'matroska', '-i', 'pipe:0', '-map', '0:a:0', '-c:a', 'libopus', '-vbr', 'off', '-b:a', String(BITS)],
  ...['-frame_duration', String(PACKET_SECONDS * 1000), '-flush_packets', '1', '-f', 'data', 'pipe:1'],
];
