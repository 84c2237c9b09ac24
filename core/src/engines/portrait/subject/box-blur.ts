import { KernelMemory } from '../../../base/kernels/kernel-memory.ts';

/** Means over squares of cells, of grids of one size. */
export class BoxBlur {
  private readonly width: number;
  private readonly height: number;
  private readonly memory: KernelMemory;
  private readonly from: Float32Array;
  private readonly rows: Float32Array;
  private readonly to: Float32Array;
  private readonly sums: Float64Array;

  /** @throws {OratorError} `runtime/exhausted` when there is no room for three grids. */
  constructor(width: number, height: number) {
    const count = width * height;
    this.width = width;
    this.height = height;
    this.memory = new KernelMemory(12 * count + 8 * (width + 1), 4);
    this.from = this.memory.floats(count);
    this.rows = this.memory.floats(count);
    this.to = this.memory.floats(count);
    this.sums = this.memory.doubles(width + 1); // two columns are summed at a time
  }

  /** The mean over squares of `2·reach + 1` cells, smaller at the edges: an array of its own. */
  mean(values: Float32Array, reach: number): Float32Array {
    const { width, height, from, rows, to, sums } = this;
    const { blurRows, blurColumns } = this.memory.kernels;
    from.set(values);
    blurRows(from.byteOffset, width, height, reach, rows.byteOffset);
    blurColumns(rows.byteOffset, width, height, reach, sums.byteOffset, to.byteOffset);
    return to.slice();
  }
}
