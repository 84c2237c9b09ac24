// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.

/**
 * Makes `count` samples of sound at another rate: `from` samples of input last as long as `to` of output. Each is the sum of `width` (a
 * multiple of four) samples, the first of the first one's at `input`, weighed by a row of `taps`: one row for each of `phases` places
 * between two samples. `rest` is the place of the first one, in parts of `to`.
 */
export function resample(
  taps: usize,
  width: i32,
  phases: i32,
  from: i32,
  to: i32,
  input: usize,
  rest: i32,
  count: i32,
  output: usize,
): void {
  const row = (<usize>width) << 2;
  for (const end = output + ((<usize>count) << 2); output < end; output += 4) {
    let phase = phases === to ? rest : <i32>((2 * <i64>rest * phases + to) / (2 * to));
    let place = input;
    if (phase === phases) {
      phase = 0;
      place += 4;
    }
    store<f32>(output, sumOf(taps + <usize>phase * row, place, row));
    rest += from;
    input += (<usize>(rest / to)) << 2;
    rest %= to;
  }
}

function sumOf(taps: usize, samples: usize, bytes: usize): f32 {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 16 < bytes; at += 32) {
    a = f32x4.add(a, f32x4.mul(v128.load(taps + at), v128.load(samples + at)));
    b = f32x4.add(b, f32x4.mul(v128.load(taps + at, 16), v128.load(samples + at, 16)));
  }
  if (at < bytes) a = f32x4.add(a, f32x4.mul(v128.load(taps + at), v128.load(samples + at)));
  a = f32x4.add(a, b);
  return f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3));
}
