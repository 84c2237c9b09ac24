import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { OratorError } from '@orator/core/base/errors';
import type { Ffmpeg } from './ffmpeg.ts';

/** How one run of ffmpeg ended. */
export interface FfmpegExit {
  readonly code: number | null;
  /** The signal that ended it, when one did. */
  readonly killedBy: string | null;
}

interface Options {
  readonly signal: AbortSignal;
  /** File descriptors that we feed: 0 is its standard input, others are read as `pipe:3`, `pipe:4`. */
  readonly feeds?: readonly number[];
  /** Seconds without any progress after which it is given up. */
  readonly patienceSeconds?: number;
}

/** The slowest single step seen is a 4k frame on a busy core, under 2 s. */
const PATIENCE_SECONDS = 60;
/** How long a process that stopped reading may take to say why; it is of no more use then. */
const LAST_WORDS_MS = 3000;
/** Lines that ffmpeg describes inputs and outputs with. */
const FORMAT_LINE = /^(?:Input #| {2}Duration: | {2,4}Stream #|Output #)|Estimating duration/;
/** Enough for the last few messages. */
const LOG_CHARACTERS = 8192;

/**
 * One run of ffmpeg as a child process: without a shell, without its keyboard, reading no protocol but files and pipes.
 * An abort or a disposal kills it. Every wait ends: with progress, with its exit, or when patience runs out.
 */
export class FfmpegProcess implements AsyncDisposable {
  readonly exited: Promise<FfmpegExit>;
  readonly #child: ChildProcess;
  readonly #signal: AbortSignal;
  readonly #patienceSeconds: number;
  readonly #abort = () => this.kill();
  #log = '';
  #head = '';
  #exit: FfmpegExit | null = null;
  #spawnError: Error | null = null;
  #stalled = false;

  constructor(ffmpeg: Ffmpeg, args: readonly string[], options: Options) {
    const { signal, feeds = [], patienceSeconds = PATIENCE_SECONDS } = options;
    signal.throwIfAborted();
    this.#signal = signal;
    this.#patienceSeconds = patienceSeconds;
    const stdio = Array.from({ length: Math.max(2, ...feeds) + 1 }, (_, fd) =>
      fd === 1 || fd === 2 || feeds.includes(fd) ? 'pipe' : 'ignore',
    );
    const common = ['-hide_banner', '-nostats', ...(feeds.includes(0) ? [] : ['-nostdin'])];
    this.#child = spawn(ffmpeg.path, [...common, ...args], { stdio, windowsHide: true });
    signal.addEventListener('abort', this.#abort, { once: true });
    for (const fd of feeds) this.feed(fd).on('error', () => {}); // told to whoever writes; a pipe without a writer must not throw
    this.output.on('error', () => {});
    this.output.on('readable', () => {}); // else Node throws away what is unread when the process exits before its reader comes
    this.exited = this.#watch();
  }

  /** What ffmpeg writes to its standard output. */
  get output(): Readable {
    return this.#child.stdout!;
  }

  /** The lines that say what is read and written; tags of a file, which may be long, are left out. */
  get head(): string {
    return this.#head;
  }

  /** The last messages. */
  get log(): string {
    return this.#log;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The pipe behind one of the file descriptors that we feed. */
  feed(fd: number): Writable {
    return this.#child.stdio[fd] as Writable;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /**
   * Writes bytes to a feed; they may change again once this resolves.
   * @throws {OratorError} why ffmpeg no longer reads.
   */
  async write(fd: number, bytes: Uint8Array): Promise<void> {
    const feed = this.feed(fd);
    const written = new Promise<void>((resolve, reject) => {
      feed.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    await written.catch((error: unknown) => this.#explain(error));
  }

  /** Waits for `step`; kills ffmpeg when it makes none within its patience, unless `excused` says that it waits for others. */
  async patiently<T>(step: Promise<T>, excused: () => boolean = () => false): Promise<T> {
    let late = 0;
    // Two halves: after the whole program was held up, what happened meanwhile gets its turn between them.
    const half = setInterval(
      () => {
        late = excused() ? 0 : late + 1;
        if (late < 2) return;
        this.#stalled = true;
        this.kill();
      },
      (this.#patienceSeconds * 1000) / 2,
    );
    try {
      return await step;
    } finally {
      clearInterval(half);
    }
  }

  /** Waits for the end of a run that should end by itself now. @throws {OratorError} when it did not end well. */
  async succeed(): Promise<void> {
    const { code } = await this.patiently(this.exited);
    if (code !== 0) throw this.failure();
  }

  /** Why the run ended as it did. */
  failure(): OratorError {
    if (this.#signal.aborted) {
      const { reason } = this.#signal;
      return reason instanceof OratorError
        ? reason
        : new OratorError('cancelled', 'Stopped on request.', { cause: reason });
    }
    const cause = new Error(this.#log.trim() || 'ffmpeg said nothing');
    if (this.#spawnError !== null) {
      return new OratorError('ffmpeg/missing', 'ffmpeg could not be started. Run: orator doctor', {
        cause: this.#spawnError,
      });
    }
    if (/No space left on device|Disk quota exceeded/.test(this.#log)) {
      return new OratorError('output/disk-full', 'The disk is full. Free some space, or choose another folder.', {
        cause,
      });
    }
    if (this.#stalled) {
      return new OratorError('ffmpeg/failed', `ffmpeg made no progress for ${this.#patienceSeconds} s. Try again.`, {
        cause,
      });
    }
    const how = this.#exit?.killedBy ? `was stopped by ${this.#exit.killedBy}` : `failed (exit ${this.#exit?.code})`;
    return new OratorError('ffmpeg/failed', `ffmpeg ${how}: ${this.lastLine()}. Try again, or run: orator doctor`, {
      cause,
    });
  }

  /** Its last message, without the memory address that ffmpeg puts before it. */
  lastLine(): string {
    const line = this.#log.trim().split('\n').at(-1) ?? '';
    return line.replace(/^\[[^\]]*\]\s*/, '').slice(0, 200) || 'no message';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    this.output.destroy(); // unread output would keep the pipe open
    await this.exited;
  }

  /** A broken pipe is only the sign: the reason is how the process ended. */
  async #explain(error: unknown): Promise<never> {
    const timer = setTimeout(() => this.kill(), LAST_WORDS_MS);
    await this.exited;
    clearTimeout(timer);
    throw this.#exit?.code === 0 ? OratorError.from(error) : this.failure();
  }

  async #watch(): Promise<FfmpegExit> {
    const child = this.#child;
    const log = child.stderr!.setEncoding('utf8');
    let line = '';
    log.on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-LOG_CHARACTERS);
      const lines = (line + text).split('\n');
      line = lines.pop()!.slice(0, LOG_CHARACTERS);
      for (const said of lines) {
        if (FORMAT_LINE.test(said) && this.#head.length < LOG_CHARACTERS) this.#head += `${said.slice(0, 500)}\n`;
      }
    });
    log.on('error', () => {});
    const said = new Promise<void>((resolve) => log.once('close', resolve));
    const exit = await new Promise<FfmpegExit>((resolve) => {
      child.once('exit', (code, killedBy) => resolve({ code, killedBy }));
      child.on('error', (error) => {
        this.#spawnError = error;
        resolve({ code: null, killedBy: null });
      });
    });
    if (this.#spawnError === null) await said;
    this.#signal.removeEventListener('abort', this.#abort);
    this.#exit = exit;
    return exit;
  }
}
