import { eyeRing, LEFT_EYE, LIPS, OVAL, RIGHT_EYE } from './topology.ts';
import { FACE_TRIANGLES } from './triangles.ts';

/** Landmarks on the skin. */
export const LANDMARKS = 468;

/** A vertex between two others; `curve` holds the four neighbours on the curve it lies on (four-point rule), absent off curves. */
export interface Midpoint {
  readonly a: number;
  readonly b: number;
  readonly curve?: readonly [number, number, number, number];
}

/** The finer mesh: how each added vertex arises (vertex 468 + i is `midpoints[i]`), and lists in terms of all vertices. */
export interface FineTopology {
  readonly count: number;
  readonly midpoints: readonly Midpoint[];
  readonly triangles: Uint16Array;
  /** The same surface halved only once: its vertices are those below `coarseCount`. */
  readonly coarseTriangles: Uint16Array;
  readonly coarseCount: number;
  /** Fine rows by name: `LIPS` rows, lids (`rightUpper`, …) and `oval` (closed; its first vertex is not repeated). */
  readonly rows: Readonly<Record<FineRow, Uint16Array>>;
}

export type FineRow = keyof typeof LIPS | 'rightUpper' | 'rightLower' | 'leftUpper' | 'leftLower' | 'oval';

const ROWS: Readonly<Record<FineRow, readonly number[]>> = {
  ...LIPS,
  rightUpper: RIGHT_EYE.upper,
  rightLower: RIGHT_EYE.lower,
  leftUpper: LEFT_EYE.upper,
  leftLower: LEFT_EYE.lower,
  oval: OVAL,
};

type Triangle = readonly [number, number, number];
const edgeKey = (a: number, b: number) => (a < b ? a * 65536 + b : b * 65536 + a);

/** Rings of triangles around the lips that are halved once more, so that the inner lip line shows no corners at 1080p. */
const MOUTH_RINGS = 2;

/** Builds the mesh that every subject shares: the face halved once, the mouth's surroundings twice, eye openings cut. */
export function refineTopology(): FineTopology {
  const inEye = [RIGHT_EYE, LEFT_EYE].map((eye) => new Set(eyeRing(eye)));
  const base: Triangle[] = [];
  for (let i = 0; i < FACE_TRIANGLES.length; i += 3) {
    const triangle: Triangle = [FACE_TRIANGLES[i]!, FACE_TRIANGLES[i + 1]!, FACE_TRIANGLES[i + 2]!];
    if (!inEye.some((ring) => triangle.every((v) => ring.has(v)))) base.push(triangle);
  }
  const state: Refinement = { midpoints: [], rows: ROWS };
  const once = halve(state, base, () => true);
  const coarseCount = LANDMARKS + state.midpoints.length;
  const lips = new Set<number>(Object.values(LIPS).flat());
  let zone = lips;
  for (let ring = 0; ring < MOUTH_RINGS; ring++) {
    const near = base.filter((triangle) => triangle.some((v) => zone.has(v)));
    zone = new Set([...zone, ...near.flat()]);
  }
  const inZone = new Set(zone);
  state.midpoints.forEach(({ a, b }, i) => {
    if (zone.has(a) && zone.has(b)) inZone.add(LANDMARKS + i);
  });
  const twice = halve(state, once, (a, b) => inZone.has(a) && inZone.has(b));
  const rows = Object.fromEntries(Object.entries(state.rows).map(([name, row]) => [name, Uint16Array.from(row)]));
  return {
    count: LANDMARKS + state.midpoints.length,
    midpoints: state.midpoints,
    triangles: Uint16Array.from(twice.flat()),
    coarseTriangles: Uint16Array.from(once.flat()),
    coarseCount,
    rows: rows as Record<FineRow, Uint16Array>,
  };
}

interface Refinement {
  readonly midpoints: Midpoint[];
  rows: Readonly<Record<FineRow, readonly number[]>>;
}

