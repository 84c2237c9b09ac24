import { describe, expect, test } from 'vitest';
import { ringTriangles } from './rings.ts';
import { fillMidpoints, LANDMARKS, refineTopology } from './subdivision.ts';
import { FACE_TRIANGLES } from './triangles.ts';

/** Lengths of the loops that bound a surface, sorted; fails when a directed edge appears twice. */
function boundaryLoops(triangles: ArrayLike<number>): number[] {
  const edges = new Set<string>();
  for (let i = 0; i < triangles.length; i += 3) {
    for (let k = 0; k < 3; k++) {
      const edge = `${triangles[i + k]}>${triangles[i + ((k + 1) % 3)]}`;
      expect(edges.has(edge)).toBe(false);
      edges.add(edge);
    }
  }
  const next = new Map<string, string>();
  for (const edge of edges) {
    const [a, b] = edge.split('>') as [string, string];
    if (!edges.has(`${b}>${a}`)) next.set(a, b);
  }
  const loops: number[] = [];
  const seen = new Set<string>();
  for (const start of next.keys()) {
    let length = 0;
    for (let at = start; !seen.has(at); at = next.get(at)!) {
      seen.add(at);
      length++;
    }
    if (length > 0) loops.push(length);
  }
  return loops.sort((a, b) => a - b);
}

describe('face topology', () => {
  const topology = refineTopology();

  test('joins 468 landmarks by 880 triangles with only the mouth cut out', () => {
    expect(FACE_TRIANGLES).toHaveLength(880 * 3);
    expect(new Set(FACE_TRIANGLES).size).toBe(LANDMARKS);
    expect(boundaryLoops(FACE_TRIANGLES)).toEqual([20, 36]);
  });

  test('uses every vertex of the fine mesh and cuts eyes, mouth and outline only', () => {
    expect(new Set(topology.triangles).size).toBe(topology.count);
    expect(boundaryLoops(topology.triangles)).toEqual([32, 32, 72, 80]);
    expect(boundaryLoops(topology.coarseTriangles)).toEqual([32, 32, 40, 72]);
    expect(Math.max(...topology.coarseTriangles)).toBe(topology.coarseCount - 1);
  });

  test('gives lips 41 columns, lids 17 and a closed outline of 72', () => {
    expect(topology.rows.innerUpper).toHaveLength(41);
    expect(topology.rows.innerLower).toHaveLength(41);
    expect(topology.rows.innerUpper[0]).toBe(topology.rows.innerLower[0]);
    expect(topology.rows.rightUpper).toHaveLength(17);
    expect(topology.rows.oval).toHaveLength(72);
    expect(topology.rows.innerUpper[20]).toBe(13);
    expect(topology.rows.innerLower[20]).toBe(14);
  });

  test('puts vertices added along a lip on a smooth curve, others half way', () => {
    const values = new Float32Array(topology.count);
    for (const [i, vertex] of topology.rows.innerUpper.entries()) if (vertex < LANDMARKS) values[vertex] = (i / 4) ** 2;
    fillMidpoints(topology, values, 1);
    for (let i = 6; i < 35; i++) expect(values[topology.rows.innerUpper[i]!]).toBeCloseTo((i / 4) ** 2, 1);
    const plain = topology.midpoints.findIndex(({ curve }) => !curve);
    const { a, b } = topology.midpoints[plain]!;
    expect(values[LANDMARKS + plain]).toBeCloseTo((values[a]! + values[b]!) / 2);
  });

  test('surrounds the outline with eleven closed rings', () => {
    const triangles = ringTriangles(topology.rows.oval, topology.count);
    expect(triangles).toHaveLength(11 * 72 * 2 * 3);
    expect(boundaryLoops([...topology.triangles, ...triangles])).toEqual([32, 32, 72, 80]);
  });
});
