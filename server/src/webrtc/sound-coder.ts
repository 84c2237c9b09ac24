import { int16Of } from '@orator/core/media/int16';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { FfmpegProcess } from '../media/ffmpeg-process.ts';
import { SOUND_RATE } from '../stream/live-session.ts';
import { pieceHead, sampleHead } from './matroska-feed.ts';

/** What coded sound is counted in: samples of 48 kHz. */
export const CODED_RATE = 48_000;
/** How sound is coded: Opus for WebRTC, AAC for RTMP. */
export type SoundCodec = 'opus' | 'aac';

/** What is known of a codec. */
interface Coding {
  readonly output: readonly string[];
  /** Samples in a packet. */
  readonly samples: number;
  /** How far the coded sound lies behind what went in, in samples. */
  readonly delay: number;
  /** How long the next packet is with its head, and that head, in bytes; undefined before that is known. */
  readonly next: (bytes: Buffer) => { readonly whole: number; readonly head: number } | undefined;
}

const OPUS_BITS = 48_000;
const OPUS_SECONDS = 0.02;
const AAC_BITS = 128_000;
const ADTS_HEAD = 7;

const CODINGS: Readonly<Record<SoundCodec, Coding>> = {
  opus: {
    // Constant rate: every packet has the same length, so that they need no frame around them to be told apart.
    output: [
      ...['-c:a', 'libopus', '-vbr', 'off', '-b:a', String(OPUS_BITS)],
      ...['-frame_duration', String(OPUS_SECONDS * 1000), '-flush_packets', '1', '-f', 'data'],
    ],
    samples: CODED_RATE * OPUS_SECONDS,
    delay: 312, // libopus at full quality
    next: () => ({ whole: (OPUS_BITS * OPUS_SECONDS) / 8, head: 0 }),
  },
  aac: {
    output: [
      ...['-c:a', 'aac', '-b:a', String(AAC_BITS), '-ar', String(CODED_RATE)],
      ...['-flush_packets', '1', '-f', 'adts'],
    ],
    samples: 1024,
    delay: 1024, // ffmpeg's own encoder
    next: (bytes) => (bytes.length < ADTS_HEAD ? undefined : { whole: adtsLength(bytes), head: ADTS_HEAD }),
  },
};

/** How an AAC decoder is set up for what `SoundCoder` gives: low complexity, 48 kHz, mono. */
export const AAC_SETUP = Buffer.from([0x11, 0x88]);

const adtsLength = (bytes: Buffer) => ((bytes[3]! & 3) << 11) | (bytes[4]! << 3) | (bytes[5]! >> 5);

/** Ten seconds that ffmpeg does not read: it never will. */
const MOST_WAITING = 10 * 2 * 24_000;

/** What a coder is opened with. */
export interface SoundCoderParts {
  readonly codec: SoundCodec;
  readonly ffmpeg: Ffmpeg;
  /** Told of each packet, with where it begins in the sound that went in: samples of 48 kHz. */
  readonly onPacket: (packet: Uint8Array, at: number) => void;
  /** Told once when it failed; it is of no more use then. */
  readonly onFailure: (error: unknown) => void;
}

/** Codes sound while it is heard, in one ffmpeg child for all who listen. */
export class SoundCoder implements AsyncDisposable {
  readonly #parts: SoundCoderParts;
  readonly #coding: Coding;
  readonly #closing = new AbortController();
  readonly #process: FfmpegProcess;
  #rest: Buffer = Buffer.alloc(0);
  #samples = 0;
  #packets = 0;

  constructor(parts: SoundCoderParts) {
    this.#parts = parts;
    this.#coding = CODINGS[parts.codec];
    this.#process = new FfmpegProcess(parts.ffmpeg, [...INPUT, ...this.#coding.output, 'pipe:1'], {
      signal: this.#closing.signal,
      feeds: [0],
    });
    this.#write(sampleHead(SOUND_RATE));
    void this.#read();
  }

  /** Takes in samples of `SOUND_RATE`, -1..1, that adjoin the last ones. */
  add(pcm: Float32Array): void {
    if (pcm.length === 0 || this.#closing.signal.aborted) return;
    const samples = int16Of(pcm);
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
    const { samples, delay, next } = this.#coding;
    for (let packet = next(this.#rest); packet && this.#rest.length >= packet.whole; packet = next(this.#rest)) {
      const { whole, head } = packet;
      if (whole <= head) throw new RangeError('The coded sound cannot be read.');
      this.#parts.onPacket(this.#rest.subarray(head, whole), this.#packets++ * samples - delay);
      this.#rest = this.#rest.subarray(whole);
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
  ...['-f', 'matroska', '-i', 'pipe:0', '-map', '0:a:0'],
];
