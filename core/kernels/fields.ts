// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.

/**
 * Adds `weight` times a sparse field to the numbers at `to`. Its values follow each other at `values`; each of the `count` runs at `runs`
 * says in two words which number of `to` it begins at and how many it is long.
 */
export function addRuns(to: usize, runs: usize, count: i32, values: usize, weight: f32): void {
  const weights = f32x4.splat(weight);
  for (const runsEnd = runs + ((<usize>count) << 3); runs < runsEnd; runs += 8) {
    let at = to + ((<usize>load<i32>(runs)) << 2);
    const end = at + ((<usize>load<i32>(runs, 4)) << 2);
    for (; at + 16 <= end; at += 16, values += 16) {
      v128.store(at, f32x4.add(v128.load(at), f32x4.mul(weights, v128.load(values))));
    }
    for (; at < end; at += 4, values += 4) store<f32>(at, load<f32>(at) + weight * load<f32>(values));
  }
}
