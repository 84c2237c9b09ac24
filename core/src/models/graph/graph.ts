import type { Dtype, TensorSpec } from '../tensor.ts';

/** A side of a tensor: a size, or the name of one that is known when the graph runs. */
export type Side = number | string;

/** A tensor that enters or leaves a graph. */
export interface GraphPort {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly Side[];
}

/** An attribute of an operator: a whole number, whole numbers, a fraction, or a word. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string };

/** One step: values go by name. */
export interface GraphNode {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A tensor of a checkpoint that a graph needs, by the name of its module there. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A value that stays the same, made of weights; of none where it is written in the graph itself. */
export interface GraphConstant extends TensorSpec {
  readonly from: readonly WeightSpec[];
  /** Little-endian bytes of `dtype`, made of the weights of `from`, in that order, as f32. */
  readonly make: (weights: readonly Float32Array[]) => Uint8Array;
}

/** A network as data: what is computed, and which weights it takes, without their values. Nodes are in the order in which they run. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly GraphConstant[];
}

/** Every weight that a graph takes, once each. */
export function weightsOf(graph: Graph): readonly WeightSpec[] {
  const all = new Map<string, WeightSpec>();
  for (const { from } of graph.constants) for (const weight of from) all.set(weight.name, weight);
  return [...all.values()];
}
