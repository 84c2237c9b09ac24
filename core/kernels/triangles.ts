// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.

import { half, rounding } from './constants';

const EDGE: f64 = 1e-4; // px: edges are inclusive, so neighbours overlap instead of leaving seams
const THIN: f64 = 0.25; // px²: twice the area under which texels are not told apart
const SLIVER: f64 = 1e-3; // px²: twice the area under which a triangle covers no pixel centre worth drawing

/** The rows and columns of the picture that the triangle last reached can cover; ends are exclusive. */
export let rowStart: i32 = 0;
export let rowEnd: i32 = 0;
export let columnStart: i32 = 0;
export let columnEnd: i32 = 0;

/** Tells whether a triangle covers anything of a picture, and sets the four above. */
export function reach(at: usize, a: i32, b: i32, c: i32, width: i32, height: i32): bool {
  const first = pointOf(at, a);
  const second = pointOf(at, b);
  const third = pointOf(at, c);
  const lowest = f64x2.pmin(f64x2.pmin(first, second), third);
  const highest = f64x2.pmax(f64x2.pmax(first, second), third);
  const starts = f64x2.ceil(f64x2.sub(lowest, f64x2.splat(0.5 + EDGE)));
  const ends = f64x2.floor(f64x2.add(highest, f64x2.splat(0.5 + EDGE)));
  const from = i32x4.trunc_sat_f64x2_s_zero(starts);
  const to = i32x4.trunc_sat_f64x2_s_zero(ends);
  columnStart = max(0, i32x4.extract_lane(from, 0));
  rowStart = max(0, i32x4.extract_lane(from, 1));
  columnEnd = min(width, i32x4.extract_lane(to, 0));
  rowEnd = min(height, i32x4.extract_lane(to, 1));
  if (rowStart >= rowEnd || columnStart >= columnEnd) return false;
  const one = f64x2.sub(second, first);
  const other = f64x2.sub(third, first);
  const cross = f64x2.mul(one, v128.shuffle<i64>(other, other, 1, 0));
  const area = f64x2.extract_lane(cross, 0) - f64x2.extract_lane(cross, 1);
  return area <= -SLIVER || area >= SLIVER;
}

function pointOf(points: usize, k: i32): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(points + ((<usize>k) << 3)));
}

/**
 * Writes, for the rows `top`..`bottom` of one triangle, the texel position of each covered pixel: two words a pixel at `positions`, which
 * starts with row `top` and holds `width` pixels a row, with room for four more at the end. Texel positions run affinely; none is above
 * `maxU` and `maxV`, nor below 0 where those are not: outside the texture its border goes on. `sign` is added to the second word.
 */
