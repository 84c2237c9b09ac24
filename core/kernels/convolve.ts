// AssemblyScript: compiled by `npm run kernels`, not by TypeScript. Pictures have a multiple of four channels, interleaved.

/** Output channels that are summed side by side: a vector. */
const LANES: usize = 4;
/** Pixels that share every read of a weight. */
const PIXELS: i32 = 4;

/**
 * One row of a convolution, `width` pixels of 4 · `groups` channels. Each is its bias plus the weighted sum of `rows` runs of `run`
 * inputs, the runs `pitch` bytes apart; those of the next pixel begin `step` bytes further on. Weights stand group by group, run by run,
 * four to an input.
 */
export function convolveRow(
  input: usize,
  pitch: usize,
  step: usize,
  rows: i32,
  run: i32,
  weights: usize,
  bias: usize,
  groups: i32,
  width: i32,
  to: usize,
): void {
  const bytes = (<usize>run) << 2;
  const pixel = (<usize>groups) << 4;
  for (let x = 0; x < width; x += PIXELS) {
    // A block that the row ends in sums its last pixel several times.
    const last = width - 1 - x;
    const one = <usize>min(1, last);
    const two = <usize>min(2, last);
    const three = <usize>min(3, last);
    let weight = weights;
    for (let group: usize = 0; group < pixel; group += 4 * LANES) {
      let a = v128.load(bias + group);
      let b = a;
      let c = a;
      let d = a;
      let from = input;
      for (let row = 0; row < rows; row++, from += pitch) {
        for (let at = from, end = from + bytes; at < end; at += 4, weight += 4 * LANES) {
          const w = v128.load(weight);
          a = f32x4.add(a, f32x4.mul(w, v128.load32_splat(at)));
          b = f32x4.add(b, f32x4.mul(w, v128.load32_splat(at + one * step)));
          c = f32x4.add(c, f32x4.mul(w, v128.load32_splat(at + two * step)));
          d = f32x4.add(d, f32x4.mul(w, v128.load32_splat(at + three * step)));
        }
      }
      v128.store(to + group, a);
      v128.store(to + group + one * pixel, b);
      v128.store(to + group + two * pixel, c);
      v128.store(to + group + three * pixel, d);
    }
    input += <usize>PIXELS * step;
    to += <usize>PIXELS * pixel;
  }
}

/**
 * One row of a convolution of each channel by itself: `width` pixels of `channels` channels out of `rows` × `columns` pixels each, whose
 * rows are `pitch` bytes apart; those of the next pixel begin `step` bytes further on.
 */
export function convolveChannels(
  input: usize,
  pitch: usize,
  step: usize,
  rows: i32,
  columns: i32,
  weights: usize,
  bias: usize,
  channels: i32,
  width: i32,
  to: usize,
): void {
  const pixel = (<usize>channels) << 2;
  for (let x = 0; x < width; x++, input += step, to += pixel) {
    for (let group: usize = 0; group < pixel; group += 4 * LANES) {
      let sum = v128.load(bias + group);
      let weight = weights + group;
      let from = input + group;
      for (let row = 0; row < rows; row++, from += pitch) {
        for (let column = 0, at = from; column < columns; column++, at += pixel, weight += pixel) {
          sum = f32x4.add(sum, f32x4.mul(v128.load(at), v128.load(weight)));
        }
      }
      v128.store(to + group, sum);
    }
  }
}

/**
 * Doubles one row of `width` pixels of `channels` channels into two rows of one channel, `pitch` bytes apart: every pixel paints its own
 * 2 × 2 values, each the weighted sum of its channels plus `bias`.
 */
export function doubleRow(
  input: usize,
  width: i32,
  channels: i32,
  weights: usize,
  bias: usize,
  to: usize,
  pitch: usize,
): void {
  const pixel = (<usize>channels) << 2;
  for (let x = 0; x < width; x++, input += pixel, to += 8) {
    for (let k: usize = 0; k < 4; k++) {
      let sums = f32x4.splat(0);
      const weight = weights + k * pixel;
      for (let group: usize = 0; group < pixel; group += 4 * LANES) {
        sums = f32x4.add(sums, f32x4.mul(v128.load(input + group), v128.load(weight + group)));
      }
      const pairs = f32x4.add(sums, v128.shuffle<f32>(sums, sums, 2, 3, 2, 3));
      const sum = f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
      store<f32>(to + (k >> 1) * pitch + ((k & 1) << 2), load<f32>(bias) + sum);
    }
  }
}
