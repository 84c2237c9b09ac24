import { Worker } from 'node:worker_threads';
import { OratorError } from '@orator/core/base/errors';
import type { Tensors } from '@orator/core/models/runtime';
import type { OnnxOrder, OnnxReply, OnnxStart } from './onnx-protocol.ts';
import { withoutPlace } from './plain-reason.ts';

/** Where the thread's program lies: beside this file in a checkout, beside the bundle in an installed package. */
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './onnx-program.ts' : './onnx-program.js', import.meta.url);

/** One network on a thread of its own. Runs come one after the other, in the order in which they are asked for. */
export class OnnxThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting: PromiseWithResolvers<Tensors>[] = [];
  readonly #opening = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #cause: OratorError | undefined;

  private constructor(start: OnnxStart) {
    this.#worker = new Worker(PROGRAM, { workerData: start });
    this.#worker.on('message', (reply: OnnxReply) => this.#hear(reply));
    this.#worker.on('error', (cause) => this.#end(cause));
    this.#worker.on('exit', () => this.#end(new Error('The thread ended.')));
    this.#worker.unref();
  }

  /** Loads a network. @throws {OratorError} `model/failed` with the library's own words. */
  static async open(start: OnnxStart): Promise<OnnxThread> {
    const thread = new OnnxThread(start);
    try {
      await thread.#alive(thread.#opening.promise);
      return thread;
    } catch (thrown) {
      await thread.#worker.terminate();
      throw thrown;
    }
  }

  /** @throws {OratorError} `model/failed` */
  async run(inputs: Tensors): Promise<Tensors> {
    if (this.#cause) throw this.#cause;
    const reply = Promise.withResolvers<Tensors>();
    this.#waiting.push(reply);
    this.#tell({ type: 'run', inputs });
    return this.#alive(reply.promise);
  }

  /** Waits for what runs, then frees the network's memory. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#cause) return;
    this.#tell({ type: 'close' });
    await this.#alive(this.#closed.promise);
    await this.#worker.terminate();
  }

  /** While somebody waits, the thread keeps the process from ending. */
  async #alive<T>(promise: Promise<T>): Promise<T> {
    this.#worker.ref();
    try {
      return await promise;
    } finally {
      if (this.#waiting.length === 0) this.#worker.unref();
    }
  }

  #tell(order: OnnxOrder): void {
    this.#worker.postMessage(order);
  }

  #hear(reply: OnnxReply): void {
    if (reply.type === 'opened') this.#opening.resolve();
    else if (reply.type === 'closed') this.#closed.resolve();
    else if (reply.type === 'done') this.#waiting.shift()!.resolve(reply.outputs);
    else (this.#waiting.shift() ?? this.#opening).reject(failed(reply.reason));
  }

  #end(cause: unknown): void {
    this.#cause ??= failed(cause instanceof Error ? cause.message : 'its thread ended');
    this.#opening.reject(this.#cause);
    this.#opening.promise.catch(() => {}); // told to who waits for it
    this.#closed.resolve();
    for (const reply of this.#waiting.splice(0)) reply.reject(this.#cause);
  }
}

/** The library's words name files and layers, never what is in pictures or sound. */
const failed = (reason: string) =>
  new OratorError('model/failed', `The network did not run: ${firstLine(withoutPlace(reason))}. See orator doctor.`);

const firstLine = (text: string) =>
  text
    .split('\n')[0]!
    .slice(0, 300)
    .replace(/[.\s]+$/, '');
