// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.
import { openBits, putBits, shutBits, written } from './bit-writer';
import { forwardDct } from './dct';

const MCU: i32 = 16; // pixels along each side of what is coded together: four blocks of light, and one of each colour at half the size
const BLOCK: usize = 64;
const LAST: u64 = 63;
/** Bytes that an MCU can take at most: each coefficient 27 bits, every byte stuffed. */
const MOST: usize = 6 * 64 * 7;
const RUN_OF_16: usize = 0xf0;
const END: usize = 0;

/** What `encodeJpeg` reads, in the order of `media/jpeg/encoder.ts`: pointers in bytes, sizes in pixels. */
@unmanaged
class Task {
  rgba: usize;
  width: i32;
  height: i32;
  to: usize;
  toEnd: usize;
  /** Four 16-bit shares of red, green, blue and alpha, 15 bits after the point, for each of Y, Cb and Cr. */
  shares: usize;
  /** What coefficients are multiplied by: 64 floats for light, then for colour. */
  scales: usize;
  /** For each place of a block its place in zigzag order, then the reverse: 64 bytes each. */
  orders: usize;
  /** Length (lowest byte) and code of each symbol: 256 words each for DC and AC of light, then of colour. */
  codes: usize;
  /** Room for the pixels, the samples and the coefficients of one MCU. */
  pixels: usize;
  samples: usize;
  block: usize;
}

/** Writes the scan of a baseline JPEG, 4:2:0, and says where it ends; 0 where there was no room. */
export function encodeJpeg(task: Task): usize {
  const width = task.width;
  const height = task.height;
  const colours = task.samples + ((MCU * MCU) << 2);
  let y = 0;
  let cb = 0;
  let cr = 0;
  openBits(task.to);
  for (let row = 0; row < height; row += MCU) {
    for (let column = 0; column < width; column += MCU) {
      if (written() + MOST > task.toEnd) return 0;
      let from = task.rgba + ((<usize>(row * width + column)) << 2);
      let pitch = (<usize>width) << 2;
      if (column + MCU > width || row + MCU > height) {
        gather(task, column, row);
        from = task.pixels;
        pitch = (<usize>MCU) << 2;
      }
      separate(from, pitch, task.shares, task.samples, colours);
      for (let k = 0; k < 4; k++) {
        const at = task.samples + ((<usize>((k >> 1) * 8 * MCU + (k & 1) * 8)) << 2);
        y = encodeBlock(task, at, (<usize>MCU) << 2, 0, y);
      }
      cb = encodeBlock(task, colours, 32, 1, cb);
      cr = encodeBlock(task, colours + (BLOCK << 2), 32, 1, cr);
    }
  }
  return shutBits();
}

/** Copies the pixels of an MCU that reaches beyond the picture: its border goes on. */
function gather(task: Task, column: i32, row: i32): void {
  for (let y = 0; y < MCU; y++) {
    const line = task.rgba + ((<usize>(min(row + y, task.height - 1) * task.width)) << 2);
    for (let x = 0; x < MCU; x++) {
      const from = line + ((<usize>min(column + x, task.width - 1)) << 2);
      store<u32>(task.pixels + ((<usize>(y * MCU + x)) << 2), load<u32>(from));
    }
  }
}

/** Sums of neighbours: of two vectors that hold two numbers a pixel, one a pixel. */
function paired(one: v128, other: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(one, other, 0, 2, 4, 6), v128.shuffle<i32>(one, other, 1, 3, 5, 7));
}

/**
 * Makes floats of the 16 × 16 pixels at `from`: their light around zero at `lights`, 2¹⁵ times as large, and at half the size both colours
 * at `colours`, 2¹⁷ times as large.
 */
