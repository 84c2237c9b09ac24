// AssemblyScript: compiled by `npm run kernels`, not by TypeScript. One writer of bits, as JPEG's entropy coder has them: highest first, a
// zero byte after each of 255.

const WORD: i32 = 32;

let to: usize = 0;
let pending: u64 = 0;
let count: i32 = 0;

/** Begins to write at `start`. */
export function openBits(start: usize): void {
  to = start;
  pending = 0;
  count = 0;
}

/** Where the next whole word goes. */
export function written(): usize {
  return to;
}

/** Writes the `length` lowest bits of `bits`, at most 27; those above them are zero. */
export function putBits(bits: u32, length: i32): void {
  pending = (pending << (<u64>length)) | <u64>bits;
  count += length;
  if (count < WORD) return;
  count -= WORD;
  const word = <u32>(pending >> <u64>count);
  // Whether one of its bytes is 255.
  if ((word & (~word + 0xfefefeff) & 0x80808080) !== 0) {
    for (let shift = 24; shift >= 0; shift -= 8) putByte(word >> shift);
  } else {
    store<u32>(to, bswap(word));
    to += 4;
  }
}

/** Fills the last byte with ones and says where the bytes end. */
export function shutBits(): usize {
  const missing = -count & 7;
  putBits((1 << missing) - 1, missing);
  for (; count > 0; count -= 8) putByte(<u32>(pending >> <u64>(count - 8)));
  return to;
}

function putByte(byte: u32): void {
  store<u8>(to, byte);
  to++;
  if ((byte & 255) !== 255) return;
  store<u8>(to, 0);
  to++;
}
