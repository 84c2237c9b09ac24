// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.
// Pixels are RGBA words, red in the lowest byte. Pointers are in bytes.

/** Left half of a pair of texels: its lanes count down where the right half's count up. */
const MIRROR = i16x8(-1, -1, -1, -1, 0, 0, 0, 0);
const MIRROR_BIAS = i16x8(257, 257, 257, 257, 0, 0, 0, 0);
/** Rounds the left half's lower share up, so that the four shares always sum to 256. */
const CEIL = i16x8(255, 255, 255, 255, 0, 0, 0, 0);

/**
 * The four texels around a 16.16 position, each weighted by its share of 256, in eight 16-bit lanes: left column, right column.
 * Added up and divided by 256 they are the bilinear sample.
 */
function columnsAt(texels: usize, pitch: usize, u: i32, v: i32): v128 {
  const from = texels + (((v >> 16) * <i32>(pitch >> 2) + (u >> 16)) << 2);
  const across = i16x8.add(v128.xor(i16x8.splat(<i16>((u >>> 8) & 255)), MIRROR), MIRROR_BIAS);
  const fraction = i16x8.splat(<i16>((v >>> 8) & 255));
  const below = i16x8.shr_u(i16x8.add(i16x8.mul(across, fraction), CEIL), 8);
  const above = i16x8.sub(across, below);
  return i16x8.add(i16x8.mul(v128.load_ext<u8>(from), above), i16x8.mul(v128.load_ext<u8>(from + pitch), below));
}

/** Two samples of two columns each become two pixels in the lower half, rounded. */
function pixelsOf(first: v128, second: v128): v128 {
  const left = v128.shuffle<i64>(first, second, 0, 2);
  const right = v128.shuffle<i64>(first, second, 1, 3);
  const sum = i16x8.shr_u(i16x8.add(i16x8.add(left, right), i16x8.splat(128)), 8);
  return i8x16.narrow_i16x8_u(sum, sum);
}

/** Fills `count` pixels with bilinear samples from 16.16 texel positions that all lie inside the texture (`pitch` bytes a row). */
export function copySpan(to: usize, count: i32, texels: usize, pitch: usize, u: i32, v: i32, du: i32, dv: i32): void {
  for (; count >= 2; count -= 2, to += 8) {
    const first = columnsAt(texels, pitch, u, v);
    const second = columnsAt(texels, pitch, u + du, v + dv);
    v128.store64_lane(to, pixelsOf(first, second), 0);
    u += 2 * du;
    v += 2 * dv;
  }
  if (count > 0) {
    const last = columnsAt(texels, pitch, u, v);
    v128.store32_lane(to, pixelsOf(last, last), 0);
  }
}

/** Alpha of each of two pixels in all four of its lanes. */
function alphasOf(pixels: v128): v128 {
  return v128.shuffle<u16>(pixels, pixels, 3, 3, 3, 3, 7, 7, 7, 7);
}

/** Two pixels in eight 16-bit lanes, premultiplied by their alpha, over two others. */
function over(pixels: v128, behind: v128): v128 {
  const alpha = alphasOf(pixels);
  const rest = i16x8.sub(i16x8.splat(256), i16x8.add(alpha, i16x8.shr_u(alpha, 7)));
  return i16x8.add(pixels, i16x8.shr_u(i16x8.mul(behind, rest), 8));
}

const OPAQUE = i32x4.splat(<i32>0xff000000);

/** Lets `behind` show through pixels that are premultiplied by their alpha, and makes them opaque. */
export function underlay(at: usize, count: i32, behind: usize): void {
  for (; count > 0; count -= 4, at += 16, behind += 16) {
    const pixels = v128.load(at);
    if (i32x4.all_true(i32x4.ge_u(pixels, OPAQUE))) continue;
    const under = v128.load(behind);
    const low = over(i16x8.extend_low_i8x16_u(pixels), i16x8.extend_low_i8x16_u(under));
    const high = over(i16x8.extend_high_i8x16_u(pixels), i16x8.extend_high_i8x16_u(under));
    const mixed = v128.or(i8x16.narrow_i16x8_u(low, high), OPAQUE);
    if (count >= 4) v128.store(at, mixed);
    else storeSome(at, mixed, count);
  }
}

/** Stores the first one to three pixels of a vector. */
function storeSome(at: usize, pixels: v128, count: i32): void {
  if (count === 1) {
    v128.store32_lane(at, pixels, 0);
    return;
  }
  v128.store64_lane(at, pixels, 0);
  if (count === 3) v128.store32_lane(at, pixels, 2, 8);
}

/** The same as `copySpan` where spans leave the texture, whose border goes on for ever: positions and steps as 16.16 of any size. */
export function clampSpan(
  to: usize,
  count: i32,
  texels: usize,
  width: i32,
  height: i32,
  u: f64,
  v: f64,
  du: f64,
  dv: f64,
): void {
  const pitch = (<usize>width) << 2;
  const maxU = <f64>(width - 1) * 65536 - 1;
  const maxV = <f64>(height - 1) * 65536 - 1;
  const first = <i32>max(max(0, entry(u, du, maxU)), entry(v, dv, maxV));
  const last = <i32>min(min(<f64>count, exit(u, du, maxU, count)), exit(v, dv, maxV, count));
  for (let k = 0; k < count; k++) {
    if (k === first && last > first) {
      const inside = to + ((<usize>first) << 2);
      copySpan(inside, last - first, texels, pitch, <i32>(u + first * du), <i32>(v + first * dv), <i32>du, <i32>dv);
      k = last - 1;
      continue;
    }
    const x = <i32>min(maxU, max(0, u + k * du));
    const y = <i32>min(maxV, max(0, v + k * dv));
    copySpan(to + ((<usize>k) << 2), 1, texels, pitch, x, y, 0, 0);
  }
}

/** The first step at which `start + k · step` is safely inside 0..`limit`. */
function entry(start: f64, step: f64, limit: f64): f64 {
  if (start >= 0 && start <= limit) return 0;
  const steps = ((start < 0 ? 0 : limit) - start) / step;
  return steps >= 0 && steps < Infinity ? Math.ceil(steps + 0.01) : Infinity;
}

/** The first step after that at which it is outside again, at most `count`. */
function exit(start: f64, step: f64, limit: f64, count: i32): f64 {
  if (step === 0) return start >= 0 && start <= limit ? count : 0;
  return Math.floor(((step > 0 ? limit : 0) - start) / step - 0.01);
}
