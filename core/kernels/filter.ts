// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.

/**
 * One row at `count` new places: each is the sum of `taps` pixels of `source` from column `first[k]` on, weighed by its own `weights`,
 * columns outside 0..`last` showing the border. Writes four floats a place: red, green, blue, alpha.
 */
export function filterRow(
  source: usize,
  last: i32,
  first: usize,
  weights: usize,
  taps: i32,
  count: i32,
  to: usize,
): void {
  for (let k = 0; k < count; k++, to += 16) {
    const from = load<i32>(first + ((<usize>k) << 2));
    let sum = f32x4.splat(0);
    for (let tap = 0; tap < taps; tap++, weights += 4) {
      const column = min(last, max(0, from + tap));
      const bytes = i16x8.extend_low_i8x16_u(v128.load32_zero(source + ((<usize>column) << 2)));
      const pixel = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(bytes));
      sum = f32x4.add(sum, f32x4.mul(pixel, v128.load32_splat(weights)));
    }
    v128.store(to, sum);
  }
}

/**
 * One row of pixels out of filtered ones: the sum of `taps` rows from `first` on, weighed by `weights`, rows outside 0..`last` showing
 * the border. Row r is found at `ring` + (r mod `taps`) · 16 · `count`.
 */
export function mixRows(ring: usize, first: i32, last: i32, taps: i32, weights: usize, count: i32, to: usize): void {
  const pitch = (<usize>count) << 4;
  for (let k = 0; k < count; k++, to += 4) {
    let sum = f32x4.splat(0);
    for (let tap = 0; tap < taps; tap++) {
      const row = min(last, max(0, first + tap)) % taps;
      const place = ring + <usize>row * pitch + ((<usize>k) << 4);
      sum = f32x4.add(sum, f32x4.mul(v128.load(place), v128.load32_splat(weights + ((<usize>tap) << 2))));
    }
    const words = i32x4.trunc_sat_f32x4_s(f32x4.nearest(sum));
    const halves = i16x8.narrow_i32x4_s(words, words);
    v128.store32_lane(to, i8x16.narrow_i16x8_u(halves, halves), 0);
  }
}
