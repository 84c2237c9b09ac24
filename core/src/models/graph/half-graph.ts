import { bytesOfHalves, toFloats } from '../tensor.ts';
import type { Graph, GraphConstant, GraphNode } from './graph.ts';

/** How wide the floats of an operator are: f32 or f16. */
type Width = 'single' | 'half';

/** ONNX's numbers for both. */
const CAST_TO: Readonly<Record<Width, number>> = { single: 1, half: 10 };

/** Nearly all of a network's work: always in half floats. Runtimes add their products up in wider ones. */
const HEAVY: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** They move, pick, add or scale: in half floats where something that comes in is so already, since a cast would cost more than they do. */
const LIGHT: ReadonlySet<string> = new Set([
  ...['Add', 'Mul', 'Sub', 'Relu', 'MaxPool', 'ReduceMax'],
  ...['Concat', 'Flatten', 'Gather', 'Reshape', 'Transpose'],
]);

/** They give whole numbers, whatever comes in. */
const COUNTING: ReadonlySet<string> = new Set(['Shape', 'Size', 'ArgMax', 'ArgMin', 'NonZero']);

/** The largest half float, and the smallest that has all its digits. */
const [LARGEST, SMALLEST] = [65_504, 2 ** -14];

/**
 * The same network in half floats. Inputs and outputs stay what they are, and so does every operator that is in neither list above: lengths,
 * quotients, exponents and what follows them lose too much. So does one that takes a constant of `wide`, or whose output leaves the graph.
 */
export function halfGraph(graph: Graph, wide: ReadonlySet<string> = new Set()): Graph {
  const constants = new Map(graph.constants.map((constant) => [constant.name, constant]));
  const leaving = new Set(graph.outputs.map(({ name }) => name));
  /** Floats that are no constants. */
  const widths = new Map<string, Width>();
  for (const { name, dtype } of graph.inputs) if (dtype === 'f32') widths.set(name, 'single');
  const nodes: GraphNode[] = [];
  const kept = new Map<string, GraphConstant>();

  const widthOf = ({ operator, inputs, outputs }: GraphNode): Width => {
    if (outputs.some((name) => leaving.has(name)) || inputs.some((name) => wide.has(name))) return 'single';
    if (HEAVY.has(operator)) return 'half';
    return LIGHT.has(operator) && inputs.some((name) => widths.get(name) === 'half') ? 'half' : 'single';
  };
  /** The name of a value as wide as it is wanted; a cast is added where there is none yet. */
  const take = (value: string, wanted: Width): string => {
    const constant = constants.get(value);
    if (constant) {
      const fitting = constant.dtype === 'f32' && wanted === 'half' ? halved(constant) : constant;
      kept.set(fitting.name, fitting);
      return fitting.name;
    }
    const found = widths.get(value);
    if (found === undefined || found === wanted) return value;
    const name = `${value}/${wanted}`;
    if (!widths.has(name)) nodes.push(cast(value, name, wanted));
    widths.set(name, wanted);
    return name;
  };
  const isFloat = (name: string) => widths.has(name) || constants.get(name)?.dtype === 'f32';

  for (const node of graph.nodes) {
    const width = widthOf(node);
    nodes.push({ ...node, inputs: node.inputs.map((name) => take(name, width)) });
    if (givesFloats(node, isFloat)) for (const name of node.outputs) widths.set(name, width);
  }
  return { ...graph, nodes, constants: [...kept.values()] };
}

/** The constants of a graph that half floats cannot hold: one number is too large or is none, or all are so small that few digits are left. */
export async function wideConstants(
  graph: Graph,
  read: (name: string) => Promise<Float32Array>,
): Promise<ReadonlySet<string>> {
  const wide = new Set<string>();
  for (const { name, dtype, from, make } of graph.constants) {
    if (dtype !== 'f32') continue;
    const weights = await Promise.all(from.map((weight) => read(weight.name)));
    if (!fits(toFloats('f32', make(weights)))) wide.add(name);
  }
  return wide;
}

function fits(values: Float32Array): boolean {
  let largest = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (!(size <= LARGEST)) return false; // also what is no number
    if (size > largest) largest = size;
  }
  return largest === 0 || largest >= SMALLEST;
}

const halved = ({ name, make, ...rest }: GraphConstant): GraphConstant => ({
  ...rest,
  name: `${name}/half`,
  dtype: 'f16',
  make: (weights) => bytesOfHalves(toFloats('f32', make(weights))),
});

const cast = (from: string, to: string, width: Width): GraphNode => ({
  operator: 'Cast',
  name: `${to}/node`,
  inputs: [from],
  outputs: [to],
  attributes: { to: { kind: 'int', value: CAST_TO[width] } },
});

function givesFloats({ operator, inputs, attributes }: GraphNode, isFloat: (name: string) => boolean): boolean {
  if (operator === 'Cast') return attributes.to?.kind === 'int' && attributes.to.value === CAST_TO.single;
  return !COUNTING.has(operator) && inputs.some(isFloat);
}
