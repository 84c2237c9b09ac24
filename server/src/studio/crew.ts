import { availableParallelism } from 'node:os';
import { frameTime } from '@orator/core/base/units';
import type { EngineSession } from '@orator/core/engines/engine';
import { createPainter } from '@orator/core/engines/portrait/draw';
import type { PortraitSetup } from '@orator/core/engines/portrait/engine';
import { type Frame, lentFrame, type Rect } from '@orator/core/media/frame';
import type { MotionFrame, Pose } from '@orator/core/motion/pose';
import { type Brush, type PaintedPicture, PaintThread } from './paint-thread.ts';

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
  const threads: PaintThread[] = [];
  const crew: Brush[] = [];
  const paintHere = async (pose: Pose): Promise<Painted> => {
    const pixels = canvases.pop() ?? painter.createCanvas();
    return { here: true, pixels, changed: painter.paint(pose, pixels), giveBack: () => canvases.push(pixels) };
  };
  const callHelpers = () => {
    for (let k = 0; k < helpers; k++) {
      const thread = new PaintThread();
      threads.push(thread);
      crew.push(thread.open({ prepared, still, placement }));
    }
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
        let helper = crew.find(isFree);
        while (!helper && ahead > most) {
          yield await next();
          helper = crew.find(isFree);
        }
        if (!helper) ahead++;
        const painted = helper ? helper.paint(pose).then(fromHelper) : paintHere(pose);
        painted.catch(() => {}); // told when its turn comes
        pending.push(painted);
        if (index + pending.length === ALONE_FRAMES) callHelpers();
        if (most === 0) yield await next();
      }
      while (pending.length > 0) yield await next();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map((thread) => thread[Symbol.asyncDispose]()));
    },
  };
}

const isFree = ({ isReady, pending }: Brush) => isReady && pending < HELPER_ORDERS;
const fromHelper = (picture: PaintedPicture): Painted => ({ here: false, ...picture });

function union(a: Rect, b: Rect): Rect {
  if (a.width === 0) return b;
  if (b.width === 0) return a;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const right = Math.max(a.x + a.width, b.x + b.width);
  const bottom = Math.max(a.y + a.height, b.y + b.height);
  return { x, y, width: right - x, height: bottom - y };
}
