// AssemblyScript: compiled by `npm run kernels`, not by TypeScript. V8 makes a vector constant anew wherever one is used, in up to four
// steps; one that is loaded from here takes a single step, or stays in a register.

const PIXELS = memory.data<i32>(
  [-16777216, -16777216, -16777216, -16777216, 0x400040, 0x400040, 0x400040, 0x400040],
  16,
);
const PLACES = memory.data<f64>([0.5, 0.5, 6755399441055744, 6755399441055744], 16);

/** The alpha of four pixels. */
export function alphas(): v128 {
  return v128.load(PIXELS);
}

/** 64 in each of eight lanes: half of what is dropped with seven bits. */
export function rounding64(): v128 {
  return v128.load(PIXELS, 16);
}

/** 0.5 twice. */
export function half(): v128 {
  return v128.load(PLACES);
}

/** 2⁵² + 2⁵¹ twice: added to a number below 2³¹ it leaves the nearest integer in the low word. */
export function rounding(): v128 {
  return v128.load(PLACES, 16);
}
