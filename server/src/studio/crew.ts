import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { OratorError } from '@orator/core/base/errors';
import { frameTime } from '@orator/core/base/units';
import type { EngineSession } from '@orator/core/engines/engine';
import { createPainter } from '@orator/core/engines/portrait/draw';
import type { PortraitSetup } from '@orator/core/engines/portrait/engine';
import { type Frame, lentFrame, type Rect } from '@orator/core/media/frame';
import type { MotionFrame, Pose } from '@orator/core/motion/pose';
import type { HelperReply, PaintOrder } from './paint-protocol.ts';

/** Where the helpers' program lies: beside this file in a checkout, beside the bundle in an installed package. */
const HELPER_PROGRAM = new URL(
  import.meta.url.endsWith('.ts') ? './paint-helper.ts' : './paint-helper.js',
  import.meta.url,
);

/** Frames that are painted before helpers are called: a clip that is shorter ends before they would be ready. */
const ALONE_FRAMES = 25;
/** Poses that one helper has at a time: one in work, and the next. */
const HELPER_ORDERS = 2;
/** Frames painted here that may wait for those before them. */
const AHEAD = 2;
/** What all helpers' pixels may take, and what one takes, in pictures of the output's size. */
const HELPERS_BYTES = 400 * 2 ** 20;
const HELPER_PICTURES = 8;
const MOST_HELPERS = 7;

/** How many helpers suit this machine and a size of picture: none on a single core. */
export function suitableHelpers({ width, height }: { readonly width: number; readonly height: number }): number {
  const room = Math.floor(HELPERS_BYTES / (width * height * 4 * HELPER_PICTURES));
  return Math.max(0, Math.min(availableParallelism() - 1, room, MOST_HELPERS));
}

/** A frame's pixels, what may differ from the frame that the same thread painted before, and how to return the pixels. */
interface Painted {
  readonly here: boolean;
  readonly pixels: Uint8ClampedArray;
  readonly changed: Rect;
  readonly giveBack: () => void;
}

/**
 * The portrait engine on several threads: each frame is painted by who is free, a helper or this thread, and all come in order. What is
 * drawn is the same, byte for byte, whoever does it.
 */
export function openCrew(setup: PortraitSetup, helpers: number): EngineSession {
  const { fps, prepared, still, placement } = setup;
  const painter = createPainter(setup);
  const { width, height } = painter;
  const canvases: Uint8ClampedArray[] = [];
  const crew: Helper[] = [];
  const paintHere = async (pose: Pose): Promise<Painted> => {
    const pixels = canvases.pop() ?? painter.createCanvas();
    return { here: true, pixels, changed: painter.paint(pose, pixels), giveBack: () => canvases.push(pixels) };
  };
  const callHelpers = () => {
    const workerData = { prepared, still, placement };
    for (let k = 0; k < helpers; k++)
      crew.push(new Helper(new Worker(HELPER_PROGRAM, { workerData }), width * height * 4));
  };
  return {
    width,
    height,
    fps,
    async *frames(input: AsyncIterable<MotionFrame>): AsyncGenerator<Frame> {
      const pending: Promise<Painted>[] = [];
      let index = 0;
      let ahead = 0; // painted here, and waiting
      let before: Rect | undefined;
      const next = async (): Promise<Frame> => {
        const painted = await pending.shift()!;
        if (painted.here) ahead--;
        // Each covers where its frame differs from the photo: together they cover where the two frames differ.
        const changed = before && union(before, painted.changed);
        before = painted.changed;
        const { pixels, giveBack } = painted;
        return lentFrame({ at: frameTime(index++, fps), width, height, pixels, changed }, giveBack);
      };
      for await (const { pose } of input) {
        const most = crew.some((helper) => helper.isReady) ? AHEAD : 0;
        let helper = crew.find(({ isFree }) => isFree);
        while (!helper && ahead > most) {
          yield await next();
          helper = crew.find(({ isFree }) => isFree);
        }
        if (!helper) ahead++;
        const painted = helper ? helper.paint(pose) : paintHere(pose);
        painted.catch(() => {}); // told when its turn comes
        pending.push(painted);
        if (index + pending.length === ALONE_FRAMES) callHelpers();
        if (most === 0) yield await next();
      }
      while (pending.length > 0) yield await next();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(crew.map((helper) => helper[Symbol.asyncDispose]()));
    },
  };
}

function union(a: Rect, b: Rect): Rect {
  if (a.width === 0) return b;
  if (b.width === 0) return a;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const right = Math.max(a.x + a.width, b.x + b.width);
  const bottom = Math.max(a.y + a.height, b.y + b.height);
  return { x, y, width: right - x, height: bottom - y };
}

/** One thread that paints. */
class Helper implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #bytes: number;
  readonly #waiting: PromiseWithResolvers<Rect>[] = [];
  readonly #pool: SharedArrayBuffer[] = [];
  #ready = false;

  /** `bytes` is the size of a frame. */
  constructor(worker: Worker, bytes: number) {
    this.#worker = worker;
    this.#bytes = bytes;
    worker.on('message', (reply: HelperReply) => {
      if ('ready' in reply) this.#ready = true;
      else this.#waiting.shift()!.resolve(reply.changed);
    });
    worker.on('error', (cause) => this.#end(cause));
    worker.on('exit', () => this.#end(new Error('The thread ended.')));
    worker.unref();
  }

  get isReady(): boolean {
    return this.#ready;
  }

  get isFree(): boolean {
    return this.#ready && this.#waiting.length < HELPER_ORDERS;
  }

  async paint(pose: Pose): Promise<Painted> {
    const pixels = this.#pool.pop() ?? new SharedArrayBuffer(this.#bytes);
    const reply = Promise.withResolvers<Rect>();
    this.#waiting.push(reply);
    this.#worker.postMessage({ pose, pixels } satisfies PaintOrder);
    const changed = await reply.promise;
    return { here: false, pixels: new Uint8ClampedArray(pixels), changed, giveBack: () => this.#pool.push(pixels) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  /** A helper that never got ready is not missed; one that leaves in the middle of its work is. */
  #end(cause: unknown): void {
    this.#ready = false;
    for (const reply of this.#waiting.splice(0)) {
      reply.reject(new OratorError('internal', 'A thread that paints frames has ended. Try again.', { cause }));
    }
  }
}