/** Splits the chosen edges in two and the triangles at them into two, three or four. */
function halve(
  state: Refinement,
  triangles: readonly Triangle[],
  split: (a: number, b: number) => boolean,
): Triangle[] {
  const onCurve = curveNeighbours(state.rows);
  const middles = new Map<number, number>();
  const middle = (a: number, b: number): number | undefined => {
    if (!split(a, b)) return undefined;
    const key = edgeKey(a, b);
    const known = middles.get(key);
    if (known !== undefined) return known;
    const made = LANDMARKS + state.midpoints.length;
    const curve = onCurve.get(key);
    state.midpoints.push(curve ? { a, b, curve } : { a, b });
    middles.set(key, made);
    return made;
  };
  const result = triangles.flatMap((triangle) => splitTriangle(triangle, middle));
  state.rows = Object.fromEntries(
    Object.entries(state.rows).map(([name, row]) => {
      const fine: number[] = [];
      row.forEach((v, i) => {
        fine.push(v);
        const next = row[i + 1] ?? (name === 'oval' ? row[0]! : undefined);
        const between = next === undefined ? undefined : middles.get(edgeKey(v, next));
        if (between !== undefined) fine.push(between);
      });
      return [name, fine];
    }),
  ) as unknown as Record<FineRow, readonly number[]>;
  return result;
}

/** For each edge along a row: the four vertices around its middle, ends repeated where the row ends. */
function curveNeighbours(rows: Readonly<Record<FineRow, readonly number[]>>) {
  const neighbours = new Map<number, [number, number, number, number]>();
  for (const [name, row] of Object.entries(rows)) {
    const closed = name === 'oval';
    const at = (i: number) => row[closed ? (i + row.length) % row.length : Math.min(row.length - 1, Math.max(0, i))]!;
    for (let i = 0; i < row.length - (closed ? 0 : 1); i++) {
      neighbours.set(edgeKey(at(i), at(i + 1)), [at(i - 1), at(i), at(i + 1), at(i + 2)]);
    }
  }
  return neighbours;
}

function splitTriangle([a, b, c]: Triangle, middle: (a: number, b: number) => number | undefined): Triangle[] {
  const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
  const split = [ab, bc, ca].filter((m) => m !== undefined).length;
  if (split === 0) return [[a, b, c]];
  if (ab !== undefined && bc !== undefined && ca !== undefined) {
    return [
      [a, ab, ca],
      [ab, b, bc],
      [ca, bc, c],
      [ab, bc, ca],
    ];
  }
  if (split === 2 && ab === undefined) return splitTwo([c, a, b], ca!, bc!);
  if (split === 2 && bc === undefined) return splitTwo([a, b, c], ab!, ca!);
  if (split === 2) return splitTwo([b, c, a], bc!, ab!);
  if (ab !== undefined) return splitOne([a, b, c], ab);
  return bc !== undefined ? splitOne([b, c, a], bc) : splitOne([c, a, b], ca!);
}

/** The edges at `a` are split: `ab` towards b, `ac` towards c. */
const splitTwo = ([a, b, c]: Triangle, ab: number, ac: number): Triangle[] => [
  [a, ab, ac],
  [ab, b, c],
  [ab, c, ac],
];

const splitOne = ([a, b, c]: Triangle, ab: number): Triangle[] => [
  [a, ab, c],
  [ab, b, c],
];

/**
 * Writes the values of all added vertices, `width` per vertex, from those of the first 468: on curves by the four-point rule,
 * elsewhere the mean of both ends. Vertices in `keep` stay as they are.
 */
export function fillMidpoints(
  { midpoints }: FineTopology,
  values: Float32Array | Float64Array,
  width: number,
  keep?: ReadonlySet<number>,
): void {
  midpoints.forEach(({ a, b, curve }, i) => {
    if (keep?.has(LANDMARKS + i)) return;
    for (let c = 0; c < width; c++) {
      const at = (v: number) => values[v * width + c]!;
      values[(LANDMARKS + i) * width + c] = curve
        ? (9 * (at(curve[1]) + at(curve[2])) - at(curve[0]) - at(curve[3])) / 16
        : (at(a) + at(b)) / 2;
    }
  });
}
