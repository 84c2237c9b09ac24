import { Worker } from 'node:worker_threads';
import { OratorError } from '@orator/core/base/errors';
import type { PainterSetup } from '@orator/core/engines/portrait/stage';
import type { Rect } from '@orator/core/media/frame';
import { jpegRoom } from '@orator/core/media/jpeg/encoder';
import type { Pose } from '@orator/core/motion/pose';
import type { PaintOrder, PaintReply, PictureForm } from './paint-protocol.ts';

/** Where the thread's program lies: beside this file in a checkout, beside the bundle in an installed package. */
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './paint-program.ts' : './paint-program.js', import.meta.url);

/** A picture that was painted: its pixels or the bytes of its JPEG, what may differ from the one before, and how to return them. */
export interface PaintedPicture {
  readonly pixels: Uint8ClampedArray<SharedArrayBuffer>;
  readonly changed: Rect;
  readonly giveBack: () => void;
}

/** One thread that paints for any number of subjects. */
export class PaintThread implements AsyncDisposable {
  readonly #worker = new Worker(PROGRAM);
  readonly #waiting: PromiseWithResolvers<Painted>[] = [];
  readonly #brushes = new Map<number, Brush>();
  #subjects = 0;
  #cause: unknown;

  constructor() {
    this.#worker.on('message', (reply: PaintReply) => {
      if (reply.type === 'painted') this.#waiting.shift()!.resolve(reply);
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
    const brush = new Brush(jpegRoom(width, height), {
      paint: (pose, form, into) => {
        const reply = Promise.withResolvers<Painted>();
        if (this.#cause !== undefined) reply.reject(this.#ended());
        else this.#waiting.push(reply);
        this.#tell({ type: 'paint', subject, pose, form, into });
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

/** What a thread says of a picture. */
type Painted = Pick<Extract<PaintReply, { type: 'painted' }>, 'bytes' | 'changed'>;

/** What a brush asks of its thread. */
interface BrushThread {
  paint(pose: Pose, form: PictureForm, into: SharedArrayBuffer): Promise<Painted>;
  close(): void;
}

/** Paints one subject on a thread. */
export class Brush implements Disposable {
  readonly #room: number;
  readonly #thread: BrushThread;
  readonly #pool: SharedArrayBuffer[] = [];
  readonly #opening = Promise.withResolvers<void>();
  #ready = false;
  #pending = 0;

  /** `room`: bytes for a picture in any form. */
  constructor(room: number, thread: BrushThread) {
    this.#room = room;
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
  async paint(pose: Pose, form: PictureForm = 'rgba'): Promise<PaintedPicture> {
    const into = this.#pool.pop() ?? new SharedArrayBuffer(this.#room);
    this.#pending++;
    try {
      const { bytes, changed } = await this.#thread.paint(pose, form, into);
      return { pixels: new Uint8ClampedArray(into, 0, bytes), changed, giveBack: () => this.#pool.push(into) };
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
