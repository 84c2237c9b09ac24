import type { Picture } from '../../../media/frame.ts';
import { readPatch } from '../../../media/patch.ts';
import type { HeadFrame } from './head-frame.ts';

/** Finer detail than this is noise to the searches for lips and lids: pixels per IOD. */
const DETAIL = 160;
/** Side of what is read, IOD, centred this far below the eyes. */
const SIDE = 3.4;
const BELOW_EYES = 0.55;

/** How bright a colour is to the eye, in the scale of its channels. */
export const luminance = (r: number, g: number, b: number) => 0.3 * r + 0.59 * g + 0.11 * b;
/** How red a colour is, independent of light: about 0.05 for skin, 0.2 for lips. */
export const redness = (r: number, g: number, b: number) => (r - g) / (r + g + b + 15);

/** The face's pixels, read once at the detail that searches need; asked for at positions in source pixels. */
export class FacePixels {
  /** Source pixels per sample. */
  readonly step: number;
  private readonly size: number;
  private readonly left: number;
  private readonly top: number;
  private readonly rgb: Float32Array;

  constructor(picture: Picture, { axes, iod }: HeadFrame) {
    const side = SIDE * iod;
    this.size = Math.max(16, Math.round(side / Math.max(1, iod / DETAIL)));
    this.step = side / this.size;
    const x = axes.origin[0] + axes.y[0] * BELOW_EYES * iod;
    const y = axes.origin[1] + axes.y[1] * BELOW_EYES * iod;
    this.left = x - side / 2;
    this.top = y - side / 2;
    this.rgb = new Float32Array(this.size * this.size * 3);
    readPatch(picture, { x, y, side, angle: 0 }, this.size, this.rgb);
  }

  /** Writes the colour at a source position (pixel corners at whole numbers) to `out`, bilinear. */
  read(x: number, y: number, out: Float32Array | number[]): void {
    const last = this.size - 1.001;
    const u = Math.min(last, Math.max(0, (x - this.left) / this.step - 0.5));
    const v = Math.min(last, Math.max(0, (y - this.top) / this.step - 0.5));
    const column = Math.floor(u);
    const row = Math.floor(v);
    const [du, dv] = [u - column, v - row];
    const at = (row * this.size + column) * 3;
    const below = at + this.size * 3;
    const { rgb } = this;
    for (let c = 0; c < 3; c++) {
      const upper = rgb[at + c]! * (1 - du) + rgb[at + 3 + c]! * du;
      const lower = rgb[below + c]! * (1 - du) + rgb[below + 3 + c]! * du;
      out[c] = upper * (1 - dv) + lower * dv;
    }
  }

  private readonly sample = new Float32Array(3);

  luminance(x: number, y: number): number {
    this.read(x, y, this.sample);
    return luminance(this.sample[0]!, this.sample[1]!, this.sample[2]!);
  }

  redness(x: number, y: number): number {
    this.read(x, y, this.sample);
    return redness(this.sample[0]!, this.sample[1]!, this.sample[2]!);
  }
}

/** The value that `share` (0..1) of `values` lie below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))] ?? 0;
}
export const median = (values: readonly number[]) => quantile(values, 0.5);

/** Median over `2·reach + 1` neighbours, then mean over `2·smooth + 1`; ends use what is there. */
export function steady(values: readonly number[], reach: number, smooth: number): number[] {
  const around = (list: readonly number[], i: number, by: number) => list.slice(Math.max(0, i - by), i + by + 1);
  const medians = values.map((_, i) => median(around(values, i, reach)));
  return medians.map((_, i) => {
    const near = around(medians, i, smooth);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
}

/**
 * The cheapest path through columns of costs, one choice per column; neighbouring choices differ by at most `reach` places, each
 * place costing `bend`.
 */
export function cheapestPath(costs: readonly Float64Array[], bend: number, reach: number): number[] {
  const places = costs[0]!.length;
  const from: Int32Array[] = [];
  let total = Float64Array.from(costs[0]!);
  for (let column = 1; column < costs.length; column++) {
    const next = new Float64Array(places);
    const back = new Int32Array(places);
    for (let place = 0; place < places; place++) {
      let best = Infinity;
      for (let q = Math.max(0, place - reach); q <= Math.min(places - 1, place + reach); q++) {
        const cost = total[q]! + bend * Math.abs(place - q);
        if (cost < best) {
          best = cost;
          back[place] = q;
        }
      }
      next[place] = best + costs[column]![place]!;
    }
    total = next;
    from.push(back);
  }
  let place = total.indexOf(Math.min(...total));
  const path = [place];
  for (let column = from.length - 1; column >= 0; column--) {
    place = from[column]![place]!;
    path.push(place);
  }
  return path.reverse();
}
