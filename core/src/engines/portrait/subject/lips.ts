import { clamp, mix, smooth } from '../../../base/maths.ts';
import type { FineRow } from '../mesh/subdivision.ts';
import { cheapestPath, type FacePixels, luminance, median, quantile, redness, steady } from './face-pixels.ts';
import type { HeadFrame } from './head-frame.ts';

type Rows = Readonly<Record<FineRow, Uint16Array>>;
type Point = readonly [number, number];

/** What the lips' pixels say. */
export interface LipReading {
  /** Whether the lips are parted. */
  readonly open: boolean;
  /** Redness and luminance of the upper and lower lip. */
  readonly upper: LipColour;
  readonly lower: LipColour;
}

interface LipColour {
  readonly rgb: readonly [number, number, number];
  readonly red: number;
  readonly light: number;
}

/** A landmark gap above this is an open mouth, IOD. */
const SURELY_OPEN = 0.06;
/** Share of the middle columns that must show teeth for lips to count as parted when landmarks call them closed. */
const TOOTH_SHARE = 0.3;

/**
 * Corrects the lip rows of `fine` (3 per fine vertex, pixels) by what the pixels show: landmarks alone are 1 to 3 % of the
 * distance between the eyes off, enough to tear a lip or to glue teeth to it.
 */
export function refineLips(fine: Float32Array, rows: Rows, pixels: FacePixels, frame: HeadFrame): LipReading {
  const mouth = new Mouth(fine, rows, pixels, frame);
  const upper = mouth.colourBetween('outerUpper', 'innerUpper');
  const lower = mouth.colourBetween('outerLower', 'innerLower');
  const gap = mouth.gapAt(mouth.columns >> 1);
  const edges = findEdges(mouth, upper, lower, gap);
  const open = gap > SURELY_OPEN || toothShare(mouth, upper) > TOOTH_SHARE;
  if (open) moveToEdges(mouth, edges);
  else moveToSeam(mouth);
  moveOuterLower(mouth);
  keepThickness(mouth);
  spreadMiddleRows(mouth);
  return { open, upper, lower };
}

