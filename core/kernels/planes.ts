// AssemblyScript: compiled by `npm run kernels`, not by TypeScript. Pictures have a multiple of four channels, interleaved.

/** The larger of zero and each of `count` numbers; a multiple of four. */
export function rectify(from: usize, count: i32, to: usize): void {
  for (const end = from + ((<usize>count) << 2); from < end; from += 16, to += 16) {
    v128.store(to, f32x4.max(f32x4.splat(0), v128.load(from)));
  }
}

/** x · clamp(x + 3, 0, 6) / 6 of each of `count` numbers; a multiple of four. */
export function rectifyHard(from: usize, count: i32, to: usize): void {
  const zero = f32x4.splat(0);
  const six = f32x4.splat(6);
  for (const end = from + ((<usize>count) << 2); from < end; from += 16, to += 16) {
    const x = v128.load(from);
    const gate = f32x4.min(six, f32x4.max(zero, f32x4.add(x, f32x4.splat(3))));
    v128.store(to, f32x4.div(f32x4.mul(x, gate), six));
  }
}

/** Adds to each of `count` numbers the one of `period` that stands at its place in every period, both multiples of four. */
export function addPeriodic(from: usize, count: i32, by: usize, period: i32, to: usize): void {
  const bytes = (<usize>period) << 2;
  for (const end = from + ((<usize>count) << 2); from < end; from += bytes, to += bytes) {
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(to + at, f32x4.add(v128.load(from + at), v128.load(by + at)));
    }
  }
}

/** Multiplies each of `count` numbers by the one of `period` that stands at its place in every period, both multiples of four. */
export function multiplyPeriodic(from: usize, count: i32, by: usize, period: i32, to: usize): void {
  const bytes = (<usize>period) << 2;
  for (const end = from + ((<usize>count) << 2); from < end; from += bytes, to += bytes) {
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(to + at, f32x4.mul(v128.load(from + at), v128.load(by + at)));
    }
  }
}

/** The mean of each channel over `pixels` pixels. */
export function meanOfPlane(from: usize, pixels: i32, channels: i32, to: usize): void {
  const bytes = (<usize>channels) << 2;
  const share = f64x2.splat(1 / <f64>pixels);
  for (let group: usize = 0; group < bytes; group += 16) {
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let pixel = 0, at = from + group; pixel < pixels; pixel++, at += bytes) {
      const values = v128.load(at);
      low = f64x2.add(low, f64x2.promote_low_f32x4(values));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(values, values, 2, 3, 2, 3)));
    }
    const first = f32x4.demote_f64x2_zero(f64x2.mul(low, share));
    const second = f32x4.demote_f64x2_zero(f64x2.mul(high, share));
    v128.store(to + group, v128.shuffle<f32>(first, second, 0, 1, 4, 5));
  }
}

/**
 * One row of `width` pixels between two rows: `above`, and `below` for the share that `down` points at. For each pixel, `columns` holds
 * the bytes to its left and its right neighbour, and the right one's share.
 */
export function blendRows(
  above: usize,
  below: usize,
  down: usize,
  columns: usize,
  width: i32,
  channels: i32,
  to: usize,
): void {
  const bytes = (<usize>channels) << 2;
  const lower = v128.load32_splat(down);
  for (let x = 0; x < width; x++, columns += 12) {
    const left = load<usize>(columns);
    const right = load<usize>(columns, 4);
    const share = v128.load32_splat(columns, 8);
    for (let group: usize = 0; group < bytes; group += 16, to += 16) {
      const one = between(v128.load(above + left + group), v128.load(above + right + group), share);
      const two = between(v128.load(below + left + group), v128.load(below + right + group), share);
      v128.store(to, between(one, two, lower));
    }
  }
}

function between(a: v128, b: v128, share: v128): v128 {
  return f32x4.add(a, f32x4.mul(f32x4.sub(b, a), share));
}
