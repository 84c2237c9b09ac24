import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { OratorError } from '@orator/core/base/errors';
import type { ProduceEvent } from '@orator/core/produce/events';
import type { Receipt } from '@orator/core/produce/receipt';
import type { AvatarEvent } from '../avatars/avatar-builder.ts';
import type { PortraitFacts } from '../avatars/portrait-avatar.ts';
import type { Config } from '../config.ts';
import type { ClipOrder } from '../studio/clip.ts';
import type { AvatarOrder, ClipCall, ClipReply, PrepareOrder } from './clip-protocol.ts';

const PROGRAM = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './clip-process.ts' : './clip-process.js', import.meta.url),
);
/** A process that was told to stop and has not after so long is ended. */
export const STOP_MS = 5000;
/** A process is replaced after so many orders: what little it may leak never adds up. */
const MOST_ORDERS = 200;

/** A process beyond those that are kept ends when it had nothing to do for so long, ms. */
const SPARE_MS = 60_000;

/** Told while a clip is made. */
export interface ClipProgress {
  stage(words: string): void;
  event(event: ProduceEvent): void;
}

/** What a finished avatar is. */
export type BuiltAvatar = Extract<AvatarEvent, { type: 'done' }>;

type Work = Exclude<ClipCall, { type: 'stop' }>;
/** Reads one reply of a process; gives the result once it is there. */
type Listener<Result> = (reply: Exclude<ClipReply, { type: 'ready' | 'failed' }>) => Result | undefined;

/** Processes that make clips and avatars, kept warm between them. */
export class ClipPool implements AsyncDisposable {
  readonly #config: Config;
  readonly #idle: ClipProcess[] = [];
  readonly #all = new Set<ClipProcess>();
  #kept = 1;

  constructor(config: Config) {
    this.#config = config;
  }

  /** Starts `count` processes ahead of need, and keeps so many whatever happens; at least one is kept that was needed. */
  warm(count: number): void {
    this.#kept = Math.max(this.#kept, count);
    while (this.#idle.length < count) this.#idle.push(this.#start());
  }

  /** Makes a clip. @throws {OratorError} what the clip throws; `worker/lost` when its process dies. */
  make(order: ClipOrder, correlationId: string, progress: ClipProgress, signal: AbortSignal): Promise<Receipt> {
    return this.#run<Receipt>({ type: 'make', order, correlationId }, signal, (reply) => {
      if (reply.type === 'stage') progress.stage(reply.words);
      if (reply.type !== 'event') return undefined;
      progress.event(reply.event);
      return reply.event.type === 'done' ? reply.event.receipt : undefined;
    });
  }

  /** Builds an avatar. @throws {OratorError} what the builder throws; `worker/lost` when its process dies. */
  build(
    order: AvatarOrder,
    correlationId: string,
    progress: (event: AvatarEvent) => void,
    signal: AbortSignal,
  ): Promise<BuiltAvatar> {
    return this.#run<BuiltAvatar>({ type: 'build', order, correlationId }, signal, (reply) => {
      if (reply.type !== 'avatar') return undefined;
      progress(reply.event);
      return reply.event.type === 'done' ? reply.event : undefined;
    });
  }

  /**
   * Makes a picture's face ready, for `openSubject` to find, and as a portrait avatar where a folder is given.
   * @throws {OratorError} `image/…`, `face/…`, `output/…`; `worker/lost` when its process dies.
   */
  prepare(order: PrepareOrder, correlationId: string, signal: AbortSignal): Promise<PortraitFacts> {
    return this.#run<PortraitFacts>({ type: 'prepare', order, correlationId }, signal, (reply) =>
      reply.type === 'prepared' ? reply.photo : undefined,
    );
  }

  /** Has a process load what clips need. @throws {OratorError} what `loadEngine` throws; `worker/lost` when the process dies. */
  loadEngine(signal: AbortSignal): Promise<true> {
    return this.#run<true>({ type: 'load', correlationId: 'load' }, signal, (reply) =>
      reply.type === 'loaded' ? true : undefined,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all].map((process) => process[Symbol.asyncDispose]()));
  }

  async #run<Result>(work: Work, signal: AbortSignal, listener: Listener<Result>): Promise<Result> {
    const process = this.#idle.pop() ?? this.#start();
    try {
      return await process.run(work, signal, listener);
    } finally {
      if (process.isAlive && process.orders < MOST_ORDERS) this.#rest(process);
      else void process[Symbol.asyncDispose]();
    }
  }

  /** The process last used is used first, so those beyond need stay unused and end. */
  #rest(process: ClipProcess): void {
    this.#idle.push(process);
    const { orders } = process;
    const look = () => {
      const isSpare = this.#idle.length > this.#kept && this.#idle.includes(process) && process.orders === orders;
      if (isSpare) void process[Symbol.asyncDispose]();
    };
    setTimeout(look, SPARE_MS).unref();
  }

  #start(): ClipProcess {
    const process = new ClipProcess(this.#config, () => {
      this.#all.delete(process);
      const at = this.#idle.indexOf(process);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    this.#all.add(process);
    return process;
  }
}

class ClipProcess implements AsyncDisposable {
  orders = 0;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #listener: ((reply: ClipReply | { readonly type: 'exit' }) => void) | undefined;

  constructor({ data, models, ffmpeg, path, values }: Config, onExit: () => void) {
    const { HOME, LD_LIBRARY_PATH } = process.env;
    const { ORATOR_BACKEND, ORATOR_PRECISION, ORATOR_ONNX_RUNTIME } = values;
    const numbers = {
      ORATOR_MODEL_MEMORY_MB: String(values.ORATOR_MODEL_MEMORY_MB),
      ORATOR_GPU_ID: String(values.ORATOR_GPU_ID),
    };
    const env = {
      ...{ ORATOR_DATA: data, ORATOR_MODELS: models, ORATOR_FFMPEG: ffmpeg, PATH: path, HOME, LD_LIBRARY_PATH },
      ...{ ORATOR_BACKEND, ORATOR_PRECISION, ORATOR_ONNX_RUNTIME, ...numbers },
    };
    this.#child = fork(PROGRAM, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
    this.#child.on('message', (reply: ClipReply) => this.#listener?.(reply));
    this.#child.on('error', () => {}); // it then exits
    this.#exited = new Promise((resolve) =>
      this.#child.once('close', () => {
        onExit();
        this.#listener?.({ type: 'exit' });
        resolve();
      }),
    );
  }

  get isAlive(): boolean {
    return this.#child.connected && this.#child.exitCode === null;
  }

  async run<Result>(work: Work, signal: AbortSignal, listener: Listener<Result>): Promise<Result> {
    signal.throwIfAborted();
    this.orders++;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#listener = (reply) => {
      if (reply.type === 'exit') reject(new OratorError('worker/lost', 'The process that did the work ended.'));
      else if (reply.type === 'failed') {
        const error = new OratorError(reply.code, reply.message);
        reject(Object.assign(error, { stack: reply.stack }));
      } else if (reply.type !== 'ready') {
        const result = listener(reply);
        if (result !== undefined) resolve(result);
      }
    };
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      this.#say({ type: 'stop' });
      timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    };
    signal.addEventListener('abort', stop, { once: true });
    this.#say(work);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      this.#listener = undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL'); // temporary files carry its number and are cleared by whoever comes next
    await this.#exited;
  }

  #say(call: ClipCall): void {
    if (this.#child.connected) this.#child.send(call, () => {});
  }
}
