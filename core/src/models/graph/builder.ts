import { bytesOfFloats, type Dtype } from '../tensor.ts';
import type { Attribute, Graph, GraphConstant, GraphNode, GraphPort, Side, WeightSpec } from './graph.ts';

declare const made: unique symbol;
/** A value inside the graph that is being built. */
export type Value = string & { readonly [made]: true };

/** Attributes as they are written down: whole numbers, lists of them, words; a fraction is `{ float }`. */
export type Attributes = Readonly<Record<string, number | readonly number[] | string | { readonly float: number }>>;

/** Puts a graph together, operator by operator, in the words of ONNX. */
export class GraphBuilder {
  readonly #name: string;
  readonly #inputs: GraphPort[] = [];
  readonly #outputs: GraphPort[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #constants = new Map<string, GraphConstant>();

  constructor(name: string) {
    this.#name = name;
  }

  input(name: string, dtype: Dtype, shape: readonly Side[]): Value {
    this.#inputs.push({ name, dtype, shape });
    return name as Value;
  }

  /** Gives a value out of the graph under a name. */
  output(name: string, value: Value, dtype: Dtype, shape: readonly Side[]): void {
    this.#outputs.push({ name, dtype, shape });
    this.#add('Identity', [value], {}, name);
  }

  /** Adds an operator with one output. */
  apply(operator: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.#add(operator, inputs, attributes, `${operator}_${this.#nodes.length}`);
  }

  /** An f32 constant made of weights; `make` gets them in the order of `from`. */
  weight(
    name: string,
    shape: readonly number[],
    from: readonly WeightSpec[],
    make: (weights: readonly Float32Array[]) => Float32Array,
  ): Value {
    const constant: GraphConstant = {
      name,
      dtype: 'f32',
      shape,
      from,
      make: (weights) => bytesOfFloats(make(weights)),
    };
    this.#constants.set(name, constant);
    return name as Value;
  }

  /** f32 numbers that are part of the graph. */
  floats(name: string, shape: readonly number[], values: readonly number[]): Value {
    return this.weight(name, shape, [], () => Float32Array.from(values));
  }

  /** Whole numbers that are part of the graph, such as the shape that an operator takes as an input. */
  integers(name: string, values: readonly number[]): Value {
    const make = () => new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.#constants.set(name, { name, dtype: 'i64', shape: [values.length], from: [], make });
    return name as Value;
  }

  build(): Graph {
    return {
      name: this.#name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      nodes: this.#nodes,
      constants: [...this.#constants.values()],
    };
  }

  #add(operator: string, inputs: readonly Value[], attributes: Attributes, output: string): Value {
    const named = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)]));
    this.#nodes.push({ operator, name: `${output}/node`, inputs, outputs: [output], attributes: named });
    return output as Value;
  }
}

function attributeOf(value: Attributes[string]): Attribute {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  return 'float' in value ? { kind: 'float', value: value.float } : { kind: 'ints', value };
}
