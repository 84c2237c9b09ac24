import { KernelMemory } from '../../../base/kernels/kernel-memory.ts';

/** Grids of one size that lie where kernels work, and means over squares of their cells. */
export class BoxBlur {
  readonly memory: KernelMemory;
  private readonly width: number;
  private readonly height: number;
  private readonly from: Float32Array;
  private readonly rows: Float32Array;
  private readonly to: Float32Array;
  private readonly sums: Float64Array;

  /** `spare`: grids of 32-bit numbers that `memory` has room for besides. @throws {OratorError} `runtime/exhausted` when there is no room. */
  constructor(width: number, height: number, spare = 0) {
    const count = width * height;
    this.width = width;
    this.height = height;
    this.memory = new KernelMemory(4 * count * (3 + spare) + 8 * (width + 1), 4 + spare);
    this.from = this.memory.floats(count);
    this.rows = this.memory.floats(count);
    this.to = this.memory.floats(count);
    this.sums = this.memory.doubles(width + 1); // two columns are summed at a time
  }

  /** The mean over squares of `2·reach + 1` cells, smaller at the edges: an array of its own. */
  mean(values: Float32Array, reach: number): Float32Array {
    this.from.set(values);
    this.blur(this.from, reach, this.to);
    return this.to.slice();
  }

  /** The same between two grids in `memory`. */
  blur(from: Float32Array, reach: number, to: Float32Array): void {
    const { width, height, rows, sums } = this;
    const { blurRows, blurColumns } = this.memory.kernels;
    blurRows(from.byteOffset, width, height, reach, rows.byteOffset);
    blurColumns(rows.byteOffset, width, height, reach, sums.byteOffset, to.byteOffset);
  }
}
