import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { OratorError } from '@orator/core/base/errors';
import { connectGuarded } from '../net/guarded-connection.ts';
import { type Guard, unreachable } from '../net/guarded-request.ts';
import { ByteLine } from '../webrtc/coded-picture.ts';
import { type AmfValue, readAmf, writeAmf } from './amf.ts';
import type { PushTarget } from './push-target.ts';
import { ChunkReader, chunksOf, RTMP, type RtmpMessage } from './rtmp-chunks.ts';

const PORT = 1935;
const SECURE_PORT = 443;
/** A server that says nothing for so long while it is asked something is gone. */
const PATIENCE_SECONDS = 10;
/** One that takes nothing for so long is too. */
const STALL_MS = 15_000;
const HANDSHAKE_BYTES = 1536;
const VERSION = 3;
const CHUNK_BYTES = 16 << 10;
/** Chunk streams, by what goes over them. */
const CHANNEL = { control: 2, command: 3, audio: 4, video: 6, publish: 5 } as const;
const PING = 6;
const PONG = 7;
/** Names that a server gives to what happened; nothing else that it says is handed on, since it may repeat the key. */
const EVENT = /^[A-Za-z]+(?:\.[A-Za-z]+){1,4}$/;

type RtmpTarget = Extract<PushTarget, { protocol: 'rtmp' }>;
type Answer = PromiseWithResolvers<readonly AmfValue[]>;

/** Sends a stream to an RTMP server (Adobe's specification 1.0), over a connection of its own. */
export class RtmpPublisher implements AsyncDisposable {
  /** Resolves with why the connection was lost; not when it is disposed. */
  readonly lost: Promise<OratorError>;
  readonly #target: RtmpTarget;
  readonly #socket: Socket;
  readonly #lost = Promise.withResolvers<OratorError>();
  readonly #reader = new ChunkReader();
  readonly #answers = new Map<number, Answer>();
  readonly #begun: Answer = Promise.withResolvers<readonly AmfValue[]>();
  readonly #timer: NodeJS.Timeout;
  #handshake: ByteLine | undefined = new ByteLine();
  readonly #shaken = Promise.withResolvers<void>();
  #asked = 0;
  #stream = 0;
  #chunkBytes = 128;
  /** What the server wants to hear of: so many bytes that came. */
  #window = Number.POSITIVE_INFINITY;
  #received = 0;
  #told = 0;
  #flushed = { bytes: 0, at: performance.now() };

