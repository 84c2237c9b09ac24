// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.

/** Samples of the curves per px of the chord, and px: half the width of an anti-aliased edge, height below which nothing shows. */
const PER_PIXEL: f32 = 2;
const SOFT: f32 = 0.75;
const THIN: f32 = 0.3;

/** 0 to 1, smoothly, while `x` goes from `start` on by `1 / steepness`. */
function smooth(x: v128, start: v128, steepness: v128): v128 {
  const way = f32x4.mul(f32x4.sub(x, start), steepness);
  const part = f32x4.min(f32x4.splat(1), f32x4.max(f32x4.splat(0), way));
  return f32x4.mul(f32x4.mul(part, part), f32x4.sub(f32x4.splat(3), f32x4.add(part, part)));
}

/** What follows each of the four numbers that `lookUp` gave last. */
let following: v128 = i32x4.splat(0);

/** The four numbers of `table` at the places `at`, in bytes. */
function lookUp(table: usize, at: v128): v128 {
  let one = v128.load64_zero(table + i32x4.extract_lane(at, 0));
  let other = v128.load64_zero(table + i32x4.extract_lane(at, 2));
  one = v128.load64_lane(table + i32x4.extract_lane(at, 1), one, 1);
  other = v128.load64_lane(table + i32x4.extract_lane(at, 3), other, 1);
  following = v128.shuffle<i32>(one, other, 1, 3, 5, 7);
  return v128.shuffle<i32>(one, other, 0, 2, 4, 6);
}

/** Four numbers of `table` between the places `at` and those that follow. */
function between(table: usize, at: v128, part: v128): v128 {
  const here = lookUp(table, at);
  return f32x4.add(here, f32x4.mul(f32x4.sub(following, here), part));
}

/**
 * Reads `count` pixels of a row of a lens, as `render/cpu/lens.ts` has it: the first lies `s` px along the chord and `t` px beside it, each
 * further one `dx` and `-dy` more. `curves` holds four tables of `capacity` numbers, `samples` of them filled: both curves' distance from
 * the chord, and by how much slanting makes each nearer. Written are five tables of `columns` numbers, up to three more than asked for.
 */
export function scanLens(
  curves: usize,
  capacity: i32,
  samples: i32,
  to: usize,
  columns: i32,
  count: i32,
  s: f32,
  t: f32,
  dx: f32,
  dy: f32,
  length: f32,
  fade: f32,
): void {
  const table = (<usize>capacity) << 2;
  const column = (<usize>columns) << 2;
  const zero = f32x4.splat(0);
  const lanes = f32x4(0, 1, 2, 3);
  const end = to + ((<usize>count) << 2);
  const last = f32x4.splat(<f32>(samples - 1));
  let along = f32x4.add(f32x4.splat(s), f32x4.mul(lanes, f32x4.splat(dx)));
  let beside = f32x4.sub(f32x4.splat(t), f32x4.mul(lanes, f32x4.splat(dy)));
  const right = f32x4.splat(4 * dx);
  const down = f32x4.splat(4 * dy);
  for (; to < end; to += 16) {
    const place = f32x4.mul(along, f32x4.splat(PER_PIXEL));
    const covered = v128.and(f32x4.ge(place, zero), f32x4.lt(place, last));
    const over = f32x4.min(along, f32x4.sub(along, v128.and(f32x4.gt(along, zero), f32x4.splat(length))));
    const beyond = f32x4.neg(f32x4.sqrt(f32x4.add(f32x4.mul(over, over), f32x4.mul(beside, beside))));
    let below = beyond;
    let above = beyond;
    let share = zero;
    let gap = zero;
    if (v128.any_true(covered)) {
      const whole = i32x4.trunc_sat_f32x4_s(v128.and(covered, place));
      const part = f32x4.sub(v128.and(covered, place), f32x4.convert_i32x4_s(whole));
      const at = i32x4.shl(whole, 2);
      const top = between(curves, at, part);
      const bottom = between(curves + table, at, part);
      const under = f32x4.mul(f32x4.sub(beside, top), lookUp(curves + 2 * table, at));
      const upon = f32x4.mul(f32x4.sub(bottom, beside), lookUp(curves + 3 * table, at));
      gap = v128.and(covered, f32x4.sub(bottom, top));
      below = v128.bitselect(under, beyond, covered);
      above = v128.bitselect(upon, beyond, covered);
      const inside = smooth(f32x4.min(under, upon), f32x4.splat(-SOFT), f32x4.splat(0.5 / SOFT));
      share = f32x4.mul(inside, smooth(gap, f32x4.splat(THIN), f32x4.splat(1 / fade)));
    }
    v128.store(to, share);
    v128.store(to + column, below);
    v128.store(to + 2 * column, above);
    v128.store(to + 3 * column, f32x4.div(along, f32x4.splat(length)));
    v128.store(to + 4 * column, gap);
    along = f32x4.add(along, right);
    beside = f32x4.sub(beside, down);
  }
}
