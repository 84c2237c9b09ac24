import type { Rect } from '../../media/frame.ts';
import type { Words } from '../../media/words.ts';

/** A picture to draw on or from. A view: it owns no memory. */
export type Surface = Words;

/** A growing box of touched pixels: `right` and `bottom` are exclusive; empty while `right` <= `left`. */
export class Bounds {
  left = 0x7fffffff;
  top = 0x7fffffff;
  right = 0;
  bottom = 0;

  clear(): void {
    this.left = this.top = 0x7fffffff;
    this.right = this.bottom = 0;
  }

  get empty(): boolean {
    return this.right <= this.left || this.bottom <= this.top;
  }

  /** Takes in the box from (`left`, `top`) up to but without (`right`, `bottom`). */
  cover(left: number, top: number, right: number, bottom: number): void {
    if (left < this.left) this.left = left;
    if (top < this.top) this.top = top;
    if (right > this.right) this.right = right;
    if (bottom > this.bottom) this.bottom = bottom;
  }

  coverAll(other: Bounds): void {
    if (!other.empty) this.cover(other.left, other.top, other.right, other.bottom);
  }

  /** As a rectangle inside a picture of `width` × `height`; zero size when empty. */
  within(width: number, height: number): Rect {
    const x = Math.max(0, Math.floor(this.left));
    const y = Math.max(0, Math.floor(this.top));
    const right = Math.min(width, Math.ceil(this.right));
    const bottom = Math.min(height, Math.ceil(this.bottom));
    if (right <= x || bottom <= y) return { x: 0, y: 0, width: 0, height: 0 };
    return { x, y, width: right - x, height: bottom - y };
  }
}

/** Copies `rect` from one surface to another of the same size. */
export function copyRect(from: Surface, to: Surface, rect: Rect): void {
  const { width } = from;
  if (rect.width * 2 > width) {
    const start = rect.y * width;
    to.pixels.set(from.pixels.subarray(start, start + rect.height * width), start);
    return;
  }
  for (let y = rect.y; y < rect.y + rect.height; y++) {
    const start = y * width + rect.x;
    to.pixels.set(from.pixels.subarray(start, start + rect.width), start);
  }
}
