import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { OratorError } from '@orator/core/base/errors';
import { ESPEAK_PROGRAM } from './espeak-program.ts';
import { type EspeakAnswer, type EspeakRequest, encodeMessage, HEADER_BYTES } from './espeak-protocol.ts';

/** One answer of the synthesiser with the sound that came behind it, 16-bit mono. */
export interface HeardAnswer {
  readonly answer: EspeakAnswer;
  readonly pcm: Int16Array;
}

/** Starting takes 0.3 s and a clause of ten seconds about 80 ms; a busy machine may be a hundred times slower. */
const PATIENCE_SECONDS = 30;
/** How much it gives way to the process that serves, as `nice` counts. */
const NICENESS = 10;
/** Enough for the last few messages. */
const LOG_CHARACTERS = 2000;

/**
 * The synthesiser as a child process. It lives until it is disposed; an abort, or `patienceSeconds` without an answer that
 * is waited for, kill it before.
 */
export class EspeakChild implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #signal: AbortSignal;
  readonly #patienceSeconds: number;
  readonly #ended: Promise<string | undefined>;
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #kill = () => void this.#child.kill('SIGKILL');
  /** What came and was not read yet. */
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  #log = '';

  constructor(signal: AbortSignal, patienceSeconds = PATIENCE_SECONDS) {
    signal.throwIfAborted();
    this.#signal = signal;
    this.#patienceSeconds = patienceSeconds;
    this.#child = spawn(process.execPath, ['--no-warnings', fileURLToPath(ESPEAK_PROGRAM)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.#ended = endOf(this.#child);
    this.#pieces = this.#child.stdout[Symbol.asyncIterator]();
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-LOG_CHARACTERS);
    });
    this.#child.stdin.on('error', () => {}); // its end tells more than a broken pipe
    signal.addEventListener('abort', this.#kill, { once: true });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** From now on it runs when nothing more urgent does: of a process that serves live sessions, speech that comes early can wait. */
  giveWay(): void {
    try {
      if (this.pid) setPriority(this.pid, NICENESS);
    } catch {
      // the system does not let us: it speaks all the same
    }
  }

  /**
   * Asks for one thing and gives the answers as they come, the last one included. One request at a time.
   * @throws {OratorError} `voice/failed`; the reason of the abort when there was one.
   */
  async *ask(request: EspeakRequest): AsyncGenerator<HeardAnswer> {
    this.#child.stdin.write(encodeMessage(request));
    for (;;) {
      const heard = await this.#next();
      yield heard;
      if (heard.answer.type !== 'sound') return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#kill);
    this.#kill();
    this.#child.stdout.destroy();
    await this.#ended;
  }

  async #next(): Promise<HeardAnswer> {
    const header = await this.#unreadOf(HEADER_BYTES);
    const length = HEADER_BYTES + header.readUInt32LE(0) + header.readUInt32LE(4);
    const bytes = await this.#unreadOf(length);
    this.#unread = [bytes.subarray(length)];
    this.#unreadBytes -= length;
    return heardIn(bytes.subarray(0, length));
  }

  /** All that came, once it is so much: joined only then, for a clause comes in dozens of pieces. */
  async #unreadOf(bytes: number): Promise<Buffer> {
    while (this.#unreadBytes < bytes) {
      const piece = await this.#read();
      this.#unread.push(piece);
      this.#unreadBytes += piece.length;
    }
    const all = this.#unread.length === 1 ? this.#unread[0]! : Buffer.concat(this.#unread);
    this.#unread = [all];
    return all;
  }

  async #read(): Promise<Buffer> {
    let timer: NodeJS.Timeout | undefined;
    const stalled = new Promise<never>((_, reject) => {
      const words = `stood still for ${this.#patienceSeconds} s`;
      timer = setTimeout(() => reject(failed(words)), this.#patienceSeconds * 1000);
    });
    try {
      const piece = await Promise.race([this.#pieces.next(), stalled]);
      this.#signal.throwIfAborted();
      if (!piece.done) return piece.value;
    } catch (thrown) {
      this.#signal.throwIfAborted();
      throw thrown instanceof OratorError ? thrown : failed('broke', thrown);
    } finally {
      clearTimeout(timer);
    }
    throw failed('ended in the middle', new Error((await this.#ended) ?? (this.#log.trim() || 'It said nothing.')));
  }
}

/** Resolves when the process is gone, with the reason when it could not even start. */
const endOf = (child: ChildProcessByStdio<Writable, Readable, Readable>) =>
  new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', () => resolve(undefined));
  });

const failed = (how: string, cause?: unknown) =>
  new OratorError('voice/failed', `The built-in voice ${how}. Try again, or run: orator doctor`, { cause });

/** One whole message. */
function heardIn(message: Buffer): HeardAnswer {
  const soundAt = HEADER_BYTES + message.readUInt32LE(0);
  const answer = JSON.parse(message.toString('utf8', HEADER_BYTES, soundAt)) as EspeakAnswer;
  const pcm = new Int16Array((message.length - soundAt) / 2);
  new Uint8Array(pcm.buffer).set(message.subarray(soundAt));
  return { answer, pcm };
}
