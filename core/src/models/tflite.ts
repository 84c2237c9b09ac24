/** One step of a TensorFlow Lite graph: tensors by number, options by their place in the operator's table. */
export interface LiteStep {
  readonly operator: number;
  /** The name of an operator that is not built in. */
  readonly custom?: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Option `field`, as a byte, a 32-bit integer or a flag; its default when absent. */
  readonly option: (field: number, kind: 'byte' | 'int' | 'float', otherwise: number) => number;
  readonly customBytes: Uint8Array;
}

/** A tensor: its shape, and its constant value when it has one. */
export interface LiteTensor {
  readonly shape: readonly number[];
  /** 0 = float32, 1 = float16, 2 = int32. */
  readonly type: number;
  readonly data?: Uint8Array;
}

/** A network as its file describes it; steps are in the order in which they run. */
export interface LiteGraph {
  readonly tensors: readonly LiteTensor[];
  readonly steps: readonly LiteStep[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A table of a FlatBuffer: fields are found through its list of offsets, absent ones are 0. */
class Table {
  private readonly view: DataView;
  private readonly at: number;

  constructor(view: DataView, at: number) {
    this.view = view;
    this.at = at;
  }

  /** Where field `n` lies, or 0. */
  field(n: number): number {
    const list = this.at - this.view.getInt32(this.at, true);
    const place = 4 + 2 * n;
    if (place >= this.view.getUint16(list, true)) return 0;
    const offset = this.view.getUint16(list + place, true);
    return offset === 0 ? 0 : this.at + offset;
  }

  number(n: number, kind: 'byte' | 'int' | 'float', otherwise: number): number {
    const at = this.field(n);
    if (at === 0) return otherwise;
    if (kind === 'byte') return this.view.getInt8(at);
    return kind === 'int' ? this.view.getInt32(at, true) : this.view.getFloat32(at, true);
  }

  table(n: number): Table | undefined {
    const at = this.field(n);
    return at === 0 ? undefined : new Table(this.view, at + this.view.getUint32(at, true));
  }

  private vector(n: number): readonly [start: number, length: number] {
    const at = this.field(n);
    if (at === 0) return [0, 0];
    const vector = at + this.view.getUint32(at, true);
    return [vector + 4, this.view.getUint32(vector, true)];
  }

  tables(n: number): Table[] {
    const [start, length] = this.vector(n);
    return Array.from({ length }, (_, i) => {
      const at = start + i * 4;
      return new Table(this.view, at + this.view.getUint32(at, true));
    });
  }

  integers(n: number): number[] {
    const [start, length] = this.vector(n);
    return Array.from({ length }, (_, i) => this.view.getInt32(start + i * 4, true));
  }

  bytes(n: number): Uint8Array {
    const [start, length] = this.vector(n);
    return new Uint8Array(this.view.buffer, this.view.byteOffset + start, length);
  }
}

/** Reads a TensorFlow Lite file (schema 3, one subgraph). The graph looks into `file`; keep it. */
export function readLiteGraph(file: Uint8Array): LiteGraph {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const model = new Table(view, view.getUint32(0, true));
  const codes = model.tables(1).map((code) => {
    const custom = new TextDecoder().decode(code.bytes(1));
    return { number: Math.max(code.number(0, 'byte', 0), code.number(3, 'int', 0)), ...(custom ? { custom } : {}) };
  });
  const buffers = model.tables(4);
  const graph = model.tables(2)[0]!;
  const tensors = graph.tables(0).map((tensor): LiteTensor => {
    const data = buffers[tensor.number(2, 'int', 0)]!.bytes(0);
    const shape = tensor.integers(0);
    const type = tensor.number(1, 'byte', 0);
    return data.length > 0 ? { shape, type, data } : { shape, type };
  });
  const steps = graph.tables(3).map((step): LiteStep => {
    const code = codes[step.number(0, 'int', 0)]!;
    const options = step.table(4);
    return {
      operator: code.number,
      ...(code.custom ? { custom: code.custom } : {}),
      inputs: step.integers(1),
      outputs: step.integers(2),
      option: (field, kind, otherwise) => options?.number(field, kind, otherwise) ?? otherwise,
      customBytes: step.bytes(5),
    };
  });
  return { tensors, steps, inputs: graph.integers(1), outputs: graph.integers(2) };
}
