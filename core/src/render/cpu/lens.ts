import type { KernelMemory } from '../../base/kernels/kernel-memory.ts';

const STEP = 0.5; // px along the chord between two samples of the curves
const CURVES = 4;
const FOUND = 5;
const LANES = 4; // the kernel writes so many columns at a time

const samplesFor = (reach: number) => Math.ceil(reach / STEP) + LANES;

/** The bytes that a lens for chords up to `reach` px in pictures up to `columns` wide takes in two parts. */
export const lensBytes = (reach: number, columns: number): number =>
  4 * (CURVES * samplesFor(reach) + FOUND * (columns + LANES));

/**
 * An opening between two curves that share their ends: the lips' inner edges, or two eye lids. `shape` lays it over the picture,
 * `scan` then says for one row of pixels how much shows through and how far each pixel lies from both curves.
 */
export class Lens {
  /** The chord: where it starts (px), its direction and length (px). */
  x = 0;
  y = 0;
  dx = 1;
  dy = 0;
  length = 0;
  /** Rows and columns that `scan` can reach, `…End` exclusive. */
  firstRow = 0;
  rowEnd = 0;
  firstColumn = 0;
  columnEnd = 0;
  /** The largest distance between the curves, px. */
  height = 0;
  /** One a curve sample (every half pixel of the chord): both curves' distance from the chord, positive to the right of its direction (down). */
  readonly top: Float32Array;
  readonly bottom: Float32Array;
  private readonly topLean: Float32Array;
  private readonly bottomLean: Float32Array;
  samples = 0;

  /** What `scan` found for columns `from`..`to` (exclusive) of a row, index 0 = column `from`. */
  from = 0;
  to = 0;
  /** 0..1. */
  readonly share: Float32Array;
  /** px below the upper and above the lower curve, negative outside. */
  readonly below: Float32Array;
  readonly above: Float32Array;
  /** 0..1 along the chord. */
  readonly along: Float32Array;
  /** px between the curves here. */
  readonly gap: Float32Array;

  private readonly memory: KernelMemory;
  private readonly curves: Float32Array;
  private readonly found: Float32Array;
  private readonly s: Float32Array;
  private readonly t: Float32Array;
  private readonly slope: Float32Array;

  /** For curves of up to `points` points and chords up to `reach` px, in pictures up to `columns` wide. */
  constructor(points: number, reach: number, columns: number, memory: KernelMemory) {
    const samples = samplesFor(reach);
    const width = columns + LANES;
    this.memory = memory;
    this.curves = memory.floats(CURVES * samples);
    this.found = memory.floats(FOUND * width);
    const curve = (k: number) => this.curves.subarray(k * samples, (k + 1) * samples);
    const column = (k: number) => this.found.subarray(k * width, (k + 1) * width);
    this.top = curve(0);
    this.bottom = curve(1);
    this.topLean = curve(2);
    this.bottomLean = curve(3);
    this.share = column(0);
    this.below = column(1);
    this.above = column(2);
    this.along = column(3);
    this.gap = column(4);
    this.s = new Float32Array(points);
    this.t = new Float32Array(points);
    this.slope = new Float32Array(points);
  }

  /**
   * Lays the lens through the vertices `upper` and `lower` (lists from the image's left to its right that share their first and last)
   * at the positions `at` (two a vertex, px). `margin` px around the curves are scanned too. The picture is `columns` × `rows`.
   */
  shape(at: Float32Array, upper: Uint16Array, lower: Uint16Array, margin: number, columns: number, rows: number): void {
    const first = upper[0]!;
    const last = upper[upper.length - 1]!;
    this.x = at[2 * first]!;
    this.y = at[2 * first + 1]!;
    const dx = at[2 * last]! - this.x;
    const dy = at[2 * last + 1]! - this.y;
    this.length = Math.max(1, Math.hypot(dx, dy));
    this.dx = dx / this.length;
    this.dy = dy / this.length;
    this.samples = Math.min(this.top.length, Math.floor(this.length / STEP) + 2);
    this.trace(at, upper, this.top, this.topLean);
    this.trace(at, lower, this.bottom, this.bottomLean);
    this.height = 0;
    let high = 0;
    let low = 0;
    for (let k = 0; k < this.samples; k++) {
      this.height = Math.max(this.height, this.bottom[k]! - this.top[k]!);
      high = Math.min(high, this.top[k]!);
      low = Math.max(low, this.bottom[k]!);
    }
    this.box(high - margin, low + margin, columns, rows);
  }