export function placeTriangle(
  at: usize,
  texel: usize,
  a: i32,
  b: i32,
  c: i32,
  width: i32,
  top: i32,
  bottom: i32,
  positions: usize,
  maxU: f64,
  maxV: f64,
  sign: i32,
): void {
  // Sorted by y: a above b above c.
  const yA = yOf(at, a);
  const yB = yOf(at, b);
  const aLower = yB < yA;
  const upper = select(b, a, aLower);
  const lower = select(a, b, aLower);
  const yC = yOf(at, c);
  const cHighest = yC < yOf(at, upper);
  const cLowest = yC >= yOf(at, lower);
  a = select(c, upper, cHighest);
  b = select(lower, select(upper, c, cHighest), cLowest);
  c = select(c, lower, cLowest);
  // Vectors hold x and y, or u and v. Pixel centres lie at whole numbers.
  const corner = f64x2.sub(pointOf(at, a), half());
  const cornerB = f64x2.sub(pointOf(at, b), half());
  const cornerC = f64x2.sub(pointOf(at, c), half());
  const toB = f64x2.sub(cornerB, corner);
  const toC = f64x2.sub(cornerC, corner);
  const downB = f64x2.extract_lane(toB, 1);
  const downC = f64x2.extract_lane(toC, 1);
  const betweenBC = f64x2.sub(toC, toB);
  const downBC = f64x2.extract_lane(betweenBC, 1);
  const cross = f64x2.mul(toB, v128.shuffle<i64>(toC, toC, 1, 0));
  const area = f64x2.extract_lane(cross, 0) - f64x2.extract_lane(cross, 1);
  // Slivers would throw their texels far out: they show the texel of one corner all over.
  const thin = area > -THIN && area < THIN;
  // How far the edges a–c, a–b and b–c run to the right for one row down, and 65536 for the area.
  const ratios = f64x2.div(f64x2(f64x2.extract_lane(toC, 0), 65536), f64x2(downC, area));
  const slopes = f64x2.div(v128.shuffle<i64>(toB, betweenBC, 0, 2), v128.shuffle<i64>(toB, betweenBC, 1, 3));
  const scale = f64x2.splat(thin ? 0 : f64x2.extract_lane(ratios, 1));
  const texelA = pointOf(texel, a);
  const texelB = pointOf(texel, b);
  const texelC = pointOf(texel, c);
  const overB = f64x2.mul(f64x2.sub(texelB, texelA), scale);
  const overC = f64x2.mul(f64x2.sub(texelC, texelA), scale);
  // How far the texel moves for one pixel to the right, and one down.
  const right = f64x2.sub(f64x2.mul(overB, f64x2.splat(downC)), f64x2.mul(overC, f64x2.splat(downB)));
  const down = f64x2.sub(
    f64x2.mul(overC, v128.shuffle<i64>(toB, toB, 0, 0)),
    f64x2.mul(overB, v128.shuffle<i64>(toC, toC, 0, 0)),
  );
  const ay = f64x2.extract_lane(corner, 1);
  const rows = rounded(f64x2(ay - EDGE + 0.5, ay + downC + EDGE + 0.5));
  const rowEnd = min(bottom, i32x4.extract_lane(rows, 1));
  let y = max(top, i32x4.extract_lane(rows, 0));
  const fallen = <f64>y - ay;
  let rowTexel = f64x2.add(
    f64x2.mul(texelA, f64x2.splat(65536)),
    f64x2.sub(f64x2.mul(down, f64x2.splat(fallen)), f64x2.mul(right, v128.shuffle<i64>(corner, corner, 0, 0))),
  );
  const steps = rounded(right);
  const limits = f64x2(maxU, maxV);
  const lowest = f64x2.pmin(f64x2.pmin(texelA, texelB), texelC);
  const highest = f64x2.pmax(f64x2.pmax(texelA, texelB), texelC);
  const safe = isWithin(f64x2.mul(lowest, f64x2.splat(65536)), f64x2.mul(highest, f64x2.splat(65536)), limits);
  // A row's ends: the left one, and the right one with its sign turned, so that of two edges on one side the larger number ends the row.
  // Rounded, they become the first pixel centre right of the left end, and the last one left of the right end.
  const centres = f64x2.splat(0.5 - EDGE);
  const turned = f64x2(1, -1);
  // No row reaches beyond the corners, also where it lies a little beyond them itself and its edge is almost level.
  const leftmost = f64x2.pmin(f64x2.pmin(corner, cornerB), cornerC);
  const rightmost = f64x2.pmax(f64x2.pmax(corner, cornerB), cornerC);
  const low = f64x2.add(f64x2.mul(v128.shuffle<i64>(leftmost, rightmost, 0, 2), turned), centres);
  const high = f64x2.add(f64x2.mul(v128.shuffle<i64>(rightmost, leftmost, 0, 2), turned), centres);
  const longX = f64x2.extract_lane(corner, 0) + fallen * f64x2.extract_lane(ratios, 0);
  const upperX = f64x2.extract_lane(corner, 0) + fallen * f64x2.extract_lane(slopes, 0);
  const lowerX = f64x2.extract_lane(cornerB, 0) + (fallen - downB) * f64x2.extract_lane(slopes, 1);
  // Where the long edge a–c lies left of b, rows run from it to the nearer of the short edges, else from that to it. Level edges end none.
  const longRight = i64x2.splat(area > 0 ? 0 : -1);
  let upperEnds = endsOf(longX, upperX, longRight);
  let lowerEnds = endsOf(longX, lowerX, longRight);
  let upperSteps = endsOf(f64x2.extract_lane(ratios, 0), f64x2.extract_lane(slopes, 0), longRight);
  let lowerSteps = endsOf(f64x2.extract_lane(ratios, 0), f64x2.extract_lane(slopes, 1), longRight);
  if (downB <= EDGE) {
    upperEnds = lowerEnds;
    upperSteps = lowerSteps;
  } else if (downBC <= EDGE) {
    lowerEnds = upperEnds;
    lowerSteps = upperSteps;
  }
  upperEnds = f64x2.add(upperEnds, centres);
  lowerEnds = f64x2.add(lowerEnds, centres);
  const signs = i32x4(0, sign, 0, sign);
  let row = positions + ((<usize>((y - top) * width)) << 3);
  const pitch = (<usize>width) << 3;
  for (; y < rowEnd; y++) {
    const ends = f64x2.pmax(f64x2.pmax(upperEnds, lowerEnds), low);
    const span = rounded(f64x2.pmin(ends, high));
    const first = max(0, i32x4.extract_lane(span, 0));
    const end = min(width, 1 - i32x4.extract_lane(span, 1));
    if (first < end) {
      const from = f64x2.add(rowTexel, f64x2.mul(right, f64x2.splat(<f64>first)));
      const to = row + ((<usize>first) << 3);
      const count = end - first;
      if (safe || isWithin(from, f64x2.add(from, f64x2.mul(right, f64x2.splat(<f64>(count - 1)))), limits)) {
        placeSpan(to, count, rounded(from), steps, signs);
      } else placeSpanWithin(to, count, from, right, limits, signs);
    }
    upperEnds = f64x2.add(upperEnds, upperSteps);
    lowerEnds = f64x2.add(lowerEnds, lowerSteps);
    rowTexel = f64x2.add(rowTexel, down);
    row += pitch;
  }
}

