import type { Ffmpeg } from '../media/ffmpeg.ts';
import { FfmpegProcess } from '../media/ffmpeg-process.ts';
import { samplesOf } from '../stream/live-sound.ts';
import { opusHead, pieceHead } from './matroska-feed.ts';

/** Samples per second of what comes out: what speech is listened to with. */
export const HEARD_RATE = 16_000;
const PACKET_MS = 20;
/** What ffmpeg does not read in time; it never will. */
const MOST_WAITING = 1 << 20;
/** RFC 6716: no packet is longer. */
const LONGEST_PACKET = 1275 * 48;

/** What a decoder is opened with. */
export interface OpusDecoderParts {
  readonly ffmpeg: Ffmpeg;
  /** Told of the samples that come out, -1..1 at `HEARD_RATE`, mono. */
  readonly onSound: (pcm: Float32Array) => void;
  /** Told once when it failed; it is of no more use then. */
  readonly onFailure: (error: unknown) => void;
}

/** Turns the Opus packets of a microphone into samples, in an ffmpeg child. */
export class OpusDecoder implements AsyncDisposable {
  readonly #closing = new AbortController();
  readonly #process: FfmpegProcess;
  readonly #parts: OpusDecoderParts;
  #packets = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(parts: OpusDecoderParts) {
    this.#parts = parts;
    this.#process = new FfmpegProcess(parts.ffmpeg, DECODING, { signal: this.#closing.signal, feeds: [0] });
    this.#write(opusHead(2));
    void this.#read();
  }

  /** Takes in the next packet. */
  add(packet: Uint8Array): void {
    if (packet.length === 0 || packet.length > LONGEST_PACKET || this.#closing.signal.aborted) return;
    this.#write(Buffer.concat([pieceHead(this.#packets++ * PACKET_MS, packet.length), packet]));
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
    const all = Buffer.concat([this.#rest, bytes]);
    const whole = all.length & ~1;
    this.#rest = all.subarray(whole);
    this.#parts.onSound(samplesOf(all.subarray(0, whole)));
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

const DECODING = [
  ...['-v', 'error', '-protocol_whitelist', 'pipe', '-probesize', '32', '-analyzeduration', '0', '-fflags', 'nobuffer'],
  ...['-c:a', 'libopus', '-f', 'matroska', '-i', 'pipe:0', '-map', '0:a:0', '-ar', String(HEARD_RATE), '-ac', '1'],
  ...['-flush_packets', '1', '-f', 's16le', 'pipe:1'],
];