  private constructor(target: RtmpTarget, socket: Socket) {
    this.#target = target;
    this.#socket = socket;
    this.lost = this.#lost.promise;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', (error) => this.#lose(unreachable(target.url, error, new AbortController().signal)));
    socket.on('close', () => this.#lose(closed(target)));
    this.#timer = setInterval(() => this.#look(), 1000);
    for (const { promise } of [this.#begun, this.#shaken]) promise.catch(() => {}); // told to who waits for it
  }

  /**
   * Connects, and begins to publish.
   * @throws {OratorError} `source/blocked`, `source/unreachable`, `source/refused` when the server says no, `cancelled`.
   */
  static async open(target: RtmpTarget, guard: Guard, signal: AbortSignal): Promise<RtmpPublisher> {
    const { url, isSecure } = target;
    const port = isSecure ? SECURE_PORT : PORT;
    const place = { port, isSecure, idleSeconds: PATIENCE_SECONDS, signal };
    const publisher = new RtmpPublisher(target, await connectGuarded(url, place, guard));
    const stop = () => publisher.#lose(new OratorError('cancelled', 'Stopped on request.'));
    const overtime = setTimeout(() => publisher.#lose(silent(target)), PATIENCE_SECONDS * 1000);
    signal.addEventListener('abort', stop, { once: true });
    try {
      signal.throwIfAborted();
      await publisher.#publish();
      return publisher;
    } catch (thrown) {
      await publisher[Symbol.asyncDispose]();
      throw thrown;
    } finally {
      clearTimeout(overtime);
      signal.removeEventListener('abort', stop);
    }
  }

  /** Bytes that wait to be taken. */
  get waiting(): number {
    return this.#socket.writableLength;
  }

  /** Bytes that were taken. */
  get sent(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /** Sends what a tag of FLV holds; `at` in ms. */
  send(kind: 'audio' | 'video', body: Buffer, at: number): void {
    this.#write({ type: RTMP[kind], stream: this.#stream, at, body }, CHANNEL[kind]);
  }

  /** Describes the stream. */
  describe(facts: Readonly<Record<string, AmfValue>>): void {
    const body = writeAmf('@setDataFrame', 'onMetaData', facts);
    this.#write({ type: RTMP.data, stream: this.#stream, at: 0, body }, CHANNEL.publish);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#socket.removeAllListeners('close');
    if (this.#stream > 0 && !this.#socket.destroyed && this.waiting === 0) {
      this.#command(CHANNEL.command, 0, 'FCUnpublish', ++this.#asked, null, this.#target.stream);
      this.#command(CHANNEL.command, 0, 'deleteStream', ++this.#asked, null, this.#stream);
      this.#socket.end();
      setTimeout(() => this.#socket.destroy(), 1000).unref();
    } else {
      this.#socket.destroy();
    }
  }

  async #publish(): Promise<void> {
    const { url, app, stream } = this.#target;
    const hello = Buffer.concat([Buffer.alloc(8), randomBytes(HANDSHAKE_BYTES - 8)]);
    this.#socket.write(Buffer.concat([Buffer.from([VERSION]), hello]));
    await this.#shaken.promise;
    const size = Buffer.alloc(4);
    size.writeUInt32BE(CHUNK_BYTES);
    this.#write({ type: RTMP.chunkSize, stream: 0, at: 0, body: size }, CHANNEL.control);
    this.#chunkBytes = CHUNK_BYTES;
    const tcUrl = `${url.protocol}//${url.host}/${app}`;
    await this.#ask('connect', { app, type: 'nonprivate', flashVer: 'FMLE/3.0 (compatible; orator)', tcUrl });
    this.#command(CHANNEL.command, 0, 'releaseStream', ++this.#asked, null, stream);
    this.#command(CHANNEL.command, 0, 'FCPublish', ++this.#asked, null, stream);
    const [, , id] = await this.#ask('createStream', null);
    this.#stream = typeof id === 'number' && id > 0 && id <= 0xffffffff ? id : 1;
    this.#command(CHANNEL.publish, this.#stream, 'publish', ++this.#asked, null, stream, 'live');
    await this.#begun.promise;
  }

  async #ask(name: string, ...values: readonly AmfValue[]): Promise<readonly AmfValue[]> {
    const answer: Answer = Promise.withResolvers();
    answer.promise.catch(() => {}); // told below, or the connection was lost before
    this.#answers.set(++this.#asked, answer);
    this.#command(CHANNEL.command, 0, name, this.#asked, ...values);
    return answer.promise;
  }

  #command(channel: number, stream: number, ...values: readonly AmfValue[]): void {
    this.#write({ type: RTMP.command, stream, at: 0, body: writeAmf(...values) }, channel);
  }

  #write(message: RtmpMessage, channel: number): void {
    if (this.#socket.writable) this.#socket.write(chunksOf(message, channel, this.#chunkBytes));
  }

  #take(bytes: Buffer): void {
    try {
      const rest = this.#handshake ? this.#shake(bytes) : bytes;
      this.#received += bytes.length;
      this.#acknowledge();
      if (rest) for (const message of this.#reader.push(rest)) this.#hear(message);
    } catch (cause) {
      this.#lose(new OratorError('source/refused', `"${this.#target.url.hostname}" does not speak RTMP.`, { cause }));
    }
  }

  /** S0, S1 and S2; gives what came after them. */
  #shake(bytes: Buffer): Buffer | undefined {
    const line = this.#handshake!;
    line.push(bytes);
    if (line.peek(1)?.[0] !== VERSION) throw new RangeError('Another version of RTMP.');
    const all = line.peek(1 + 2 * HANDSHAKE_BYTES);
    if (!all) return undefined;
    this.#socket.write(Buffer.from(all.subarray(1, 1 + HANDSHAKE_BYTES)));
    line.skip(1 + 2 * HANDSHAKE_BYTES);
    this.#handshake = undefined;
    this.#shaken.resolve();
    return line.rest();
  }

  #hear({ type, body }: RtmpMessage): void {
    if (type === RTMP.window && body.length >= 4) this.#window = Math.max(1, body.readUInt32BE());
    if (type === RTMP.control && body.length >= 6 && body.readUInt16BE() === PING) {
      const pong = Buffer.from(body.subarray(0, 6));
      pong.writeUInt16BE(PONG);
      this.#write({ type: RTMP.control, stream: 0, at: 0, body: pong }, CHANNEL.control);
    }
    if (type === RTMP.command) this.#obey(readAmf(body));
  }

  #obey(values: readonly AmfValue[]): void {
    const [name, number, , info] = values;
    const event = eventIn(info);
    if (name === '_result' || name === '_error') {
      const answer = this.#answers.get(Number(number));
      this.#answers.delete(Number(number));
      if (name === '_result') answer?.resolve([name, number!, info ?? null]);
      else answer?.reject(this.#refused(event));
    } else if (name === 'onStatus') {
      if (event === 'NetStream.Publish.Start') this.#begun.resolve(values);
      else if (isOfLevel(info, 'error')) this.#lose(this.#refused(event));
    } else if (name === 'close') {
      this.#lose(closed(this.#target));
    }
  }

  #acknowledge(): void {
    if (this.#received - this.#told < this.#window) return;
    this.#told = this.#received;
    const body = Buffer.alloc(4);
    body.writeUInt32BE(this.#received >>> 0);
    this.#write({ type: RTMP.acknowledgement, stream: 0, at: 0, body }, CHANNEL.control);
  }

  #look(): void {
    const { sent } = this;
    const now = performance.now();
    if (sent > this.#flushed.bytes || this.waiting === 0) this.#flushed = { bytes: sent, at: now };
    else if (now - this.#flushed.at > STALL_MS) this.#lose(silent(this.#target));
  }

  #refused(event: string): OratorError {
    const { hostname } = this.#target.url;
    return new OratorError('source/refused', `"${hostname}" refused the stream (${event}). Check the address and key.`);
  }

  #lose(error: OratorError): void {
    clearInterval(this.#timer);
    this.#socket.destroy();
    for (const answer of [this.#begun, this.#shaken, ...this.#answers.values()]) answer.reject(error);
    this.#answers.clear();
    this.#lost.resolve(error);
  }
}

const eventIn = (info: AmfValue | undefined): string => {
  const code = typeof info === 'object' && info !== null ? info.code : undefined;
  return typeof code === 'string' && code.length < 80 && EVENT.test(code) ? code : 'without a reason';
};

const isOfLevel = (info: AmfValue | undefined, level: string) =>
  typeof info === 'object' && info !== null && info.level === level;

const closed = ({ url }: RtmpTarget) =>
  new OratorError('source/unreachable', `"${url.hostname}" closed the connection. Try again later.`);
const silent = ({ url }: RtmpTarget) =>
  new OratorError('source/unreachable', `"${url.hostname}" took nothing for too long. Try again later.`);
