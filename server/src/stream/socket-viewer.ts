import { MotionPacker } from '@orator/core/live/motion-wire';
import type { LiveFrame } from '@orator/core/live/performance';
import { int16Of } from '@orator/core/media/int16';
import type { WebSocket } from 'ws';
import { type SessionConfig, waitsIn } from './client-message.ts';
import type { LiveSession } from './live-session.ts';
import { MessagePool } from './message-pool.ts';
import { type Message, News } from './news.ts';
import type { PictureFormat, SharedPicture } from './shared-picture.ts';
import type { SessionEnd, Viewer } from './viewer.ts';

/** What may wait on the way to a viewer: beyond the first pictures are left out, beyond the second the connection is given up. */
const SLOW_BYTES = 1 << 20;
const LOST_BYTES = 8 << 20;
/** How often a slow connection is looked at, ms. */
const DRAIN_MS = 10;
/** Frames between two reports. */
const REPORT = 25;
/** Frames between two poses that can be read alone. */
const KEYS = 250;
const KIND = { picture: 1, sound: 2, motion: 3 } as const;
const HEAD_BYTES = 16;
const NO_SOUND = new Float32Array(0);
const SLOW = 1013; // try again later

/** The connection below a socket: what is written while it is corked leaves together. */
export interface Wire {
  cork(): void;
  uncork(): void;
}

/** Sends a session to a socket, in the messages of the requirement; binary ones have a head of 16 bytes (docs/live.md). */
export class SocketViewer implements Viewer {
  readonly format: PictureFormat;
  readonly #socket: WebSocket;
  readonly #wire: Wire;
  readonly #session: LiveSession;
  readonly #config: SessionConfig;
  readonly #onEnd: (reason: SessionEnd) => void;
  readonly #packer = new MotionPacker();
  readonly #messages = new MessagePool();
  /** Numbers of the frames that are shown to this viewer, by those of the session. */
  readonly #numbers = new Map<number, number>();
  #shown = 0;
  /** The frame whose sound was sent last. */
  #heard: { readonly index: number; readonly generation: number } | undefined;
  #sent = 0;
  readonly #news: News;
  #turn: Promise<void> = Promise.resolve();
  /** Pictures that were left out because the connection could not keep up. */
  dropped = 0;

  constructor(
    socket: WebSocket,
    wire: Wire,
    session: LiveSession,
    config: SessionConfig,
    onEnd: (reason: SessionEnd) => void = () => {},
  ) {
    this.#socket = socket;
    this.#wire = wire;
    this.#session = session;
    this.#config = config;
    this.format = { format: config.format, quality: config.quality };
    this.#onEnd = onEnd;
    this.#news = new News(session.generation);
  }

  /** Frames that were sent. */
  get frames(): number {
    return this.#sent;
  }

  frame(frame: LiveFrame): void {
    if (this.#socket.bufferedAmount > LOST_BYTES) {
      this.#socket.close(SLOW, 'The connection cannot keep up.');
      return;
    }
    this.#wire.cork();
    try {
      this.#sendFrame(frame);
    } finally {
      this.#wire.uncork();
    }
  }

  #sendFrame(frame: LiveFrame): void {
    const { mode, audio, events } = this.#config;
    if (events) for (const message of this.#news.of(frame)) this.#say(message);
    const isShown = this.#isShown(frame.position !== null);
    const number = this.#shown;
    if (isShown) this.#shown++;
    if (audio) this.#sendSounds(frame, isShown ? number : undefined);
    if (!isShown) return;
    if (mode === 'frames') this.#numbers.set(frame.index, number);
    if (mode === 'motion') this.#sendMotion(frame, number);
    if (mode === 'frames') return;
    this.#count();
  }