  private box(high: number, low: number, columns: number, rows: number): void {
    let left = Infinity;
    let right = -Infinity;
    let top = Infinity;
    let bottom = -Infinity;
    for (let corner = 0; corner < 4; corner++) {
      const s = corner & 1 ? this.length : 0;
      const t = corner & 2 ? low : high;
      const x = this.x + s * this.dx - t * this.dy;
      const y = this.y + s * this.dy + t * this.dx;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    this.firstRow = Math.max(0, Math.floor(top) - 1);
    this.rowEnd = Math.min(rows, Math.ceil(bottom) + 1);
    this.firstColumn = Math.max(0, Math.floor(left) - 1);
    this.columnEnd = Math.min(columns, Math.ceil(right) + 1);
  }

  /** Samples a cubic Hermite curve through the vertices, in chord coordinates, kept monotone along the chord. */
  private trace(at: Float32Array, vertices: Uint16Array, curve: Float32Array, lean: Float32Array): void {
    const { s, t, slope } = this;
    const count = vertices.length;
    for (let k = 0; k < count; k++) {
      const px = at[2 * vertices[k]!]! - this.x;
      const py = at[2 * vertices[k]! + 1]! - this.y;
      s[k] = px * this.dx + py * this.dy;
      t[k] = py * this.dx - px * this.dy;
      if (k > 0) s[k] = Math.max(s[k]!, s[k - 1]! + 1e-3);
    }
    for (let k = count - 2; k >= 0; k--) s[k] = Math.min(s[k]!, s[k + 1]! - 1e-3);
    for (let k = 0; k < count; k++) {
      const before = Math.max(0, k - 1);
      const after = Math.min(count - 1, k + 1);
      const rise = (t[after]! - t[before]!) / (s[after]! - s[before]!);
      // No steeper than three times the flatter neighbour: points that crowd together would else throw the curve far out.
      const left = k > 0 ? (t[k]! - t[before]!) / (s[k]! - s[before]!) : rise;
      const right = k < count - 1 ? (t[after]! - t[k]!) / (s[after]! - s[k]!) : rise;
      const most = left * right > 0 ? 3 * Math.min(Math.abs(left), Math.abs(right)) : 0;
      slope[k] = Math.max(-most, Math.min(most, rise));
    }
    let k = 0;
    for (let i = 0; i < this.samples; i++) {
      const at = Math.min(this.length, i * STEP);
      while (k < count - 2 && s[k + 1]! < at) k++;
      const span = s[k + 1]! - s[k]!;
      const x = Math.min(1, Math.max(0, (at - s[k]!) / span));
      const x2 = x * x;
      const x3 = x2 * x;
      curve[i] =
        (2 * x3 - 3 * x2 + 1) * t[k]! +
        (x3 - 2 * x2 + x) * span * slope[k]! +
        (3 * x2 - 2 * x3) * t[k + 1]! +
        (x3 - x2) * span * slope[k + 1]!;
    }
    for (let i = 0; i < this.samples; i++) {
      const next = Math.min(this.samples - 1, i + 1);
      const previous = Math.max(0, i - 1);
      const rise = (curve[next]! - curve[previous]!) / Math.max(STEP, (next - previous) * STEP);
      lean[i] = 1 / Math.sqrt(1 + rise * rise);
    }
  }

  /** Reads row `y`. `fade` px of height let the opening appear softly where the curves part. */
  scan(y: number, fade: number): void {
    this.from = this.firstColumn;
    this.to = this.columnEnd;
    const px = this.from + 0.5 - this.x;
    const py = y + 0.5 - this.y;
    this.memory.kernels.scanLens(
      this.curves.byteOffset,
      this.top.length,
      this.samples,
      this.found.byteOffset,
      this.share.length,
      this.to - this.from,
      px * this.dx + py * this.dy,
      py * this.dx - px * this.dy,
      this.dx,
      this.dy,
      this.length,
      fade,
    );
  }
}
