import type { Picture, Rect } from './frame.ts';

/**
 * A picture as video encoders take it: BT.709, limited range (Y 16..235, Cb and Cr 16..240), chroma at half size both ways.
 * One buffer holds the three planes one after the other, without padding: Y, then Cb, then Cr.
 */
export interface Yuv420 {
  readonly width: number;
  readonly height: number;
  readonly planes: Uint8Array<ArrayBuffer>;
}

/** Bits after the binary point: as many as keep every sum of four pixels within 32 bits. */
const BITS = 16;
const fixed = (x: number) => Math.round(x * 2 ** BITS);

/** Shares of red, green and blue in luma: ITU-R BT.709-6, section 3. */
const KR = 0.2126;
const KB = 0.0722;
/** 8-bit limited range: 219 steps of luma, 224 of chroma, for 255 of RGB. */
const LUMA = 219 / 255;
const CHROMA = 224 / 255;

const YR = fixed(KR * LUMA);
const YB = fixed(KB * LUMA);
const YG = fixed(LUMA) - YR - YB;
const CB_R = fixed((-KR / (1 - KB) / 2) * CHROMA);
const CB_B = fixed(CHROMA / 2);
const CB_G = -CB_R - CB_B; // so that greys stay without colour
const CR_B = fixed((-KB / (1 - KR) / 2) * CHROMA);
const CR_R = fixed(CHROMA / 2);
const CR_G = -CR_R - CR_B;

const Y_BIAS = (16 << BITS) + (1 << (BITS - 1));
/** Chroma is made of the sum of four pixels: two more bits. */
const C_BITS = BITS + 2;
const C_BIAS = (128 << C_BITS) + (1 << (C_BITS - 1));

/** A black picture. @throws {RangeError} when a side is odd: chroma has half its size. */
export function createYuv420(width: number, height: number): Yuv420 {
  if (width % 2 !== 0 || height % 2 !== 0)
    throw new RangeError(`A YUV 4:2:0 picture needs even sides, not ${width} × ${height}.`);
  const luma = width * height;
  const planes = new Uint8Array(luma + luma / 2);
  planes.fill(16, 0, luma).fill(128, luma);
  return { width, height, planes };
}

/**
 * Writes `area` of an RGBA picture (all of it when absent) into `into`, which keeps the rest. Each value is within one step of exact
 * arithmetic; chroma is the mean of 2 × 2 pixels. Alpha is not looked at.
 */
export function convertToYuv(picture: Picture, into: Yuv420, area?: Rect): void {
  const { width, height } = into;
  const left = Math.max(0, area?.x ?? 0) & ~1;
  const top = Math.max(0, area?.y ?? 0) & ~1;
  const right = Math.min(width, area ? area.x + area.width : width);
  const bottom = Math.min(height, area ? area.y + area.height : height);
  const { buffer, byteOffset } = picture.pixels;
  const rgba = new Uint32Array(buffer, byteOffset, width * height); // one read per pixel; little-endian: R is the lowest byte
  const planes = into.planes;
  const half = width >> 1;
  const cb0 = width * height;
  const cr0 = cb0 + (cb0 >> 2);
  for (let y = top; y < bottom; y += 2) {
    let upper = y * width + left;
    let lower = upper + width;
    let chroma = (y >> 1) * half + (left >> 1);
    for (let x = left; x < right; x += 2, upper += 2, lower += 2, chroma++) {
      const a = rgba[upper]!;
      const b = rgba[upper + 1]!;
      const c = rgba[lower]!;
      const d = rgba[lower + 1]!;
      planes[upper] = luma(a);
      planes[upper + 1] = luma(b);
      planes[lower] = luma(c);
      planes[lower + 1] = luma(d);
      // Two bytes of a pixel are summed at once: red and blue lie 16 bits apart and a sum of four takes 10.
      const redBlue = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff);
      const red = redBlue & 0xffff;
      const blue = redBlue >>> 16;
      const green = ((a >>> 8) & 0xff) + ((b >>> 8) & 0xff) + ((c >>> 8) & 0xff) + ((d >>> 8) & 0xff);
      planes[cb0 + chroma] = (CB_R * red + CB_G * green + CB_B * blue + C_BIAS) >> C_BITS;
      planes[cr0 + chroma] = (CR_R * red + CR_G * green + CR_B * blue + C_BIAS) >> C_BITS;
    }
  }
}

const luma = (pixel: number) =>
  (YR * (pixel & 0xff) + YG * ((pixel >>> 8) & 0xff) + YB * ((pixel >>> 16) & 0xff) + Y_BIAS) >> BITS;
