// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.

/** Rows of one group: as many sums, for two inputs, as the processor has vector registers for. */
const GROUP_BYTES: usize = 64;

/**
 * One layer of a network: each of 16 · `groups` outputs is its bias plus the sum of `columns` weighted inputs, for one input or for two
 * that stand one after the other (`inputs`), and so do the outputs. A group of 16 rows is its biases, then the weights of its rows column
 * by column. Every sum runs over the columns in order, so one input and two give the same bits.
 */
export function runLayer(layer: usize, columns: i32, groups: i32, input: usize, inputs: i32, to: usize): void {
  const second = input + ((<usize>columns) << 2);
  const next = <usize>groups * GROUP_BYTES;
  for (let group = 0; group < groups; group++, to += GROUP_BYTES) {
    layer = inputs === 2 ? twoOf(layer, input, second, to, to + next) : oneOf(layer, input, second, to);
  }
}

function oneOf(weights: usize, input: usize, end: usize, to: usize): usize {
  let a = v128.load(weights);
  let b = v128.load(weights, 16);
  let c = v128.load(weights, 32);
  let d = v128.load(weights, 48);
  for (; input < end; input += 4) {
    weights += GROUP_BYTES;
    const x = v128.load32_splat(input);
    a = f32x4.add(a, f32x4.mul(v128.load(weights), x));
    b = f32x4.add(b, f32x4.mul(v128.load(weights, 16), x));
    c = f32x4.add(c, f32x4.mul(v128.load(weights, 32), x));
    d = f32x4.add(d, f32x4.mul(v128.load(weights, 48), x));
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
  return weights + GROUP_BYTES;
}

function twoOf(weights: usize, input: usize, second: usize, to: usize, toSecond: usize): usize {
  let a = v128.load(weights);
  let b = v128.load(weights, 16);
  let c = v128.load(weights, 32);
  let d = v128.load(weights, 48);
  let e = a;
  let f = b;
  let g = c;
  let h = d;
  for (const end = second; input < end; input += 4, second += 4) {
    weights += GROUP_BYTES;
    const x = v128.load32_splat(input);
    const y = v128.load32_splat(second);
    const p = v128.load(weights);
    const q = v128.load(weights, 16);
    const r = v128.load(weights, 32);
    const s = v128.load(weights, 48);
    a = f32x4.add(a, f32x4.mul(p, x));
    b = f32x4.add(b, f32x4.mul(q, x));
    c = f32x4.add(c, f32x4.mul(r, x));
    d = f32x4.add(d, f32x4.mul(s, x));
    e = f32x4.add(e, f32x4.mul(p, y));
    f = f32x4.add(f, f32x4.mul(q, y));
    g = f32x4.add(g, f32x4.mul(r, y));
    h = f32x4.add(h, f32x4.mul(s, y));
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
  v128.store(toSecond, e);
  v128.store(toSecond, f, 16);
  v128.store(toSecond, g, 32);
  v128.store(toSecond, h, 48);
  return weights + GROUP_BYTES;
}
