/** A symmetric sparse matrix by rows; each row's columns include its diagonal, in no particular order. */
export interface SparseMatrix {
  readonly size: number;
  readonly start: Uint32Array;
  readonly column: Uint16Array;
  readonly value: Float64Array;
}

/** Shortest length an edge counts as, IOD: keeps slivers from gluing their ends together. */
const SHORTEST_EDGE = 0.012;
/** How much plain membrane is mixed into the thin plate: pulls what nothing holds towards rest. */
const MEMBRANE = 0.02;

/** Pairs of joined vertices of a mesh, each once. */
export function meshEdges(...lists: readonly Uint16Array[]): Uint32Array {
  const edges = new Set<number>();
  for (const triangles of lists) {
    for (let i = 0; i < triangles.length; i += 3) {
      for (let k = 0; k < 3; k++) {
        const a = triangles[i + k]!;
        const b = triangles[i + ((k + 1) % 3)]!;
        edges.add(a < b ? a * 65536 + b : b * 65536 + a);
      }
    }
  }
  return Uint32Array.from(edges);
}

/** The energy of displacements on a mesh: thin plate plus a little membrane, A = L D⁻¹ L + 0.02 L. `head`: 3 per vertex, IOD. */
export function meshEnergy(edges: Uint32Array, head: Float32Array): SparseMatrix {
  const size = head.length / 3;
  const laplacian = meshLaplacian(edges, head, size);
  const { start, column, value, diagonal } = laplacian;
  const rows = new RowSum(size);
  const outStart = new Uint32Array(size + 1);
  const outColumn: number[] = [];
  const outValue: number[] = [];
  for (let i = 0; i < size; i++) {
    for (let k = start[i]!; k < start[i + 1]!; k++) {
      const through = column[k]!;
      const share = value[k]! / diagonal[through]!;
      for (let j = start[through]!; j < start[through + 1]!; j++) rows.add(column[j]!, share * value[j]!);
      rows.add(through, MEMBRANE * value[k]!);
    }
    rows.flush(outColumn, outValue);
    outStart[i + 1] = outColumn.length;
  }
  return { size, start: outStart, column: Uint16Array.from(outColumn), value: Float64Array.from(outValue) };
}

function meshLaplacian(edges: Uint32Array, head: Float32Array, size: number) {
  const start = new Uint32Array(size + 1);
  for (const edge of edges) {
    start[(edge >>> 16) + 1]!++;
    start[(edge & 65535) + 1]!++;
  }
  for (let i = 0; i < size; i++) start[i + 1]! += start[i]! + 1;
  const column = new Uint16Array(start[size]!);
  const value = new Float64Array(start[size]!);
  const diagonal = new Float64Array(size);
  const next = start.slice(0, size);
  const put = (row: number, at: number, weight: number) => {
    column[next[row]!] = at;
    value[next[row]!++] = weight;
  };
  for (const edge of edges) {
    const a = edge >>> 16;
    const b = edge & 65535;
    const dx = head[a * 3]! - head[b * 3]!;
    const dy = head[a * 3 + 1]! - head[b * 3 + 1]!;
    const dz = (head[a * 3 + 2]! - head[b * 3 + 2]!) / 2;
    const weight = 1 / (Math.hypot(dx, dy, dz) + SHORTEST_EDGE);
    put(a, b, -weight);
    put(b, a, -weight);
    diagonal[a]! += weight;
    diagonal[b]! += weight;
  }
  for (let i = 0; i < size; i++) put(i, i, diagonal[i]!);
  return { start, column, value, diagonal };
}

/** Adds up one sparse row at a time. */
class RowSum {
  private readonly sums: Float64Array;
  private readonly seen: Uint8Array;
  private readonly columns: number[] = [];

  constructor(size: number) {
    this.sums = new Float64Array(size);
    this.seen = new Uint8Array(size);
  }

  add(column: number, value: number): void {
    if (this.seen[column] === 0) {
      this.seen[column] = 1;
      this.columns.push(column);
    }
    this.sums[column]! += value;
  }

  flush(columns: number[], values: number[]): void {
    for (const column of this.columns) {
      columns.push(column);
      values.push(this.sums[column]!);
      this.sums[column] = 0;
      this.seen[column] = 0;
    }
    this.columns.length = 0;
  }
}