/** The lips' columns, and the units of their search: distances are in IOD along the head's downward axis. */
class Mouth {
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
const between = (a: Point, b: Point, t: number): Point => [mix(a[0], b[0], t), mix(a[1], b[1], t)];

/** Step of searches along a column, IOD. */
const STEP = 0.004;

/** For each column how far the lips' inner edges lie below the landmarks' (upper, lower), IOD. */
interface Edges {
  readonly upper: readonly number[];
  readonly lower: readonly number[];
}

/** Walks into the mouth from the middle of each lip to where lip ends. */
function findEdges(mouth: Mouth, upper: LipColour, lower: LipColour, gap: number): Edges {
  const inside: number[] = [];
  if (gap > SURELY_OPEN) {
    for (let column = mouth.columns >> 2; column <= (mouth.columns * 3) >> 2; column++) {
      for (const t of [0.2, 0.35, 0.5, 0.65, 0.8]) {
        inside.push(mouth.read(between(mouth.at('innerUpper', column), mouth.at('innerLower', column), t))[0]);
      }
    }
  }
  const floor = inside.length > 0 ? quantile(inside, 0.12) : undefined;
  const walk = (from: 'upper' | 'lower', column: number) => {
    const lip = from === 'upper' ? upper : lower;
    const [outer, inner, other] =
      from === 'upper'
        ? (['outerUpper', 'innerUpper', 'innerLower'] as const)
        : (['outerLower', 'innerLower', 'innerUpper'] as const);
    const start = between(mouth.at(outer, column), mouth.at(inner, column), 0.5);
    const edge = mouth.at(inner, column);
    const sign = from === 'upper' ? 1 : -1;
    const reach = Math.abs(mouth.drop(start, mouth.at(other, column))) + 0.05;
    let misses = 0;
    for (let distance = 0; distance < reach; distance += STEP) {
      const at = mouth.below(start, sign * distance);
      misses = lipness(mouth.read(at), lip, floor ?? 0.3 * lip.red) < 0.5 ? misses + 1 : 0;
      if (misses === 2) return mouth.drop(edge, mouth.below(start, sign * (distance - STEP)));
    }
    return 0;
  };
  const along = (from: 'upper' | 'lower') => {
    const offsets = Array.from({ length: mouth.columns }, (_, column) => walk(from, column));
    const fifth = Math.round(mouth.columns / 5);
    const usual = median(offsets.slice(fifth, -fifth));
    return steady(
      offsets.map((offset) => clamp(offset, usual - EDGE_SPREAD, usual + EDGE_SPREAD)),
      4,
      3,
    );
  };
  return { upper: along('upper'), lower: along('lower') };
}

/** Landmarks err alike along a lip: found edges further than this from their median are shadows, tongue or gum, IOD. */
const EDGE_SPREAD = 0.03;

/** Lips less red than this are those of a black and white picture. */
const COLOURLESS = 0.04;

/** 1 for a pixel of the lip's colour, 0 for teeth, tongue shade or darkness. */
function lipness([red, light]: readonly [number, number], lip: LipColour, floor: number): number {
  const notDark = clamp((light / lip.light - 0.36) / 0.24);
  if (lip.red < COLOURLESS) return Math.min(notDark, clamp((1.6 - light / lip.light) / 0.3));
  return Math.min(clamp((red - floor) / Math.max(0.01, 0.9 * (lip.red - floor))), notDark);
}

/** Share of the middle columns where something pale shows between the upper lip and the darkest point below it. */
function toothShare(mouth: Mouth, lip: LipColour): number {
  const from = Math.round(mouth.columns * 0.3);
  const to = mouth.columns - from;
  let showing = 0;
  for (let column = from; column < to; column++) {
    const start = between(mouth.at('outerUpper', column), mouth.at('innerUpper', column), 0.6);
    const reach = mouth.drop(start, between(mouth.at('innerLower', column), mouth.at('outerLower', column), 0.4));
    const samples: (readonly [number, number])[] = [];
    for (let distance = 0; distance < reach; distance += STEP) samples.push(mouth.read(mouth.below(start, distance)));
    const darkest = samples.reduce((best, [, light], i) => (light < samples[best]![1] ? i : best), 0);
    const pale = samples.slice(0, darkest).filter(([red, light]) => red < 0.75 * lip.red && light > 0.8 * lip.light);
    if (pale.length * STEP > 0.015) showing++;
  }
  return showing / (to - from);
}

/** How far beyond the found edges rows are put, IOD: no fringe of teeth stays on a lip. */
const CLEAR = 0.008;

/** Puts the inner rows onto the found edges: at most 0.10 IOD outwards and 0.05 inwards, less towards the corners. */
function moveToEdges(mouth: Mouth, edges: Edges): void {
  for (let column = 1; column < mouth.columns - 1; column++) {
    const fade = cornerFade(mouth, column);
    mouth.lower('innerUpper', column, fade * clamp(edges.upper[column]! - CLEAR / 2, -0.1, 0.05));
    mouth.lower('innerLower', column, fade * clamp(edges.lower[column]! + CLEAR, -0.05, 0.1));
    const crossing = -mouth.gapAt(column);
    if (crossing > 0) {
      mouth.lower('innerUpper', column, -crossing / 2);
      mouth.lower('innerLower', column, crossing / 2);
    }
  }
}

/**
 * 0 at the corners, 1 from a tenth of the mouth inwards; on the far side of a turned face, whose columns crowd together, from up to
 * a quarter.
 */
function cornerFade(mouth: Mouth, column: number): number {
  const last = mouth.columns - 1;
  const half = (end: number) => {
    const [a, b] = [mouth.at('outerLower', end), mouth.at('outerLower', last >> 1)];
    return Math.hypot(b[0] - a[0], b[1] - a[1]);
  };
  const [right, left] = [half(0), half(last)];
  const [near, own] = column < last / 2 ? [left, right] : [right, left];
  const reach = clamp((0.1 * near) / Math.max(1, own), 0.1, 0.25);
  return smooth(0, reach, Math.min(column, last - column) / last);
}

const SEAM_COLUMNS = 61;
const SEAM_REACH = 0.085;

/** Finds the dark line between closed lips and puts both inner rows on it. */
function moveToSeam(mouth: Mouth): void {
  const base = Array.from({ length: mouth.columns }, (_, column) =>
    between(mouth.at('innerUpper', column), mouth.at('innerLower', column), 0.5),
  );
  const baseAt = (t: number): Point => {
    const column = Math.min(mouth.columns - 2, Math.floor(t * (mouth.columns - 1)));
    return between(base[column]!, base[column + 1]!, t * (mouth.columns - 1) - column);
  };
  const step = Math.max(0.5, mouth.pixels.step * 0.5) / mouth.iod;
  const reach = Math.ceil(SEAM_REACH / step);
  const around = (3 * mouth.pixels.step) / mouth.iod;
  const costs = Array.from({ length: SEAM_COLUMNS }, (_, i) => {
    const from = baseAt(i / (SEAM_COLUMNS - 1));
    return Float64Array.from({ length: 2 * reach + 1 }, (_, place) => {
      const offset = (place - reach) * step;
      const light = (by: number) => mouth.pixels.luminance(...mouth.below(from, offset + by));
      const valley = (light(-around) + light(around)) / 2 - light(0);
      return 0.6 * light(0) - 0.8 * valley + 0.15 * (offset * 80) ** 2;
    });
  });
  const path = steady(
    cheapestPath(costs, 2.5, 2).map((place) => (place - reach) * step),
    0,
    2,
  );
  base.forEach((from, column) => {
    const t = (column / (mouth.columns - 1)) * (SEAM_COLUMNS - 1);
    const i = Math.min(SEAM_COLUMNS - 2, Math.floor(t));
    const seam = mouth.below(from, mix(path[i]!, path[i + 1]!, t - i));
    mouth.place('innerUpper', column, seam);
    mouth.place('innerLower', column, seam);
  });
}

/** Redness has to drop by this to count as a lip's outline. */
const LEAST_DROP = 0.008;

/** Puts the lower lip's outline where redness drops fastest; columns agree within 0.02 IOD, and 80 % of the way is taken. */
function moveOuterLower(mouth: Mouth): void {
  const found: number[] = [];
  const columns = Array.from({ length: mouth.columns - 2 }, (_, i) => i + 1);
  for (const column of columns) {
    const from = mouth.at('outerLower', column);
    let best = LEAST_DROP;
    let offset = 0;
    for (let at = -0.04; at <= 0.1; at += STEP) {
      const drop = mouth.read(mouth.below(from, at - 0.012))[0] - mouth.read(mouth.below(from, at + 0.012))[0];
      const score = drop - 0.25 * Math.abs(at) * Math.abs(drop);
      if (score > best) [best, offset] = [score, at];
    }
    found.push(offset);
  }
  const middle = median(found.slice(found.length >> 2, (found.length * 3) >> 2));
  const agreed = steady(
    found.map((offset) => clamp(offset, middle - 0.02, middle + 0.02)),
    3,
    3,
  );
  columns.forEach((column, i) => {
    mouth.lower('outerLower', column, 0.8 * agreed[i]! * cornerFade(mouth, column));
  });
}

/** The thinnest a lip is drawn, IOD: drawn faces may have hardly any, but its rows must not cross. */
const THINNEST = 0.03;

/** Moves outlines away from inner edges that came too close; not at the corners, where all rows meet. */
function keepThickness(mouth: Mouth): void {
  for (let column = 1; column < mouth.columns - 1; column++) {
    const inwards = Math.min(column, mouth.columns - 1 - column) / (mouth.columns - 1);
    const least = THINNEST * smooth(0.07, 0.3, inwards);
    if (least === 0) continue;
    const upper = mouth.drop(mouth.at('outerUpper', column), mouth.at('innerUpper', column));
    const lower = mouth.drop(mouth.at('innerLower', column), mouth.at('outerLower', column));
    if (upper < least) mouth.lower('outerUpper', column, upper - least);
    if (lower < least) mouth.lower('outerLower', column, least - lower);
  }
}

/** Lays the rows inside each lip between its outline and its inner edge, so that none can cross. */
function spreadMiddleRows(mouth: Mouth): void {
  const lay = (row: FineRow, outer: FineRow, inner: FineRow, t: number) => {
    for (let column = 0; column < mouth.columns; column++) {
      mouth.place(row, column, between(mouth.at(outer, column), mouth.at(inner, column), t));
    }
  };
  lay('middleUpper', 'outerUpper', 'innerUpper', 0.38);
  lay('middleUpper2', 'outerUpper', 'innerUpper', 0.72);
  lay('middleLower', 'outerLower', 'innerLower', 0.38);
  lay('middleLower2', 'outerLower', 'innerLower', 0.72);
}