  wants({ index }: LiveFrame): boolean {
    if (!this.#numbers.has(index)) return false;
    if (waitsIn(this.#config) || this.#socket.bufferedAmount <= SLOW_BYTES) return true;
    this.#numbers.delete(index);
    this.dropped++;
    return false;
  }

  async picture(frame: LiveFrame, picture: SharedPicture): Promise<void> {
    const number = this.#numbers.get(frame.index);
    for (const index of this.#numbers.keys()) if (index <= frame.index) this.#numbers.delete(index);
    if (number === undefined) return;
    const encoding = picture.encode(this.format); // several at a time, which need not end in their order
    encoding.catch(() => {}); // told when it is its turn
    const turn = this.#turn.then(async () => this.#sendPicture(frame, number, await encoding));
    this.#turn = turn.catch(() => {}); // told to who asked for it
    await turn;
    if (waitsIn(this.#config)) await this.#drained();
  }

  #sendPicture(frame: LiveFrame, number: number, bytes: Buffer): void {
    if (frame.generation !== this.#session.generation) return;
    if (this.#config.binary) this.#sendBinary(KIND.picture, frame, number, bytes);
    else {
      const timestamp = Math.round((number / this.#session.fps) * 1e6) / 1e6;
      this.#say({ type: 'frame', data: bytes.toString('base64'), frame_id: number, timestamp });
    }
    this.#count();
  }

  ended(reason: SessionEnd): void {
    this.#onEnd(reason);
  }

  /** Resolves when the connection has room again, or is gone. */
  async #drained(): Promise<void> {
    while (this.#socket.bufferedAmount > SLOW_BYTES && this.#socket.readyState === this.#socket.OPEN) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
    }
  }

  /** Without idle life only what is heard is shown, so that frames and sound have the same length. */
  #isShown(isHeard: boolean): boolean {
    return this.#config.idle || isHeard;
  }

  /** Sends what is to be heard; `number` of this frame where it is shown. In binary messages sound is one frame ahead, for players that time all by it. */
  #sendSounds(frame: LiveFrame, number: number | undefined): void {
    const { index, generation, ahead } = frame;
    const isSent = this.#heard?.index === index && this.#heard.generation === generation;
    if (number !== undefined && !isSent) this.#sendSound(frame, number, frame.pcm);
    if (!this.#config.binary || !this.#isShown(ahead.isHeard)) return;
    this.#sendSound(frame, this.#shown, ahead.pcm);
    this.#heard = { index: index + 1, generation };
  }

  #sendSound(frame: LiveFrame, number: number, pcm: Float32Array): void {
    // Silence needs no samples where its length follows from the frame.
    const isLeftOut = this.#config.binary && pcm.every((sample) => sample === 0);
    const bytes = Buffer.from(int16Of(isLeftOut ? NO_SOUND : pcm).buffer);
    if (this.#config.binary) this.#sendBinary(KIND.sound, frame, number, bytes);
    else this.#say({ type: 'audio', data: bytes.toString('base64'), frame_id: number });
  }

  #sendMotion(frame: LiveFrame, number: number): void {
    const packet = this.#packer.pack(frame.pose, number % KEYS === 0);
    if (this.#config.binary) this.#sendBinary(KIND.motion, frame, number, packet);
    else this.#say({ type: 'motion', data: Buffer.from(packet).toString('base64'), frame_id: number });
  }

  #sendBinary(kind: number, { generation }: LiveFrame, number: number, bytes: Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const length = HEAD_BYTES + bytes.length;
    const room = this.#messages.take(length);
    const message = room.subarray(0, length);
    message.writeUInt16LE(kind, 0);
    message.writeUInt16LE(generation & 0xffff, 2);
    message.writeUInt32LE(number, 4);
    message.writeDoubleLE(number / this.#session.fps, 8);
    message.set(bytes, HEAD_BYTES);
    this.#socket.send(message, () => this.#messages.giveBack(room));
  }

  #count(): void {
    this.#sent++;
    if (this.#sent % REPORT !== 0) return;
    const { rate, latencies } = this.#session;
    this.#say({ type: 'progress', processed: this.#sent, fps: rate, latency_ms: latencies.at(0.5) });
  }

  #say(message: Message): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