function yOf(points: usize, k: i32): f32 {
  return load<f32>(points + ((<usize>k) << 3), 4);
}

/** A long edge's x and a short one's as left end and right end, the right one's sign turned. */
function endsOf(long: f64, short: f64, longRight: v128): v128 {
  return v128.bitselect(f64x2(short, -long), f64x2(long, -short), longRight);
}

/** The nearest integers of two numbers below 2³¹, in a lower half. */
function rounded(numbers: v128): v128 {
  const bits = f64x2.add(numbers, rounding());
  return v128.shuffle<i32>(bits, bits, 0, 2, 0, 2);
}

/** Whether two positions, and so all between them, lie inside the texture with a little room to spare. */
function isWithin(one: v128, other: v128, limits: v128): bool {
  const room = f64x2.splat(655);
  const inside = v128.and(
    f64x2.ge(f64x2.pmin(one, other), room),
    f64x2.lt(f64x2.pmax(one, other), f64x2.sub(limits, room)),
  );
  return i64x2.all_true(inside);
}

/**
 * Writes `count` positions from `start` on that follow each other by `step`: both u, v twice. Four are written at a time without a branch,
 * as most spans are short; what lay beyond the end is put back.
 */
function placeSpan(to: usize, count: i32, start: v128, step: v128, signs: v128): void {
  const end = to + ((<usize>count) << 3);
  const beyond = v128.load(end);
  const further = v128.load(end, 16);
  let pair = v128.or(v128.shuffle<i64>(start, i32x4.add(start, step), 0, 2), signs);
  const twice = i32x4.add(step, step);
  let next = i32x4.add(pair, twice);
  v128.store(to, pair);
  v128.store(to, next, 16);
  const fourfold = i32x4.add(twice, twice);
  for (to += 32; to < end; to += 32) {
    pair = i32x4.add(pair, fourfold);
    next = i32x4.add(next, fourfold);
    v128.store(to, pair);
    v128.store(to, next, 16);
  }
  v128.store(end, beyond);
  v128.store(end, further, 16);
}

/** The same for spans that may leave the texture: no position is above `limits`, nor below 0 where those are not. */
function placeSpanWithin(to: usize, count: i32, start: v128, step: v128, limits: v128, signs: v128): void {
  for (let k = 0; k < count; k++, to += 8) {
    const at = f64x2.add(start, f64x2.mul(step, f64x2.splat(<f64>k)));
    const within = f64x2.min(limits, f64x2.max(f64x2.splat(0), at));
    v128.store64_lane(to, v128.or(i32x4.trunc_sat_f64x2_s_zero(within), signs), 0);
  }
}
