import { Worker } from 'node:worker_threads';
import { OratorError } from '@orator/core/base/errors';
import type { PainterSetup } from '@orator/core/engines/portrait/stage';
import type { Rect } from '@orator/core/media/frame';
import type { Pose } from '@orator/core/motion/pose';
import type { PaintOrder, PaintReply, PixelForm } from './paint-protocol.ts';

/** Where the thread's program lies: beside this file in a checkout, beside the bundle in an installed package. */
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './paint-program.ts' : './paint-program.js', import.meta.url);

/** A picture that was painted: its pixels, what may differ from the one before, and how to return the pixels. */
export interface PaintedPicture {
  readonly pixels: Uint8ClampedArray<SharedArrayBuffer>;
  readonly changed: Rect;
  readonly giveBack: () => void;
}

/** One thread that paints for any number of subjects. */
export class PaintThread implements AsyncDisposable {
  readonly #worker = new Worker(PROGRAM);
  readonly #waiting: PromiseWithResolvers<Rect>[] = [];
  readonly #brushes = new Map<number, Brush>();
  #subjects = 0;
  #cause: unknown;

  constructor() {
    this.#worker.on('message', (reply: PaintReply) => {
      if (reply.type === 'painted') this.#waiting.shift()!.resolve(reply.changed);
      else this.#brushes.get(reply.subject)?.opened();
    });
    this.#worker.on('error', (cause) => this.#end(cause));
    this.#worker.on('exit', () => this.#end(new Error('The thread ended.')));
    this.#worker.unref();
  }

  /** How many subjects it paints. */
  get load(): number {
    return this.#brushes.size;
  }

  /** Whether it has ended, so that it paints no more. */
  get isLost(): boolean {
    return this.#cause !== undefined;
  }

  /** Opens a subject; poses can be painted at once, and wait until it is ready. */
  open(setup: PainterSetup): Brush {
    const subject = this.#subjects++;
    const { width, height } = setup.still;
    const brush = new Brush(width * height, {
      paint: (pose, form, pixels) => {
        const reply = Promise.withResolvers<Rect>();
        if (this.#cause !== undefined) reply.reject(this.#ended());
        else this.#waiting.push(reply);
        this.#tell({ type: 'paint', subject, pose, form, pixels });
        return reply.promise;
      },
      close: () => {
        this.#brushes.delete(subject);
        this.#tell({ type: 'close', subject });
      },
    });
    this.#brushes.set(subject, brush);
    this.#tell({ type: 'open', subject, setup });
    return brush;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #tell(order: PaintOrder): void {
    this.#worker.postMessage(order);
  }

  /** A thread that never got ready is not missed; one that leaves in the middle of its work is. */
  #end(cause: unknown): void {
    this.#cause ??= cause;
    for (const brush of this.#brushes.values()) brush.lost();
    for (const reply of this.#waiting.splice(0)) reply.reject(this.#ended());
  }

  #ended(): OratorError {
    return new OratorError('internal', 'A thread that paints frames has ended. Try again.', { cause: this.#cause });
  }
}

/** What a brush asks of its thread. */
interface BrushThread {
  paint(pose: Pose, form: PixelForm, pixels: SharedArrayBuffer): Promise<Rect>;
  close(): void;
}

/** Paints one subject on a thread. */
export class Brush implements Disposable {
  readonly #size: number;
  readonly #thread: BrushThread;
  readonly #pool: SharedArrayBuffer[] = [];
  readonly #opening = Promise.withResolvers<void>();
  #ready = false;
  #pending = 0;

  /** `size`: pixels of a picture. */
  constructor(size: number, thread: BrushThread) {
    this.#size = size;
    this.#thread = thread;
    this.#opening.promise.catch(() => {}); // told to who waits for it
  }

  /** Whether poses are painted without waiting for the subject to be opened. */
  get isReady(): boolean {
    return this.#ready;
  }

  /** Resolves once it is ready. @throws {OratorError} `internal` when its thread ends before. */
  get ready(): Promise<void> {
    return this.#opening.promise;
  }

  /** Pictures that were asked for and are not there yet. */
  get pending(): number {
    return this.#pending;
  }

  /** @throws {OratorError} `internal` when the thread ends. */
  async paint(pose: Pose, form: PixelForm = 'rgba'): Promise<PaintedPicture> {
    const pixels = this.#pool.pop() ?? new SharedArrayBuffer(this.#size * 4);
    this.#pending++;
    try {
      const changed = await this.#thread.paint(pose, form, pixels);
      const bytes = this.#size * (form === 'rgb' ? 3 : 4);
      return { pixels: new Uint8ClampedArray(pixels, 0, bytes), changed, giveBack: () => this.#pool.push(pixels) };
    } finally {
      this.#pending--;
    }
  }

  /** For its thread: the subject is open. */
  opened(): void {
    this.#ready = true;
    this.#opening.resolve();
  }

  /** For its thread: it has ended. */
  lost(): void {
    this.#ready = false;
    this.#opening.reject(new OratorError('internal', 'A thread that paints frames has ended. Try again.'));
  }

  [Symbol.dispose](): void {
    this.#thread.close();
  }
}
