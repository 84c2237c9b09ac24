import { KernelMemory } from '../base/kernels/kernel-memory.ts';
import type { Picture, Rect } from './frame.ts';
import { wordsOf } from './words.ts';

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

/** Half a step, so that values are rounded; chroma is made of the sum of four pixels: two more bits. */
const Y_BIAS = (16 << BITS) + (1 << (BITS - 1));
const C_BIAS = (128 << (BITS + 2)) + (1 << (BITS + 1));

/** As the kernel reads them: shares of red, green and blue, and the bias, of Y, Cb and Cr. */
const COEFFICIENTS = [YR, YG, YB, Y_BIAS, CB_R, CB_G, CB_B, C_BIAS, CR_R, CR_G, CR_B, C_BIAS];

/**
 * A picture as video encoders take it: BT.709, limited range (Y 16..235, Cb and Cr 16..240), chroma at half size both ways. Black at
 * first.
 */
export class Yuv420 {
  readonly width: number;
  readonly height: number;
  /** The three planes one after the other, without padding: Y, then Cb, then Cr. */
  readonly planes: Uint8Array<ArrayBuffer>;
  readonly #memory: KernelMemory;
  readonly #rgba: Int32Array;
  readonly #coefficients: Int32Array;

  /** @throws {RangeError} when a side is odd: chroma has half its size. */
  constructor(width: number, height: number) {
    if (width % 2 !== 0 || height % 2 !== 0)
      throw new RangeError(`A YUV 4:2:0 picture needs even sides, not ${width} × ${height}.`);
    const luma = width * height;
    const bytes = luma + luma / 2;
    this.width = width;
    this.height = height;
    this.#memory = new KernelMemory(luma * 4 + bytes + COEFFICIENTS.length * 4, 3);
    this.#rgba = this.#memory.words(luma);
    this.#coefficients = this.#memory.words(COEFFICIENTS.length);
    this.#coefficients.set(COEFFICIENTS);
    this.planes = this.#memory.bytes(bytes);
    this.planes.fill(16, 0, luma).fill(128, luma);
  }

  /**
   * Takes in `area` of an RGBA picture (all of it when absent) and keeps the rest. Each value is within one step of exact arithmetic;
   * chroma is the mean of 2 × 2 pixels. Alpha is not looked at.
   */
  take(picture: Picture, area?: Rect): void {
    const { width, height } = this;
    const left = Math.max(0, area?.x ?? 0) & ~1;
    const top = Math.max(0, area?.y ?? 0) & ~1;
    const right = Math.min(width, area ? (area.x + area.width + 1) & ~1 : width);
    const bottom = Math.min(height, area ? (area.y + area.height + 1) & ~1 : height);
    if (right <= left || bottom <= top) return;
    this.#copy(wordsOf(picture.pixels), left, top, right, bottom);
    const [from, to] = [this.#rgba.byteOffset, this.planes.byteOffset];
    const coefficients = this.#coefficients.byteOffset;
    this.#memory.kernels.convertToYuv(from, to, width, height, left, top, right, bottom, coefficients);
  }

  #copy(words: Int32Array, left: number, top: number, right: number, bottom: number): void {
    const { width } = this;
    if (right - left === width) {
      this.#rgba.set(words.subarray(top * width, bottom * width), top * width);
      return;
    }
    for (let start = top * width + left; start < bottom * width; start += width) {
      this.#rgba.set(words.subarray(start, start + right - left), start);
    }
  }
}
