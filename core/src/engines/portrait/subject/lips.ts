import { clamp, mix, smooth } from '../../../base/maths.ts';
import type { FineRow } from '../mesh/subdivision.ts';
import { cheapestPath, type FacePixels, median, steady } from './face-pixels.ts';
import type { HeadFrame } from './head-frame.ts';
import { findEdges, type LipEdges, SURELY_OPEN, toothShare } from './lip-edges.ts';
import { between, type LipColour, MouthColumns, type Point, type Rows, STEP } from './mouth-columns.ts';

/** What the lips' pixels say. */
export interface LipReading {
  /** Whether the lips are parted. */
  readonly open: boolean;
  /** Redness and luminance of the upper and lower lip. */
  readonly upper: LipColour;
  readonly lower: LipColour;
}

/** Share of the middle columns that must show teeth for lips to count as parted when landmarks call them closed. */
const TOOTH_SHARE = 0.3;

/**
 * Corrects the lip rows of `fine` (3 per fine vertex, pixels) by what the pixels show: landmarks alone are 1 to 3 % of the
 * distance between the eyes off, enough to tear a lip or to glue teeth to it.
 */
export function refineLips(fine: Float32Array, rows: Rows, pixels: FacePixels, frame: HeadFrame): LipReading {
  const mouth = new MouthColumns(fine, rows, pixels, frame);
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

/** How far beyond the found edges rows are put: so much IOD and so many pixels, which is where blurred teeth end. */
const CLEAR = { iod: 0.004, pixels: 0.7, most: 0.018 } as const;

/** Puts the inner rows onto the found edges: at most 0.10 IOD outwards and 0.05 inwards, less towards the corners. */
function moveToEdges(mouth: MouthColumns, edges: LipEdges): void {
  const clear = Math.min(CLEAR.most, CLEAR.iod + (CLEAR.pixels * mouth.pixels.step) / mouth.iod);
  for (let column = 1; column < mouth.columns - 1; column++) {
    const fade = cornerFade(mouth, column);
    mouth.lower('innerUpper', column, fade * clamp(edges.upper[column]! - clear / 2, -0.1, 0.05));
    mouth.lower('innerLower', column, fade * clamp(edges.lower[column]! + clear, -0.05, 0.1));
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
function cornerFade(mouth: MouthColumns, column: number): number {
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
function moveToSeam(mouth: MouthColumns): void {
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
function moveOuterLower(mouth: MouthColumns): void {
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
function keepThickness(mouth: MouthColumns): void {
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
function spreadMiddleRows(mouth: MouthColumns): void {
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