function separate(from: usize, pitch: usize, shares: usize, lights: usize, colours: usize): void {
  const light = v128.load64_splat(shares);
  const blue = v128.load64_splat(shares, 8);
  const red = v128.load64_splat(shares, 16);
  const middle = i32x4.splat(128 << 15);
  for (let y = 0; y < MCU; y += 2) {
    for (let half: usize = 0; half < 2; half++) {
      const upper = from + half * 32;
      const lower = upper + pitch;
      const a = v128.load_ext<u8>(upper);
      const b = v128.load_ext<u8>(upper, 8);
      const c = v128.load_ext<u8>(upper, 16);
      const d = v128.load_ext<u8>(upper, 24);
      const e = v128.load_ext<u8>(lower);
      const f = v128.load_ext<u8>(lower, 8);
      const g = v128.load_ext<u8>(lower, 16);
      const h = v128.load_ext<u8>(lower, 24);
      const to = lights + half * 32;
      store4(to, i32x4.sub(paired(i32x4.dot_i16x8_s(a, light), i32x4.dot_i16x8_s(b, light)), middle));
      store4(to + 16, i32x4.sub(paired(i32x4.dot_i16x8_s(c, light), i32x4.dot_i16x8_s(d, light)), middle));
      store4(to + 64, i32x4.sub(paired(i32x4.dot_i16x8_s(e, light), i32x4.dot_i16x8_s(f, light)), middle));
      store4(to + 80, i32x4.sub(paired(i32x4.dot_i16x8_s(g, light), i32x4.dot_i16x8_s(h, light)), middle));
      const left = squares(i16x8.add(a, e), i16x8.add(b, f));
      const right = squares(i16x8.add(c, g), i16x8.add(d, h));
      const at = colours + half * 16;
      store4(at, paired(i32x4.dot_i16x8_s(left, blue), i32x4.dot_i16x8_s(right, blue)));
      store4(at + 256, paired(i32x4.dot_i16x8_s(left, red), i32x4.dot_i16x8_s(right, red)));
    }
    from += 2 * pitch;
    lights += 128;
    colours += 32;
  }
}

/** Of two vectors of two pixels, both sums. */
function squares(one: v128, other: v128): v128 {
  return i16x8.add(v128.shuffle<i64>(one, other, 0, 2), v128.shuffle<i64>(one, other, 1, 3));
}

function store4(to: usize, whole: v128): void {
  v128.store(to, f32x4.convert_i32x4_s(whole));
}

/** Codes one block of light (`kind` 0) or colour (1) after a block whose mean was `before`, and says its own. */
function encodeBlock(task: Task, from: usize, pitch: usize, kind: usize, before: i32): i32 {
  const block = task.block;
  forwardDct(from, pitch, task.scales + kind * (BLOCK << 2), block + 2 * BLOCK, block);
  const meanCodes = task.codes + (kind << 11);
  const codes = meanCodes + 1024;
  const mean = <i32>load<i16>(block);
  putNumber(mean - before, meanCodes, 0);
  const order = task.orders + BLOCK;
  let rest = inZigzag(block, task.orders) & ~1;
  let place: u64 = 0;
  while (rest !== 0) {
    const next = ctz(rest);
    let run = next - place - 1;
    for (; run > 15; run -= 16) putSymbol(codes, RUN_OF_16);
    const at = <usize>load<u8>(order + <usize>next);
    putNumber(<i32>load<i16>(block + (at << 1)), codes, (<usize>run) << 4);
    place = next;
    rest &= rest - 1;
  }
  if (place < LAST) putSymbol(codes, END);
  return mean;
}

/** Which of a block's coefficients are not zero, a bit each in zigzag order. */
function inZigzag(block: usize, places: usize): u64 {
  const zero = i16x8.splat(0);
  let found: u64 = 0;
  for (let row: usize = 0; row < 8; row += 2) {
    const one = i16x8.ne(v128.load(block + (row << 4)), zero);
    const other = i16x8.ne(v128.load(block + (row << 4), 16), zero);
    let some = <u32>i8x16.bitmask(i8x16.narrow_i16x8_s(one, other));
    for (; some !== 0; some &= some - 1) {
      found |= (<u64>1) << (<u64>load<u8>(places + (row << 3) + <usize>ctz(some)));
    }
  }
  return found;
}

/** Writes a number after a run of zeros, which is given four bits further up. */
function putNumber(number: i32, codes: usize, run: usize): void {
  const bits = 32 - <i32>clz(<u32>abs(number));
  const code = load<u32>(codes + ((run | <usize>bits) << 2));
  const own = <u32>(number + (number >> 31)) & ((1 << bits) - 1);
  putBits(((code >> 8) << bits) | own, <i32>(code & 255) + bits);
}

function putSymbol(codes: usize, symbol: usize): void {
  const code = load<u32>(codes + (symbol << 2));
  putBits(code >> 8, <i32>(code & 255));
}
