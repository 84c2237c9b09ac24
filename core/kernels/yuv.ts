// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.

/**
 * Converts rows `top`..`bottom` and columns `left`..`right` (all even) of RGBA pixels into the three planes of a YUV 4:2:0 picture that
 * lie one after the other at `planes`. `coefficients` are twelve words: red, green, blue shares and bias of Y, Cb and Cr, 16 bits after
 * the point; those of chroma are for sums of four pixels, 18 bits after the point.
 */
export function convertToYuv(
  rgba: usize,
  planes: usize,
  width: i32,
  height: i32,
  left: i32,
  top: i32,
  right: i32,
  bottom: i32,
  coefficients: usize,
): void {
  const pitch = (<usize>width) << 2;
  const cb0 = planes + <usize>(width * height);
  const cr0 = cb0 + (<usize>(width * height) >> 2);
  for (let y = top; y < bottom; y += 2) {
    let upper = rgba + <usize>(y * width + left) * 4;
    let luma = planes + <usize>(y * width + left);
    let chroma = <usize>((y >> 1) * (width >> 1) + (left >> 1));
    let x = left;
    for (; x + 8 <= right; x += 8, upper += 32, luma += 8, chroma += 4) {
      const a = v128.load(upper);
      const b = v128.load(upper, 16);
      const c = v128.load(upper + pitch);
      const d = v128.load(upper + pitch, 16);
      v128.store64_lane(luma, bytesOf(lumaOf(a, coefficients), lumaOf(b, coefficients)), 0);
      v128.store64_lane(luma + width, bytesOf(lumaOf(c, coefficients), lumaOf(d, coefficients)), 0);
      const red = sums(channel(a, 0), channel(b, 0), channel(c, 0), channel(d, 0));
      const green = sums(channel(a, 8), channel(b, 8), channel(c, 8), channel(d, 8));
      const blue = sums(channel(a, 16), channel(b, 16), channel(c, 16), channel(d, 16));
      const cb = mix(red, green, blue, coefficients + 16, 18);
      const cr = mix(red, green, blue, coefficients + 32, 18);
      const both = bytesOf(cb, cr);
      v128.store32_lane(cb0 + chroma, both, 0);
      v128.store32_lane(cr0 + chroma, both, 1);
    }
    for (; x < right; x += 2, upper += 8, luma += 2, chroma++) {
      // Two columns that are left over: as one half of a vector of which the rest is not used.
      const a = v128.load64_zero(upper);
      const c = v128.load64_zero(upper + pitch);
      v128.store16_lane(luma, bytesOf(lumaOf(a, coefficients), a), 0);
      v128.store16_lane(luma + width, bytesOf(lumaOf(c, coefficients), c), 0);
      const red = sums(channel(a, 0), a, channel(c, 0), c);
      const green = sums(channel(a, 8), a, channel(c, 8), c);
      const blue = sums(channel(a, 16), a, channel(c, 16), c);
      v128.store8_lane(cb0 + chroma, bytesOf(mix(red, green, blue, coefficients + 16, 18), a), 0);
      v128.store8_lane(cr0 + chroma, bytesOf(mix(red, green, blue, coefficients + 32, 18), a), 0);
    }
  }
}

/** One channel of four pixels. */
function channel(pixels: v128, shift: i32): v128 {
  return v128.and(i32x4.shr_u(pixels, shift), i32x4.splat(255));
}

/** The sums of 2 × 2 pixels: `a`, `b` are eight values of the upper row, `c`, `d` those below. */
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const left = i32x4.add(a, c);
  const right = i32x4.add(b, d);
  return i32x4.add(v128.shuffle<i32>(left, right, 0, 2, 4, 6), v128.shuffle<i32>(left, right, 1, 3, 5, 7));
}

function lumaOf(pixels: v128, coefficients: usize): v128 {
  return mix(channel(pixels, 0), channel(pixels, 8), channel(pixels, 16), coefficients, 16);
}

/** Weighs three channels by the shares at `coefficients`, adds the bias there, and drops `bits` bits. */
function mix(red: v128, green: v128, blue: v128, coefficients: usize, bits: i32): v128 {
  const weighted = i32x4.add(
    i32x4.add(i32x4.mul(red, v128.load32_splat(coefficients)), i32x4.mul(green, v128.load32_splat(coefficients, 4))),
    i32x4.add(i32x4.mul(blue, v128.load32_splat(coefficients, 8)), v128.load32_splat(coefficients, 12)),
  );
  return i32x4.shr_s(weighted, bits);
}

/** Eight 32-bit values as bytes, in the lower half. */
function bytesOf(first: v128, second: v128): v128 {
  const words = i16x8.narrow_i32x4_s(first, second);
  return i8x16.narrow_i16x8_u(words, words);
}
