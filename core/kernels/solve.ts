// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.
// A symmetric matrix is kept row by row, in doubles, from its first column that is not 0 to the diagonal: row i's column j lies at
// `values` + 8 · (`base`[i] + j), for j from `first`[i] on.

/** Factorises `count` rows in place (Cholesky). */
export function eliminate(values: usize, first: usize, base: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const from = load<i32>(first + ((<usize>i) << 2));
    const rowI = values + ((<usize>load<i32>(base + ((<usize>i) << 2))) << 3);
    for (let j = from; j < i; j++) {
      const rowJ = values + ((<usize>load<i32>(base + ((<usize>j) << 2))) << 3);
      const start = max(from, load<i32>(first + ((<usize>j) << 2)));
      const at = rowI + ((<usize>j) << 3);
      const sum = load<f64>(at) - productOf(rowI, rowJ, start, j);
      store<f64>(at, sum / load<f64>(rowJ + ((<usize>j) << 3)));
    }
    const diagonal = rowI + ((<usize>i) << 3);
    store<f64>(diagonal, sqrt(load<f64>(diagonal) - productOf(rowI, rowI, from, i)));
  }
}

/** The sum of the products of two rows over columns `start`..`end`: eight sums at once, as each alone waits for its last addition. */
function productOf(a: usize, b: usize, start: i32, end: i32): f64 {
  let one = f64x2.splat(0);
  let two = f64x2.splat(0);
  let three = f64x2.splat(0);
  let four = f64x2.splat(0);
  let k = (<usize>start) << 3;
  const last = (<usize>end) << 3;
  for (; k + 64 <= last; k += 64) {
    one = f64x2.add(one, f64x2.mul(v128.load(a + k), v128.load(b + k)));
    two = f64x2.add(two, f64x2.mul(v128.load(a + k, 16), v128.load(b + k, 16)));
    three = f64x2.add(three, f64x2.mul(v128.load(a + k, 32), v128.load(b + k, 32)));
    four = f64x2.add(four, f64x2.mul(v128.load(a + k, 48), v128.load(b + k, 48)));
  }
  for (; k + 16 <= last; k += 16) one = f64x2.add(one, f64x2.mul(v128.load(a + k), v128.load(b + k)));
  one = f64x2.add(f64x2.add(one, two), f64x2.add(three, four));
  const sum = f64x2.extract_lane(one, 0) + f64x2.extract_lane(one, 1);
  return k < last ? sum + load<f64>(a + k) * load<f64>(b + k) : sum;
}

/** Replaces right-hand sides, four doubles to each of `count` rows at `x`, by solutions of a factorised matrix. */
export function substitute(values: usize, first: usize, base: usize, count: i32, x: usize): void {
  for (let i = 0; i < count; i++) {
    const from = load<i32>(first + ((<usize>i) << 2));
    const row = values + ((<usize>load<i32>(base + ((<usize>i) << 2))) << 3);
    const at = x + ((<usize>i) << 5);
    let a = v128.load(at);
    let b = v128.load(at, 16);
    let other = x + ((<usize>from) << 5);
    for (let k = row + ((<usize>from) << 3), end = row + ((<usize>i) << 3); k < end; k += 8, other += 32) {
      const value = v128.load64_splat(k);
      a = f64x2.sub(a, f64x2.mul(value, v128.load(other)));
      b = f64x2.sub(b, f64x2.mul(value, v128.load(other, 16)));
    }
    const scale = f64x2.splat(1 / load<f64>(row + ((<usize>i) << 3)));
    v128.store(at, f64x2.mul(a, scale));
    v128.store(at, f64x2.mul(b, scale), 16);
  }
  for (let i = count - 1; i >= 0; i--) {
    const from = load<i32>(first + ((<usize>i) << 2));
    const row = values + ((<usize>load<i32>(base + ((<usize>i) << 2))) << 3);
    const at = x + ((<usize>i) << 5);
    const scale = f64x2.splat(1 / load<f64>(row + ((<usize>i) << 3)));
    const a = f64x2.mul(v128.load(at), scale);
    const b = f64x2.mul(v128.load(at, 16), scale);
    v128.store(at, a);
    v128.store(at, b, 16);
    let other = x + ((<usize>from) << 5);
    for (let k = row + ((<usize>from) << 3), end = row + ((<usize>i) << 3); k < end; k += 8, other += 32) {
      const value = v128.load64_splat(k);
      v128.store(other, f64x2.sub(v128.load(other), f64x2.mul(value, a)));
      v128.store(other, f64x2.sub(v128.load(other, 16), f64x2.mul(value, b)), 16);
    }
  }
}
