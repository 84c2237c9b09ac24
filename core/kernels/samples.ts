// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.
// Pixels are RGBA words, red in the lowest byte. Pointers are in bytes, texel positions in 16.16.

/** What a place of the position buffer says when no triangle covers it, and when the photo shows there as it is. */
export const UNCOVERED: i32 = -1;
export const STILL: i32 = -2;

/** The shares of a left and a right texel, 256 - k and k in four 16-bit lanes each, for every k: made by `render/cpu/mesh-painter.ts`. */
let shares: usize = 0;

/** Says where the table of shares lies. */
export function useShares(table: usize): void {
  shares = table;
}

const OPAQUE = i32x4(-16777216, -16777216, 0, 0); // alpha 255 in the two pixels of a lower half

/**
 * The four texels around a position, each weighted by its share of 256, in eight 16-bit lanes: left column, right column. Added up and
 * divided by 256 they are the bilinear sample.
 */
function columnsAt(texels: usize, pitch: usize, u: i32, v: i32): v128 {
  const from = texels + <usize>(v >> 16) * pitch + ((<usize>(u >> 16)) << 2);
  const across = v128.load(shares + <usize>((u >>> 4) & 0xff0));
  const below = i16x8.shr_u(i16x8.mul(across, i16x8.splat(<i16>((v >>> 8) & 255))), 8);
  const above = i16x8.sub(across, below);
  return i16x8.add(i16x8.mul(v128.load_ext<u8>(from), above), i16x8.mul(v128.load_ext<u8>(from + pitch), below));
}

/** Two samples of two columns each become two pixels in eight 16-bit lanes, rounded. */
function pixelsOf(first: v128, second: v128): v128 {
  const left = v128.shuffle<i64>(first, second, 0, 2);
  const right = v128.shuffle<i64>(first, second, 1, 3);
  return i16x8.shr_u(i16x8.add(i16x8.add(left, right), i16x8.splat(128)), 8);
}

/** Two pixels in eight lanes, premultiplied by their alpha, over two others. */
function over(pixels: v128, behind: v128): v128 {
  const alpha = v128.shuffle<u16>(pixels, pixels, 3, 3, 3, 3, 7, 7, 7, 7);
  const rest = i16x8.sub(i16x8.splat(256), i16x8.add(alpha, i16x8.shr_u(alpha, 7)));
  return i16x8.add(pixels, i16x8.shr_u(i16x8.mul(behind, rest), 8));
}

/** Two sampled pixels in a lower half, opaque: what is behind shows through the see-through ones. */
function opaque(pixels: v128, behind: usize): v128 {
  const bytes = i8x16.narrow_i16x8_u(pixels, pixels);
  const word = v128.and(bytes, OPAQUE);
  if (i64x2.extract_lane(v128.xor(word, OPAQUE), 0) === 0) return bytes;
  const mixed = over(pixels, v128.load_ext<u8>(behind));
  return v128.or(i8x16.narrow_i16x8_u(mixed, mixed), OPAQUE);
}

/**
 * Fills `count` pixels of one row. `positions` holds two words a pixel: where its texel lies, or one of the signs above. Uncovered pixels
 * show what is behind where `fill` says so, else they stay.
 */
export function fillRow(
  to: usize,
  count: i32,
  positions: usize,
  texels: usize,
  pitch: usize,
  behind: usize,
  still: usize,
  fill: bool,
): void {
  for (; count >= 2; count -= 2, to += 8, positions += 16, behind += 8, still += 8) {
    const u = load<i32>(positions);
    const next = load<i32>(positions, 8);
    if ((u | next) >= 0) {
      const first = columnsAt(texels, pitch, u, load<i32>(positions, 4));
      const second = columnsAt(texels, pitch, next, load<i32>(positions, 12));
      v128.store64_lane(to, opaque(pixelsOf(first, second), behind), 0);
    } else if (u === UNCOVERED && next === UNCOVERED) {
      if (fill) store<u64>(to, load<u64>(behind));
    } else {
      fillPixel(to, u, load<i32>(positions, 4), texels, pitch, behind, still, fill);
      fillPixel(to + 4, next, load<i32>(positions, 12), texels, pitch, behind + 4, still + 4, fill);
    }
  }
  if (count > 0) {
    fillPixel(to, load<i32>(positions), load<i32>(positions, 4), texels, pitch, behind, still, fill);
  }
}

function fillPixel(
  to: usize,
  u: i32,
  v: i32,
  texels: usize,
  pitch: usize,
  behind: usize,
  still: usize,
  fill: bool,
): void {
  if (u >= 0) {
    const columns = columnsAt(texels, pitch, u, v);
    v128.store32_lane(to, opaque(pixelsOf(columns, columns), behind), 0);
  } else if (u === STILL) {
    store<u32>(to, load<u32>(still));
  } else if (fill) {
    store<u32>(to, load<u32>(behind));
  }
}
