// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.
// The forward DCT of 8 × 8 numbers with five multiplications a row (Arai, Agui and Nakajima 1988): what it says is scaled by a factor of its
// own for each coefficient, which whoever divides by the quantiser takes in.

const COS_2: f32 = Mathf.SQRT1_2; // cos 2π/8
const COS_3: f32 = 0.38268343236; // cos 3π/8
const LESS: f32 = 0.54119610014; // cos π/8 - cos 3π/8
const MORE: f32 = 1.30656296488; // cos π/8 + cos 3π/8
/** Added to a number below 2²², it leaves the nearest integer in the low bits. */
const ROUNDING: f32 = 12582912; // 1.5 · 2²³
const ROUNDING_BITS: i32 = 0x4b400000;

/** Four numbers of each of two vectors, those of one after those of the other. */
function woven(one: v128, other: v128): v128 {
  return v128.shuffle<i32>(one, other, 0, 4, 1, 5);
}

function wovenEnds(one: v128, other: v128): v128 {
  return v128.shuffle<i32>(one, other, 2, 6, 3, 7);
}

function starts(one: v128, other: v128): v128 {
  return v128.shuffle<i64>(one, other, 0, 2);
}

function ends(one: v128, other: v128): v128 {
  return v128.shuffle<i64>(one, other, 1, 3);
}

/** Four numbers times four of `scales`, rounded to 16 bits. */
function quantise(numbers: v128, scales: usize, to: usize): void {
  const bits = f32x4.add(f32x4.mul(numbers, v128.load(scales)), f32x4.splat(ROUNDING));
  const whole = i32x4.sub(bits, i32x4.splat(ROUNDING_BITS));
  v128.store64_lane(to, i16x8.narrow_i32x4_s(whole, whole), 0);
}

/**
 * Transforms four rows of eight floats, `pitch` bytes apart. Each frequency becomes a row of eight at `to`, of which four are written: floats,
 * or where `scales` are given 16-bit numbers times those.
 */
function transformRows(from: usize, pitch: usize, to: usize, scales: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + pitch);
  const c = v128.load(from + 2 * pitch);
  const d = v128.load(from + 3 * pitch);
  const e = v128.load(from, 16);
  const f = v128.load(from + pitch, 16);
  const g = v128.load(from + 2 * pitch, 16);
  const h = v128.load(from + 3 * pitch, 16);
  const first = starts(woven(a, b), woven(c, d));
  const second = ends(woven(a, b), woven(c, d));
  const third = starts(wovenEnds(a, b), wovenEnds(c, d));
  const fourth = ends(wovenEnds(a, b), wovenEnds(c, d));
  const fifth = starts(woven(e, f), woven(g, h));
  const sixth = ends(woven(e, f), woven(g, h));
  const seventh = starts(wovenEnds(e, f), wovenEnds(g, h));
  const eighth = ends(wovenEnds(e, f), wovenEnds(g, h));

  const sum18 = f32x4.add(first, eighth);
  const sum27 = f32x4.add(second, seventh);
  const sum36 = f32x4.add(third, sixth);
  const sum45 = f32x4.add(fourth, fifth);
  const outer = f32x4.add(sum18, sum45);
  const outerLess = f32x4.sub(sum18, sum45);
  const inner = f32x4.add(sum27, sum36);
  const turned = f32x4.mul(f32x4.add(f32x4.sub(sum27, sum36), outerLess), f32x4.splat(COS_2));
  const f0 = f32x4.add(outer, inner);
  const f4 = f32x4.sub(outer, inner);
  const f2 = f32x4.add(outerLess, turned);
  const f6 = f32x4.sub(outerLess, turned);

  const less18 = f32x4.sub(first, eighth);
  const less27 = f32x4.sub(second, seventh);
  const less36 = f32x4.sub(third, sixth);
  const less45 = f32x4.sub(fourth, fifth);
  const low = f32x4.add(less45, less36);
  const middle = f32x4.mul(f32x4.add(less36, less27), f32x4.splat(COS_2));
  const high = f32x4.add(less27, less18);
  const both = f32x4.mul(f32x4.sub(low, high), f32x4.splat(COS_3));
  const lower = f32x4.add(f32x4.mul(low, f32x4.splat(LESS)), both);
  const higher = f32x4.add(f32x4.mul(high, f32x4.splat(MORE)), both);
  const plus = f32x4.add(less18, middle);
  const minus = f32x4.sub(less18, middle);
  const f5 = f32x4.add(minus, lower);
  const f3 = f32x4.sub(minus, lower);
  const f1 = f32x4.add(plus, higher);
  const f7 = f32x4.sub(plus, higher);

  if (scales === 0) {
    v128.store(to, f0);
    v128.store(to, f1, 32);
    v128.store(to, f2, 64);
    v128.store(to, f3, 96);
    v128.store(to, f4, 128);
    v128.store(to, f5, 160);
    v128.store(to, f6, 192);
    v128.store(to, f7, 224);
  } else {
    quantise(f0, scales, to);
    quantise(f1, scales + 32, to + 16);
    quantise(f2, scales + 64, to + 32);
    quantise(f3, scales + 96, to + 48);
    quantise(f4, scales + 128, to + 64);
    quantise(f5, scales + 160, to + 80);
    quantise(f6, scales + 192, to + 96);
    quantise(f7, scales + 224, to + 112);
  }
}

/**
 * The coefficients of 8 × 8 floats, rows `pitch` bytes apart, times `scales`: 64 16-bit numbers at `to`. `work` has room for 64 floats.
 */
export function forwardDct(from: usize, pitch: usize, scales: usize, work: usize, to: usize): void {
  transformRows(from, pitch, work, 0);
  transformRows(from + 4 * pitch, pitch, work + 16, 0);
  transformRows(work, 32, to, scales);
  transformRows(work + 128, 32, to + 8, scales + 16);
}
