import { mix } from '../../../base/maths.ts';
import type { FineRow } from '../mesh/subdivision.ts';
import { type FacePixels, luminance, median, redness } from './face-pixels.ts';
import type { HeadFrame } from './head-frame.ts';

/** Vertices of each fine lip row, from corner to corner; a point in pixels. */
/** Fine rows of vertices by name, as `FineTopology` has them. */
export type Rows = Readonly<Record<FineRow, Uint16Array>>;
/** A position in source pixels. */
export type Point = readonly [x: number, y: number];

/** A lip's colour, its redness and its luminance. */
export interface LipColour {
  readonly rgb: readonly [number, number, number];
  readonly red: number;
  readonly light: number;
}

/** The lips' columns, and the units of their search: distances are in IOD along the head's downward axis. */
export class MouthColumns {
  readonly columns: number;
  readonly iod: number;
  readonly down: Point;
  readonly fine: Float32Array;
  readonly rows: Rows;
  readonly pixels: FacePixels;
  private readonly rgb = [0, 0, 0];

  constructor(fine: Float32Array, rows: Rows, pixels: FacePixels, frame: HeadFrame) {
    this.fine = fine;
    this.rows = rows;
    this.pixels = pixels;
    this.columns = rows.innerUpper.length;
    this.iod = frame.iod;
    const length = Math.hypot(frame.axes.y[0], frame.axes.y[1]);
    this.down = [frame.axes.y[0] / length, frame.axes.y[1] / length];
  }

  at(row: FineRow, column: number): Point {
    const vertex = this.rows[row][column]! * 3;
    return [this.fine[vertex]!, this.fine[vertex + 1]!];
  }

  /** Moves a row's vertex down by `distance` IOD. */
  lower(row: FineRow, column: number, distance: number): void {
    const vertex = this.rows[row][column]! * 3;
    this.fine[vertex]! += this.down[0] * distance * this.iod;
    this.fine[vertex + 1]! += this.down[1] * distance * this.iod;
  }

  place(row: FineRow, column: number, [x, y]: Point): void {
    const vertex = this.rows[row][column]! * 3;
    this.fine[vertex] = x;
    this.fine[vertex + 1] = y;
  }

  /** How far `b` lies below `a`, IOD. */
  drop(a: Point, b: Point): number {
    return ((b[0] - a[0]) * this.down[0] + (b[1] - a[1]) * this.down[1]) / this.iod;
  }

  below([x, y]: Point, distance: number): Point {
    return [x + this.down[0] * distance * this.iod, y + this.down[1] * distance * this.iod];
  }

  gapAt(column: number): number {
    return this.drop(this.at('innerUpper', column), this.at('innerLower', column));
  }

  read(point: Point): readonly [red: number, light: number] {
    this.pixels.read(point[0], point[1], this.rgb);
    const [r, g, b] = this.rgb as [number, number, number];
    return [redness(r, g, b), luminance(r, g, b)];
  }

  /** The lip's colour: median over its middle columns, between its outline and its inner edge. */
  colourBetween(outer: FineRow, inner: FineRow): LipColour {
    const channels: number[][] = [[], [], []];
    for (let column = this.columns >> 2; column <= (this.columns * 3) >> 2; column++) {
      for (const t of LIP_BAND) {
        this.pixels.read(...between(this.at(outer, column), this.at(inner, column), t), this.rgb);
        for (let c = 0; c < 3; c++) channels[c]!.push(this.rgb[c]!);
      }
    }
    const rgb = channels.map(median) as [number, number, number];
    return { rgb, red: redness(...rgb), light: luminance(...rgb) };
  }
}

const LIP_BAND = [0.35, 0.44, 0.53, 0.62];
/** The point `t` of the way from `a` to `b`. */
export const between = (a: Point, b: Point, t: number): Point => [mix(a[0], b[0], t), mix(a[1], b[1], t)];

/** Step of searches along a column, IOD. */
export const STEP = 0.004;
