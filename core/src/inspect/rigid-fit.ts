/** How a set of points lies in a picture: scale · turn · point + shift. `turn` is 3 × 3, row by row. */
export interface Placement {
  readonly scale: number;
  readonly turn: Float64Array;
  readonly shift: readonly [number, number, number];
}

/** Newton steps of the polar decomposition; it converges quadratically and five are enough for any face. */
const STEPS = 12;

/** The similarity (turn, one scale, shift) that brings the points `which` of `model` closest to those of `seen`; both hold x, y, z. */
export function fitRigid(model: ArrayLike<number>, seen: ArrayLike<number>, which: readonly number[]): Placement {
  const from = centreOf(model, which);
  const to = centreOf(seen, which);
  const spread = new Float64Array(9); // Σ seen · modelᵀ: its nearest rotation is the turn
  let size = 0;
  for (const i of which) {
    for (let c = 0; c < 3; c++) {
      const m = model[i * 3 + c]! - from[c]!;
      size += m * m;
      for (let r = 0; r < 3; r++) spread[r * 3 + c] = spread[r * 3 + c]! + (seen[i * 3 + r]! - to[r]!) * m;
    }
  }
  const turn = nearestRotation(spread);
  let along = 0;
  for (let i = 0; i < 9; i++) along += turn[i]! * spread[i]!;
  const scale = along / size;
  const [x, y, z] = [0, 1, 2].map((r) => to[r]! - scale * dot(turn, r, from));
  return { scale, turn, shift: [x!, y!, z!] };
}

/** Takes points of a picture back into the model's own frame: the inverse of `placement`. */
export function unplace(placement: Placement, seen: ArrayLike<number>, out: Float64Array): void {
  const { scale, turn, shift } = placement;
  for (let i = 0; i + 2 < seen.length; i += 3) {
    const x = seen[i]! - shift[0];
    const y = seen[i + 1]! - shift[1];
    const z = seen[i + 2]! - shift[2];
    for (let c = 0; c < 3; c++) out[i + c] = (turn[c]! * x + turn[3 + c]! * y + turn[6 + c]! * z) / scale;
  }
}

const dot = (turn: Float64Array, row: number, v: readonly number[]) =>
  turn[row * 3]! * v[0]! + turn[row * 3 + 1]! * v[1]! + turn[row * 3 + 2]! * v[2]!;

function centreOf(points: ArrayLike<number>, which: readonly number[]): number[] {
  const centre = [0, 0, 0];
  for (const i of which) for (let c = 0; c < 3; c++) centre[c] = centre[c]! + points[i * 3 + c]! / which.length;
  return centre;
}

/** The rotation closest to a matrix of positive determinant: R ← (R + R⁻ᵀ) / 2 until it no longer changes. */
function nearestRotation(matrix: Float64Array): Float64Array {
  const norm = Math.hypot(...matrix) || 1;
  let turn = matrix.map((value) => value / norm);
  for (let step = 0; step < STEPS; step++) {
    const inverse = inverseTransposed(turn);
    turn = turn.map((value, i) => (value + inverse[i]!) / 2);
  }
  return turn;
}

function inverseTransposed(m: Float64Array): Float64Array {
  const cofactor = (r: number, c: number) => {
    const [a, b] = [(r + 1) % 3, (r + 2) % 3];
    const [d, e] = [(c + 1) % 3, (c + 2) % 3];
    return m[a * 3 + d]! * m[b * 3 + e]! - m[a * 3 + e]! * m[b * 3 + d]!;
  };
  const cofactors = Float64Array.from({ length: 9 }, (_, i) => cofactor(Math.floor(i / 3), i % 3));
  const determinant = m[0]! * cofactors[0]! + m[1]! * cofactors[1]! + m[2]! * cofactors[2]!;
  return cofactors.map((value) => value / determinant);
}
