// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.

/** Writes `count` RGBA pixels without their alpha, three bytes each. */
export function packRgb(from: usize, to: usize, count: i32): void {
  const end = to + <usize>count * 3;
  // Four at a time: the four bytes too many that are written with them are overwritten by the next ones.
  for (; to + 16 <= end; from += 16, to += 12) {
    const pixels = v128.load(from);
    v128.store(to, v128.shuffle<u8>(pixels, pixels, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15));
  }
  for (; to < end; from += 4, to += 3) {
    store<u16>(to, load<u16>(from));
    store<u8>(to, load<u8>(from, 2), 2);
  }
}
