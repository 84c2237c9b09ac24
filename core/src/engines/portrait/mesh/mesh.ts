import { meshEdges, meshEnergy } from '../fields/membrane.ts';
import type { FieldSpace } from '../fields/solve.ts';
import { compressDepth, type HeadFrame, toHead } from '../subject/head-frame.ts';
import { placeRings, RING_FACTORS, ringTriangles } from './rings.ts';
import { type FineRow, type FineTopology, fillMidpoints, LANDMARKS, refineTopology } from './subdivision.ts';

/** A subject's mesh: the face's vertices, then its rings. */
export interface SubjectMesh {
  /** 2 per vertex, source pixels. */
  readonly positions: Float32Array;
  /** 3 per vertex, IOD, depth compressed. */
  readonly head: Float32Array;
  readonly follow: Float32Array;
  readonly torso: Float32Array;
  readonly rows: Readonly<Record<FineRow, Uint16Array>>;
  readonly ringStart: number;
  readonly faceTriangles: Uint16Array;
  readonly outer: Uint16Array;
  readonly mouthFill: Uint16Array;
  readonly eyeFill: Uint16Array;
}

let shared: FineTopology | undefined;
/** The mesh every subject shares, made once. */
export function sharedTopology(): FineTopology {
  shared ??= refineTopology();
  return shared;
}

/** Spreads landmarks (at least 468 × 3, pixels) over the fine mesh: 3 per vertex, rings not included. */
export function refinePoints(points: Float32Array): Float32Array {
  const topology = sharedTopology();
  const fine = new Float32Array(topology.count * 3);
  fine.set(points.subarray(0, LANDMARKS * 3));
  fillMidpoints(topology, fine, 3);
  return fine;
}

/** Vertices that lie on rows: their places may be corrected by pixels. */
const onRows = () => new Set(Object.values(sharedTopology().rows).flatMap((row) => [...row]));

/** Lays the vertices between rows anew, after rows were corrected. */
export function relaxBetweenRows(fine: Float32Array): void {
  fillMidpoints(sharedTopology(), fine, 3, onRows());
}

/** The picture positions of points: 2 per vertex. */
export function flatten(fine: Float32Array): Float32Array {
  const flat = new Float32Array((fine.length / 3) * 2);
  for (let i = 0; i < flat.length / 2; i++) {
    flat[i * 2] = fine[i * 3]!;
    flat[i * 2 + 1] = fine[i * 3 + 1]!;
  }
  return flat;
}

/** What fields are solved on: the mesh halved once, with the finer vertices around the mouth between its own. */
export function fieldSpace({ outer, head }: SubjectMesh): FieldSpace {
  const { coarseTriangles, coarseCount, midpoints } = sharedTopology();
  return {
    energy: meshEnergy(meshEdges(coarseTriangles, outer), head),
    between: midpoints.slice(coarseCount - LANDMARKS).map(({ a, b }, i) => [coarseCount + i, a, b] as const),
  };
}

/** Builds a subject's mesh from its fine points in pixels (`refinePoints`, possibly corrected after). `contour`: see `RingSource`. */
export function buildMesh(
  fine: Float32Array,
  frame: HeadFrame,
  { width, height }: { readonly width: number; readonly height: number },
  contour?: readonly number[],
): SubjectMesh {
  const { count, rows, triangles } = sharedTopology();
  const total = count + RING_FACTORS.length * rows.oval.length;
  const positions = new Float32Array(total * 2);
  positions.set(flatten(fine));
  const head = new Float32Array(total * 3);
  head.set(toHead(frame, fine, count));
  const rings = placeRings({ positions, head, oval: rows.oval, first: count, iod: frame.iod, width, height, contour });
  for (let i = 0; i < total; i++) head[i * 3 + 2] = compressDepth(head[i * 3 + 2]!);
  const follow = new Float32Array(total).fill(1);
  const torso = new Float32Array(total);
  rings.forEach((weights, i) => {
    follow[count + i] = weights.follow;
    torso[count + i] = weights.torso;
  });
  return {
    positions,
    head,
    follow,
    torso,
    rows,
    ringStart: count,
    faceTriangles: triangles,
    outer: ringTriangles(rows.oval, count),
    mouthFill: strip(rows.innerUpper, rows.innerLower),
    eyeFill: Uint16Array.from([
      ...strip(rows.rightUpper, rows.rightLower),
      ...strip(rows.leftUpper.toReversed(), rows.leftLower.toReversed()),
    ]),
  };
}

/** Joins two rows, upper and lower, both from the image's left to its right, with triangles. Shared ends give none. */
function strip(upper: Uint16Array, lower: Uint16Array): Uint16Array {
  const triangles: number[] = [];
  for (let i = 0; i + 1 < upper.length; i++) {
    const [a, b, c, d] = [upper[i]!, upper[i + 1]!, lower[i]!, lower[i + 1]!];
    if (b !== d) triangles.push(a, b, d);
    if (a !== c) triangles.push(a, d, c);
  }
  return Uint16Array.from(triangles);
}
