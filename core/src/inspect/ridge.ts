/** A linear regression under way: sums of products of inputs and outputs, over as many clips as are added. */
export interface Normal {
  readonly inputs: number;
  readonly outputs: number;
  /** Σ x xᵀ, inputs × inputs; only the lower triangle is filled. */
  readonly gram: Float64Array;
  /** Σ x yᵀ, inputs × outputs. */
  readonly cross: Float64Array;
}

/** Sums of nothing yet. */
export const emptyNormal = (inputs: number, outputs: number): Normal => ({
  inputs,
  outputs,
  gram: new Float64Array(inputs * inputs),
  cross: new Float64Array(inputs * outputs),
});

/** Adds one observation; `weight` is how much it counts. */
export function observe(normal: Normal, x: ArrayLike<number>, y: ArrayLike<number>, weight = 1): void {
  const { inputs, outputs, gram, cross } = normal;
  for (let i = 0; i < inputs; i++) {
    const scaled = x[i]! * weight;
    const row = i * inputs;
    for (let k = 0; k <= i; k++) gram[row + k] = gram[row + k]! + scaled * x[k]!;
    for (let k = 0; k < outputs; k++) cross[i * outputs + k] = cross[i * outputs + k]! + scaled * y[k]!;
  }
}

/** Adds the sums `from` to those of `to`, `sign` times. */
export function addNormal(to: Normal, from: Normal, sign = 1): void {
  for (let i = 0; i < to.gram.length; i++) to.gram[i] = to.gram[i]! + sign * from.gram[i]!;
  for (let i = 0; i < to.cross.length; i++) to.cross[i] = to.cross[i]! + sign * from.cross[i]!;
}

/** The coefficients, inputs × outputs, that minimise the squared error plus `penalty` times their own squares. */
export function solveRidge({ inputs: n, outputs, gram, cross }: Normal, penalty: number): Float64Array {
  const lower = Float64Array.from(gram);
  for (let i = 0; i < n; i++) lower[i * n + i] = lower[i * n + i]! + penalty;
  decompose(lower, n);
  const solution = Float64Array.from(cross);
  for (let k = 0; k < outputs; k++) {
    for (let i = 0; i < n; i++) {
      let sum = solution[i * outputs + k]!;
      for (let j = 0; j < i; j++) sum -= lower[i * n + j]! * solution[j * outputs + k]!;
      solution[i * outputs + k] = sum / lower[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = solution[i * outputs + k]!;
      for (let j = i + 1; j < n; j++) sum -= lower[j * n + i]! * solution[j * outputs + k]!;
      solution[i * outputs + k] = sum / lower[i * n + i]!;
    }
  }
  return solution;
}

/** Cholesky's decomposition in place: the lower triangle becomes L with L Lᵀ = the matrix. */
function decompose(lower: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const rowI = lower.subarray(i * n, i * n + i + 1);
    for (let j = 0; j <= i; j++) {
      const rowJ = lower.subarray(j * n, j * n + j + 1);
      let sum = rowI[j]!;
      for (let k = 0; k < j; k++) sum -= rowI[k]! * rowJ[k]!;
      rowI[j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / rowJ[j]!;
    }
  }
}
