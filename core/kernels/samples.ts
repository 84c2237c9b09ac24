// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.
import { alphas, rounding64 } from './constants';

// Pixels are RGBA words, red in the lowest byte. Pointers are in bytes, texel positions in 16.16.

/** What both words of a place in the position buffer say when no triangle covers it, and when the photo shows there as it is. */
export const UNCOVERED: i32 = -1;
export const STILL: i32 = -2;
/** Added to the second word where the texel may be see-through. */
export const SEE_THROUGH: i32 = i32.MIN_VALUE;

/** The four pixels' alpha in a vector of their bytes. */
const ALPHA: i32 = -16777216;

/** Where the texels left above four positions lie, `pitch` texels a row. */
function texelsAt(one: v128, other: v128, texels: usize, pitch: i32): v128 {
  const places = i16x8.narrow_i32x4_s(i32x4.shr_s(one, 16), i32x4.shr_s(other, 16));
  const index = i32x4.dot_i16x8_s(places, i32x4.splat((pitch << 16) | 1));
  return i32x4.add(i32x4.shl(index, 2), i32x4.splat(<i32>texels));
}

/** A texel and its right neighbour, mixed with those below by `share`, 0 to 127: in eight 16-bit lanes, 128 times as large. */
function columnsAt(texel: usize, pitch: usize, share: v128): v128 {
  const above = v128.load_ext<u8>(texel);
  const below = v128.load_ext<u8>(texel + pitch);
  return i16x8.add(i16x8.shl(above, 7), i16x8.mul(i16x8.sub(below, above), share));
}

/** The bilinear samples at two `positions`, whose texels left above are given: two pixels in eight 16-bit lanes. */
function samplesAt(positions: v128, first: usize, second: usize, pitch: usize): v128 {
  // Of sixteen bits the even lanes are the fractions of u, v, u, v.
  const down = i16x8.shr_u(positions, 9);
  const one = columnsAt(first, pitch, v128.shuffle<u16>(down, down, 2, 2, 2, 2, 2, 2, 2, 2));
  const other = columnsAt(second, pitch, v128.shuffle<u16>(down, down, 6, 6, 6, 6, 6, 6, 6, 6));
  const left = v128.shuffle<i64>(one, other, 0, 2);
  const right = v128.shuffle<i64>(one, other, 1, 3);
  const across = i16x8.shr_u(v128.shuffle<u16>(positions, positions, 0, 0, 0, 0, 4, 4, 4, 4), 1);
  const mixed = i16x8.add(left, i16x8.q15mulr_sat_s(i16x8.sub(right, left), across));
  return i16x8.shr_u(i16x8.add(mixed, rounding64()), 7);
}

/** Two pixels in eight lanes, premultiplied by their alpha, over two others. */
function over(pixels: v128, behind: v128): v128 {
  const alpha = v128.shuffle<u16>(pixels, pixels, 3, 3, 3, 3, 7, 7, 7, 7);
  const rest = i16x8.sub(i16x8.splat(256), i16x8.add(alpha, i16x8.shr_u(alpha, 7)));
  return i16x8.add(pixels, i16x8.shr_u(i16x8.mul(behind, rest), 8));
}

/** Two pairs of pixels as sixteen bytes, opaque: what is behind shows through the see-through ones. */
function mixed(first: v128, second: v128, behind: usize): v128 {
  const one = over(first, v128.load_ext<u8>(behind));
  const other = over(second, v128.load_ext<u8>(behind + 8));
  return v128.or(i8x16.narrow_i16x8_u(one, other), alphas());
}

/** Four pixels as sixteen bytes, none of them see-through. */
function solid(first: v128, second: v128): v128 {
  return v128.or(i8x16.narrow_i16x8_u(first, second), alphas());
}

/**
 * Fills `count` pixels of one row from a texture `width` texels wide. `positions` holds two words a pixel: where its texel lies, or one of
 * the signs above. Uncovered pixels show what is behind where `fill` says so, else they stay. What is behind and the photo lie so many bytes
 * from the pixels.
 */
export function fillRow(
  to: usize,
  count: i32,
  positions: usize,
  texels: usize,
  width: i32,
  behind: usize,
  still: usize,
  fill: bool,
): void {
  const end = positions + ((<usize>count) << 3);
  const last = end - 24;
  const pitch = (<usize>width) << 2;
  const sight = i32x4(-1, ~SEE_THROUGH, -1, ~SEE_THROUGH);
  for (; positions < last; to += 16, positions += 32) {
    let one = v128.load(positions);
    let other = v128.load(positions, 16);
    const signs = i32x4.bitmask(v128.or(one, other));
    if ((signs & 5) === 0) {
      if (signs !== 0) {
        one = v128.and(one, sight);
        other = v128.and(other, sight);
      }
      const at = texelsAt(one, other, texels, width);
      const left = samplesAt(one, i32x4.extract_lane(at, 0), i32x4.extract_lane(at, 1), pitch);
      const right = samplesAt(other, i32x4.extract_lane(at, 2), i32x4.extract_lane(at, 3), pitch);
      v128.store(to, signs === 0 ? solid(left, right) : mixed(left, right, to + behind));
    } else if (!v128.any_true(v128.not(v128.and(one, other)))) {
      if (fill) v128.store(to, v128.load(to + behind));
    } else {
      for (let k: usize = 0; k < 4; k++) {
        fillPixel(to + (k << 2), positions + (k << 3), texels, width, behind, still, fill);
      }
    }
  }
  for (; positions < end; to += 4, positions += 8) fillPixel(to, positions, texels, width, behind, still, fill);
}

function fillPixel(
  to: usize,
  position: usize,
  texels: usize,
  width: i32,
  behind: usize,
  still: usize,
  fill: bool,
): void {
  const u = load<i32>(position);
  if (u >= 0) {
    const place = v128.and(v128.load64_splat(position), i32x4(-1, ~SEE_THROUGH, -1, ~SEE_THROUGH));
    const texel = i32x4.extract_lane(texelsAt(place, place, texels, width), 0);
    const pixels = samplesAt(place, texel, texel, (<usize>width) << 2);
    const word = i32x4.extract_lane(i8x16.narrow_i16x8_u(pixels, pixels), 0);
    if ((word & ALPHA) === ALPHA) {
      store<i32>(to, word);
    } else {
      const mixed = over(pixels, i16x8.extend_low_i8x16_u(v128.load32_splat(to + behind)));
      store<i32>(to, i32x4.extract_lane(i8x16.narrow_i16x8_u(mixed, mixed), 0) | ALPHA);
    }
  } else if (u === STILL) {
    store<u32>(to, load<u32>(to + still));
  } else if (fill) {
    store<u32>(to, load<u32>(to + behind));
  }
}
