import type { Picture } from '../media/frame.ts';
import { quantile } from './signal.ts';

/** Reads frames one after the other and tells how far the background follows the head. */
export interface DragMeter {
  add(picture: Picture, points: Float32Array): void;
  /** 0 = it stands still, 1 = it is glued to the head; `null` where the background is too plain or the head too still to tell. */
  finish(): number | null;
}

/** Pixels per eye distance in the small picture that is searched. */
const DENSITY = 48;
/** Every fifth frame is looked at and compared with the third look before: 0.6 s at 25 fps, in which a live head moves by several small pixels. */
const EVERY = 5;
const APART = 3;
const BLOCK = 16;
const SEARCH = 10;
/** Standard deviation that a block needs for its place to be certain, in grey levels. */
const TEXTURE = 6;
/** Blocks stand beside and above the head: this many eye distances from between the eyes, and not below the nose, where shoulders rise. */
const NEAREST = 1.7;
const FURTHEST = 3.2;
const LOWEST = 0.4;
/** The head must have moved so far, in small pixels, over all comparisons taken together (sum of squares). */
const LEAST_MOVEMENT = 15;

interface Look {
  readonly small: { readonly width: number; readonly height: number; readonly grey: Float32Array };
  /** Where the head is, in small pixels. */
  readonly x: number;
  readonly y: number;
}

/** Opens a meter for one clip, whose frames all have one size. */
export function createDragMeter(): DragMeter {
  let scale = 0;
  let index = 0;
  const looks: Look[] = [];
  const blocks = new Map<string, { along: number; all: number }>();
  return {
    add(picture, points) {
      if (index++ % EVERY !== 0) return;
      scale ||= Math.min(
        1,
        DENSITY / Math.hypot(points[263 * 3]! - points[33 * 3]!, points[263 * 3 + 1]! - points[33 * 3 + 1]!),
      );
      const look = { small: shrink(picture, scale), ...headOf(points, scale) };
      looks.push(look);
      if (looks.length > APART) compare(looks.shift()!, look, blocks);
    },
    finish() {
      const drags = [...blocks.values()].filter(({ all }) => all > LEAST_MOVEMENT).map(({ along, all }) => along / all);
      return drags.length < 4 ? null : Math.max(0, quantile(drags, 0.5));
    },
  };
}

function headOf(points: Float32Array, scale: number) {
  const still = [33, 263, 133, 362, 168, 6, 10, 234, 454];
  const middle = (c: number) => (still.reduce((sum, i) => sum + points[i * 3 + c]!, 0) / still.length) * scale;
  return { x: middle(0), y: middle(1) };
}

/** Follows every textured block round the head from one look to the next. */
function compare(from: Look, to: Look, blocks: Map<string, { along: number; all: number }>): void {
  const moved = { x: to.x - from.x, y: to.y - from.y };
  const { width, height } = from.small;
  for (let y = SEARCH; y + BLOCK + SEARCH < height; y += BLOCK) {
    for (let x = SEARCH; x + BLOCK + SEARCH < width; x += BLOCK) {
      if (!beside(x + BLOCK / 2 - from.x, y + BLOCK / 2 - from.y) || texture(from, x, y) < TEXTURE) continue;
      const shift = follow(from, to, x, y);
      if (shift === null) continue;
      const key = `${x} ${y}`;
      const block = blocks.get(key) ?? { along: 0, all: 0 };
      block.along += shift.x * moved.x + shift.y * moved.y;
      block.all += moved.x * moved.x + moved.y * moved.y;
      blocks.set(key, block);
    }
  }
}

const beside = (dx: number, dy: number) => {
  const away = Math.hypot(dx, dy) / DENSITY;
  return away > NEAREST && away < FURTHEST && dy < LOWEST * DENSITY;
};

function texture({ small: { width, grey } }: Look, x: number, y: number): number {
  let [sum, squares] = [0, 0];
  for (let row = y; row < y + BLOCK; row++) {
    for (let column = x; column < x + BLOCK; column++) {
      const value = grey[row * width + column]!;
      sum += value;
      squares += value * value;
    }
  }
  const count = BLOCK * BLOCK;
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}

/** Where a block went, to a part of a pixel; `null` when it went out of sight. */
function follow(from: Look, to: Look, x: number, y: number): { x: number; y: number } | null {
  const side = 2 * SEARCH + 1;
  const errors = new Float64Array(side * side);
  let best = 0;
  for (let i = 0; i < errors.length; i++) {
    errors[i] = difference(from, to, x, y, (i % side) - SEARCH, Math.floor(i / side) - SEARCH);
    if (errors[i]! < errors[best]!) best = i;
  }
  const [column, row] = [best % side, Math.floor(best / side)];
  if (column === 0 || row === 0 || column === side - 1 || row === side - 1) return null;
  const parabola = (step: number) => {
    const [a, b, c] = [errors[best - step]!, errors[best]!, errors[best + step]!];
    const bend = a - 2 * b + c;
    return bend > 1e-9 ? (a - c) / (2 * bend) : 0;
  };
  return { x: column - SEARCH + parabola(1), y: row - SEARCH + parabola(side) };
}

function difference(from: Look, to: Look, x: number, y: number, dx: number, dy: number): number {
  const { width } = from.small;
  let sum = 0;
  for (let row = y; row < y + BLOCK; row++) {
    const a = row * width;
    const b = (row + dy) * width + dx;
    for (let column = x; column < x + BLOCK; column++) {
      const change = from.small.grey[a + column]! - to.small.grey[b + column]!;
      sum += change * change;
    }
  }
  return sum;
}

/** A small grey copy: each pixel is the mean of those it covers. */
function shrink({ width, height, pixels }: Picture, scale: number): Look['small'] {
  const [w, h] = [Math.floor(width * scale), Math.floor(height * scale)];
  const grey = new Float32Array(w * h);
  const counts = new Uint16Array(w * h);
  for (let y = 0; y < height; y++) {
    const row = Math.min(h - 1, Math.floor(y * scale)) * w;
    for (let x = 0; x < width; x++) {
      const to = row + Math.min(w - 1, Math.floor(x * scale));
      const i = (y * width + x) * 4;
      grey[to] = grey[to]! + 0.299 * pixels[i]! + 0.587 * pixels[i + 1]! + 0.114 * pixels[i + 2]!;
      counts[to] = counts[to]! + 1;
    }
  }
  for (let i = 0; i < grey.length; i++) grey[i] = grey[i]! / counts[i]!;
  return { width: w, height: h, grey };
}
