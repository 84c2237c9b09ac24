import type { Graph, GraphNode, Side } from '../graph/graph.ts';
import { wordsForShape } from '../tensor.ts';
import { type OnnxFacts, readOnnx } from './onnx-reader.ts';
import { constantParts, nodeParts, portParts } from './onnx-writer.ts';
import {
  type DecodedField,
  type Encoded,
  joined,
  messageField,
  numberField,
  readFields,
  textField,
} from './protobuf.ts';
import type { Refusal } from './refusal.ts';

/** The operator that stands in a shell for a network of somebody else. */
export const NETWORK = 'Network';

/** A graph around a network that comes as ONNX: what is done before and after it. One of its nodes is the network. */
export interface Shell {
  readonly graph: Graph;
  /** What the network takes, in the order of the node's inputs, all f32; names are sides that may be of any size. */
  readonly inputs: readonly (readonly Side[])[];
  readonly output: readonly Side[];
}

/** A network that fits into a shell. */
export interface FittingNetwork {
  /** Names of its inputs, in the order of the shell. */
  readonly inputs: readonly string[];
  readonly output: string;
}

/** Whether a file begins as ONNX does: with the version of its format. */
export const isOnnx = (head: Uint8Array) => head[0] === 0x08 && head[1]! > 0 && head[1]! < 64;

/** Reads a network of somebody else and looks whether it fits. Refuses what `readOnnx` does, and networks with other inputs or outputs. */
export function fitShell(bytes: Uint8Array, shell: Shell, refuse: Refusal): FittingNetwork {
  const facts = readOnnx(bytes, refuse);
  if (facts.constants.some(({ file }) => file !== undefined)) throw refuse('its values are in another file');
  const constants = new Set(facts.constants.map(({ name }) => name));
  const ports = facts.inputs.filter(({ name }) => !constants.has(name)); // old files list them as inputs too
  if (ports.length !== shell.inputs.length)
    throw refuse(`it has ${ports.length} inputs and should have ${shell.inputs.length}`);
  const inputs = shell.inputs.map((shape) => portOf(ports, shape, 'input', refuse));
  const output = portOf(facts.outputs, shell.output, 'output', refuse);
  return { inputs: inputs.map(({ name }) => name), output: output.name };
}

function portOf(ports: OnnxFacts['inputs'], wanted: readonly Side[], what: string, refuse: Refusal) {
  const found = ports.find(
    ({ dtype, shape }) =>
      dtype === 'f32' &&
      shape.length === wanted.length &&
      wanted.every((side, k) => typeof side === 'string' || shape[k] === side),
  );
  if (found) return found;
  const words = wordsForShape(wanted.map((side) => (typeof side === 'number' ? side : 0))).replace(/^0/, 'any');
  throw refuse(`it is of another network: it has no ${what} of ${words}`);
}

/**
 * Puts a network into its shell; what comes out is one ONNX file whose inputs and outputs are the shell's. Sides that the network's own ports
 * fix, and the shell does not, are free again.
 */
export function spliceOnnx(bytes: Uint8Array, shell: Shell, refuse: Refusal): Uint8Array {
  const network = fitShell(bytes, shell, refuse);
  const model = [...readFields(bytes, refuse)];
  const inner = [...readFields(model.find(isGraph)!.bytes, refuse)];
  const { graph } = shell;
  const open = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  const name = (value: string) => (open.has(value) ? value : `orator/${value}`);
  checkNames(inner, open, network, refuse);
  const at = graph.nodes.findIndex(({ operator }) => operator === NETWORK);
  const { inputs, outputs } = graph.nodes[at]!;
  const nodes = [
    ...graph.nodes.slice(0, at).map((node) => renamed(node, name)),
    ...network.inputs.flatMap((to, k) => (name(inputs[k]!) === to ? [] : [pass(name(inputs[k]!), to)])),
  ];
  const after = [
    pass(network.output, name(outputs[0]!)),
    ...graph.nodes.slice(at + 1).map((node) => renamed(node, name)),
  ];
  const again = (field: number) =>
    inner.filter((each) => each.field === field).map((each) => messageField(field, [each.bytes]));
  const frame = [
    ...nodes.map((node) => messageField(1, nodeParts(node))),
    ...again(1),
    ...after.map((node) => messageField(1, nodeParts(node))),
    textField(2, graph.name),
    ...again(5),
    ...graph.constants.map((constant) => messageField(5, constantParts({ ...constant, name: name(constant.name) }))),
    ...again(15),
    ...graph.inputs.map((port) => messageField(11, portParts(port))),
    ...graph.outputs.map((port) => messageField(12, portParts(port))),
  ];
  return joined([...model.filter(isKept).map(copied), messageField(7, frame)]);
}

const isGraph = ({ field, wire }: DecodedField) => field === 7 && wire === 2;
/** The version of the format, the sets of operators and functions; who made it and notes are left out. */
const isKept = ({ field }: DecodedField) => field === 1 || field === 8 || field === 25;
const copied = ({ field, wire, value, bytes }: DecodedField): Encoded =>
  wire === 0 ? numberField(field, Number(value)) : messageField(field, [bytes]);

const pass = (from: string, to: string): GraphNode => ({
  operator: 'Identity',
  name: `orator/${from} to ${to}`,
  inputs: [from],
  outputs: [to],
  attributes: {},
});

const renamed = (node: GraphNode, name: (value: string) => string): GraphNode => ({
  ...node,
  name: `orator/${node.name}`,
  inputs: node.inputs.map(name),
  outputs: node.outputs.map(name),
});

/** The names that the whole has to have may be the network's own only where both mean the same. */
function checkNames(
  inner: readonly DecodedField[],
  open: ReadonlySet<string>,
  { inputs }: FittingNetwork,
  refuse: Refusal,
): void {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const made = inner
    .filter(({ field }) => field === 1)
    .flatMap(({ bytes }) => [...readFields(bytes, refuse)].filter(({ field }) => field === 2))
    .map(({ bytes }) => text(bytes));
  const clash = [...made, ...inputs.slice(1)].find((value) => open.has(value) || value.startsWith('orator/'));
  if (clash !== undefined) throw refuse(`it calls a value "${clash.slice(0, 60)}", which has another meaning here`);
}
