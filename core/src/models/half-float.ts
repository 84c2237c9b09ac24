const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Where rounding first reaches infinity: halfway beyond 65504, the largest half float. */
const OVERFLOW_BITS = 0x477f_f000;
const SMALLEST_NORMAL_BITS = 0x3880_0000;

/** The bits of the half float nearest to `value`, ties to even, as IEEE 754 has it. */
export function toHalf(value: number): number {
  float[0] = value;
  const all = bits[0]!;
  const sign = (all >>> 16) & 0x8000;
  const size = all & 0x7fff_ffff;
  if (size > 0x7f80_0000) return sign | 0x7e00;
  if (size >= OVERFLOW_BITS) return sign | 0x7c00;
  if (size >= SMALLEST_NORMAL_BITS) return sign | ((size - 0x3800_0000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
  const steps = Math.abs(float[0]) * 2 ** 24; // subnormal halves are whole multiples of 2^-24
  const below = Math.floor(steps);
  const up = steps - below > 0.5 || (steps - below === 0.5 && below % 2 === 1);
  return sign | (below + (up ? 1 : 0));
}

/** The value of a half float's bits. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
