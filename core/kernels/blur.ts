// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.

/**
 * The running mean along each of `height` rows of `width` numbers, over `2 · reach + 1` of them, fewer at the ends. Sums are doubles, and
 * run from left to right.
 */
export function blurRows(from: usize, width: i32, height: i32, reach: i32, to: usize): void {
  const pitch = (<usize>width) << 2;
  for (let y = 0; y < height; y++, from += pitch, to += pitch) {
    let sum: f64 = 0;
    for (let x = 0; x < min(reach, width); x++) sum += load<f32>(from + ((<usize>x) << 2));
    for (let x = 0; x < width; x++) {
      const enters = x + reach;
      const leaves = x - reach - 1;
      if (enters < width) sum += load<f32>(from + ((<usize>enters) << 2));
      if (leaves >= 0) sum -= load<f32>(from + ((<usize>leaves) << 2));
      const count = min(width - 1, enters) - max(0, leaves + 1) + 1;
      store<f32>(to + ((<usize>x) << 2), <f32>(sum / <f64>count));
    }
  }
}

/** The same down the columns; `sums` has room for a double a column. All columns go down together, as memory lies. */
export function blurColumns(from: usize, width: i32, height: i32, reach: i32, sums: usize, to: usize): void {
  const pitch = (<usize>width) << 2;
  memory.fill(sums, 0, pitch << 1);
  for (let y = 0; y < min(reach, height); y++) addRow(from + <usize>y * pitch, width, 1, sums);
  for (let y = 0; y < height; y++) {
    const enters = y + reach;
    const leaves = y - reach - 1;
    if (enters < height) addRow(from + <usize>enters * pitch, width, 1, sums);
    if (leaves >= 0) addRow(from + <usize>leaves * pitch, width, -1, sums);
    const count = f64x2.splat(<f64>(min(height - 1, enters) - max(0, leaves + 1) + 1));
    const row = to + <usize>y * pitch;
    for (let at: usize = 0; at < pitch; at += 8) {
      const means = f64x2.div(v128.load(sums + (at << 1)), count);
      v128.store64_lane(row + at, f32x4.demote_f64x2_zero(means), 0);
    }
  }
}

/** Adds a row of numbers, times `sign`, to doubles. */
function addRow(row: usize, width: i32, sign: f64, sums: usize): void {
  const signs = f64x2.splat(sign);
  for (let at: usize = 0, end = (<usize>width) << 2; at < end; at += 8) {
    const values = f64x2.promote_low_f32x4(v128.load64_zero(row + at));
    v128.store(sums + (at << 1), f64x2.add(v128.load(sums + (at << 1)), f64x2.mul(values, signs)));
  }
}

/** One channel of the pixels whose indices `from` lists: `count` numbers, 0..255. `channel` is its place in a pixel, bytes. */
export function gatherChannel(pixels: usize, channel: usize, from: usize, count: i32, to: usize): void {
  for (const end = to + ((<usize>count) << 2); to < end; to += 4, from += 4) {
    store<f32>(to, <f32>load<u8>(pixels + (load<usize>(from) << 2) + channel));
  }
}

/**
 * Writes one channel of `count` pixels, of three pictures of it: `sharp` where a cell is 0 away, from `nearReach` on `near`, from `farReach` on
 * `far`, mixed between. What is 0 away stays as it is.
 */
export function softenChannel(
  sharp: usize,
  near: usize,
  far: usize,
  away: usize,
  count: i32,
  nearReach: f64,
  farReach: f64,
  pixels: usize,
  channel: usize,
): void {
  for (let i: usize = 0, end = (<usize>count) << 2; i < end; i += 4) {
    const distance = <f64>load<f32>(away + i);
    if (distance === 0) continue;
    const close = <f64>load<f32>(near + i);
    const soft = close + (<f64>load<f32>(far + i) - close) * min(1, distance / farReach);
    const share = max(0, 1 - distance / nearReach);
    const value = soft + (<f64>load<f32>(sharp + i) - soft) * share;
    store<u8>(pixels + i + channel, <u8>min(255, max(0, nearest(value))));
  }
}

/**
 * For each of `width` × `height` cells that are not 0 away, the nearest cell known to a neighbour, and how far that is. `nearest` is its
 * index and `away` the distance, infinite for cells that know of none; two sweeps pass on what neighbours found.
 */
export function spreadNearest(nearest: usize, away: usize, width: i32, height: i32): void {
  const last = width * height - 1;
  for (let way = 1; way >= -1; way -= 2) {
    for (let k = 0; k <= last; k++) {
      const i = way === 1 ? k : last - k;
      if (load<f32>(away + ((<usize>i) << 2)) === 0) continue;
      const y = i / width;
      const x = i - y * width;
      const before = x - way >= 0 && x - way < width;
      const after = x + way >= 0 && x + way < width;
      const above = y - way >= 0 && y - way < height;
      if (before) consider(nearest, away, i, i - way, x, y, width);
      if (!above) continue;
      consider(nearest, away, i, i - way * width, x, y, width);
      if (before) consider(nearest, away, i, i - way * width - way, x, y, width);
      if (after) consider(nearest, away, i, i - way * width + way, x, y, width);
    }
  }
}

function consider(nearest: usize, away: usize, i: i32, neighbour: i32, x: i32, y: i32, width: i32): void {
  if (load<f32>(away + ((<usize>neighbour) << 2)) === <f32>Infinity) return;
  const found = load<i32>(nearest + ((<usize>neighbour) << 2));
  const row = found / width;
  const across = <f64>(x - (found - row * width));
  const down = <f64>(y - row);
  const distance = sqrt<f64>(across * across + down * down);
  if (distance >= <f64>load<f32>(away + ((<usize>i) << 2))) return;
  store<f32>(away + ((<usize>i) << 2), <f32>distance);
  store<i32>(nearest + ((<usize>i) << 2), found);
}
