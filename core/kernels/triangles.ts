// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.

const EDGE: f64 = 1e-4; // px: edges are inclusive, so neighbours overlap instead of leaving seams
const THIN: f64 = 0.25; // px²: twice the area under which texels are not told apart
/** Added to a number below 2³¹ it leaves the nearest integer in the low word. */
const ROUNDING: f64 = 6755399441055744; // 2⁵² + 2⁵¹
const SLIVER: f64 = 1e-3; // px²: twice the area under which a triangle covers no pixel centre worth drawing

function yOf(points: usize, k: i32): f32 {
  return load<f32>(points + ((<usize>k) << 3), 4);
}

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
 * starts with row `top` and holds `width` pixels a row. Texel positions run affinely; none is written above `maxU` and `maxV`, nor below
 * 0 where those are not: outside the texture its border goes on.
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
): void {
  // Sorted by y: a above b above c.
  let swap = 0;
  if (yOf(at, b) < yOf(at, a)) {
    swap = a;
    a = b;
    b = swap;
  }
  if (yOf(at, c) < yOf(at, b)) {
    swap = b;
    b = c;
    c = swap;
    if (yOf(at, b) < yOf(at, a)) {
      swap = a;
      a = b;
      b = swap;
    }
  }
  // Vectors hold x and y, or u and v.
  const corner = f64x2.sub(pointOf(at, a), f64x2.splat(0.5)); // pixel centres lie at whole numbers
  const toB = f64x2.sub(f64x2.sub(pointOf(at, b), f64x2.splat(0.5)), corner);
  const toC = f64x2.sub(f64x2.sub(pointOf(at, c), f64x2.splat(0.5)), corner);
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
  const slopes = f64x2.div(f64x2(f64x2.extract_lane(toB, 0), f64x2.extract_lane(betweenBC, 0)), f64x2(downB, downBC));
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
  const ax = f64x2.extract_lane(corner, 0);
  const ay = f64x2.extract_lane(corner, 1);
  const base = f64x2.sub(
    f64x2.mul(texelA, f64x2.splat(65536)),
    f64x2.add(f64x2.mul(right, f64x2.splat(ax)), f64x2.mul(down, f64x2.splat(ay))),
  );
  const steps = rounded(right);
  const limits = f64x2(maxU, maxV);
  const lowest = f64x2.pmin(f64x2.pmin(texelA, texelB), texelC);
  const highest = f64x2.pmax(f64x2.pmax(texelA, texelB), texelC);
  const safe = isWithin(f64x2.mul(lowest, f64x2.splat(65536)), f64x2.mul(highest, f64x2.splat(65536)), limits);
  // Where the long edge a–c lies left of b, each row runs from it to one of the short edges, else from that to it.
  const longLeft = area > 0;
  const longSlope = f64x2.extract_lane(ratios, 0);
  // No row reaches beyond the corners, also where it lies a little beyond them itself and its edge is almost level.
  const bx = ax + f64x2.extract_lane(toB, 0);
  const cx = ax + f64x2.extract_lane(toC, 0);
  const leftmost = min(ax, min(bx, cx));
  const rightmost = max(ax, max(bx, cx));
  // Rounded, the left end becomes the first pixel centre right of it, and the right end the last one left of it.
  const centres = f64x2(0.5 - EDGE, EDGE - 0.5);
  const low = f64x2.add(f64x2.splat(leftmost), centres);
  const high = f64x2.add(f64x2.splat(rightmost), centres);
  const rows = rounded(f64x2(ay - EDGE + 0.5, ay + downC + EDGE + 0.5));
  const rowEnd = min(bottom, i32x4.extract_lane(rows, 1));
  const middle = min(rowEnd, i32x4.extract_lane(rounded(f64x2.splat(ay + downB + 0.5)), 0));
  let y = max(top, i32x4.extract_lane(rows, 0));
  let rowTexel = f64x2.add(base, f64x2.mul(down, f64x2.splat(<f64>y)));
  let row = positions + ((<usize>((y - top) * width)) << 3);
  const pitch = (<usize>width) << 3;
  // The rows above b, then those below.
  for (let part = downB > EDGE ? 0 : 1; part < 2; part++) {
    const partEnd = part === 0 ? middle : rowEnd;
    const slope = part === 0 ? f64x2.extract_lane(slopes, 0) : downBC > EDGE ? f64x2.extract_lane(slopes, 1) : 0;
    const fallen = <f64>y - ay;
    const x = bx + (fallen - downB) * slope;
    const longX = ax + fallen * longSlope;
    const both = longLeft ? f64x2(longSlope, slope) : f64x2(slope, longSlope);
    let ends = f64x2.add(longLeft ? f64x2(longX, x) : f64x2(x, longX), centres);
    for (; y < partEnd; y++) {
      const span = rounded(f64x2.pmin(f64x2.pmax(ends, low), high));
      const first = max(0, i32x4.extract_lane(span, 0));
      const last = min(width - 1, i32x4.extract_lane(span, 1));
      if (first <= last) {
        const to = row + ((<usize>first) << 3);
        const from = f64x2.add(rowTexel, f64x2.mul(right, f64x2.splat(<f64>first)));
        if (safe || isWithin(from, f64x2.add(from, f64x2.mul(right, f64x2.splat(<f64>(last - first)))), limits)) {
          placeSpan(to, last - first + 1, rounded(from), steps);
        } else placeSpanWithin(to, last - first + 1, from, right, limits);
      }
      ends = f64x2.add(ends, both);
      rowTexel = f64x2.add(rowTexel, down);
      row += pitch;
    }
  }
}

/** The nearest integers of two numbers below 2³¹, in a lower half. */
function rounded(numbers: v128): v128 {
  const bits = f64x2.add(numbers, f64x2.splat(ROUNDING));
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

/** Writes `count` positions from `start` on that follow each other by `step`: both u, v in a lower half. */
function placeSpan(to: usize, count: i32, start: v128, step: v128): void {
  const second = i32x4.add(start, step);
  let pair = v128.shuffle<i64>(start, second, 0, 2);
  const twice = i32x4.shl(v128.shuffle<i64>(step, step, 0, 0), 1);
  for (; count >= 2; count -= 2, to += 16) {
    v128.store(to, pair);
    pair = i32x4.add(pair, twice);
  }
  if (count > 0) v128.store64_lane(to, pair, 0);
}

/** The same for spans that may leave the texture: no position is above `limits`, nor below 0 where those are not. */
function placeSpanWithin(to: usize, count: i32, start: v128, step: v128, limits: v128): void {
  for (let k = 0; k < count; k++, to += 8) {
    const at = f64x2.add(start, f64x2.mul(step, f64x2.splat(<f64>k)));
    const within = f64x2.min(limits, f64x2.max(f64x2.splat(0), at));
    v128.store64_lane(to, i32x4.trunc_sat_f64x2_s_zero(within), 0);
  }
}
