import type { GraphPort, Side } from '../graph/graph.ts';
import { DTYPE_BYTES, type Dtype, type TensorSpec } from '../tensor.ts';
import { ONNX_TYPES } from './onnx-writer.ts';
import { type DecodedField, integersOf, readFields } from './protobuf.ts';
import type { Refusal } from './refusal.ts';

/** A constant of a model: where its values are, when they are in a file beside it. */
export interface OnnxConstant extends TensorSpec {
  readonly file?: string;
}

/** What a model says of itself, without its values. */
export interface OnnxFacts {
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
  readonly constants: readonly OnnxConstant[];
  /** The operators that it uses, once each. */
  readonly operators: ReadonlySet<string>;
}

/** Sets of operators that the runtime has built in; others would be code that somebody has to bring. */
const DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']);
const MOST_SIDES = 8;
const MOST_NODES = 100_000;
/** The largest side of any known network's inputs, outputs and weights is far below. */
const LONGEST_SIDE = 2n ** 31n;
/** Graphs inside of graphs: loops and branches. */
const MOST_DEPTH = 4;
const BUILTIN_TYPES = new Map<number, Dtype>(
  Object.entries(ONNX_TYPES).map(([dtype, number]) => [number, dtype as Dtype]),
);

/**
 * Reads what an ONNX file says, before any runtime sees it. Refused are files that are cut off, shapes that are absurd or do not agree
 * with their values, operators that are not built in, and values that lie anywhere but beside the file.
 */
export function readOnnx(bytes: Uint8Array, refuse: Refusal): OnnxFacts {
  const fields = [...readFields(bytes, refuse)];
  for (const { bytes: domain } of fields.filter(isMessage(8))) checkDomain(domain, refuse);
  const graphs = fields.filter(isMessage(7));
  if (graphs.length !== 1) throw refuse('it is no model with one graph');
  const operators = new Set<string>();
  return { ...readGraph(graphs[0]!.bytes, operators, 0, refuse), operators };
}

const isMessage =
  (number: number) =>
  ({ field, wire }: DecodedField): boolean =>
    field === number && wire === 2;

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function readGraph(graph: Uint8Array, operators: Set<string>, depth: number, refuse: Refusal) {
  if (depth > MOST_DEPTH) throw refuse('its graphs are nested too deep');
  const inputs: GraphPort[] = [];
  const outputs: GraphPort[] = [];
  const constants: OnnxConstant[] = [];
  let nodes = 0;
  for (const field of readFields(graph, refuse)) {
    if (field.wire !== 2) continue;
    if (field.field === 1) {
      if (++nodes > MOST_NODES) throw refuse('it has too many operators');
      readNode(field.bytes, operators, depth, refuse);
    } else if (field.field === 5) constants.push(readTensor(field.bytes, refuse));
    else if (field.field === 11) inputs.push(readPort(field.bytes, refuse));
    else if (field.field === 12) outputs.push(readPort(field.bytes, refuse));
  }
  return { inputs, outputs, constants };
}

function checkDomain(bytes: Uint8Array, refuse: Refusal): void {
  const domain = [...readFields(bytes, refuse)].find(isMessage(1));
  if (domain && !DOMAINS.has(text(domain.bytes))) {
    throw refuse(`it needs operators of "${text(domain.bytes).slice(0, 60)}", which are not built in`);
  }
}

function readNode(node: Uint8Array, operators: Set<string>, depth: number, refuse: Refusal): void {
  for (const field of readFields(node, refuse)) {
    if (field.wire !== 2) continue;
    if (field.field === 4) operators.add(text(field.bytes));
    else if (field.field === 5) readAttribute(field.bytes, operators, depth, refuse);
    else if (field.field === 7 && !DOMAINS.has(text(field.bytes))) {
      throw refuse(`it uses an operator of "${text(field.bytes).slice(0, 60)}", which is not built in`);
    }
  }
}

/** Attributes may hold tensors and graphs. */
function readAttribute(attribute: Uint8Array, operators: Set<string>, depth: number, refuse: Refusal): void {
  for (const { field, wire, bytes } of readFields(attribute, refuse)) {
    if (wire !== 2) continue;
    if (field === 5 || field === 10) readTensor(bytes, refuse);
    if (field === 6 || field === 11) readGraph(bytes, operators, depth + 1, refuse);
  }
}

function readTensor(tensor: Uint8Array, refuse: Refusal): OnnxConstant {
  const sides: bigint[] = [];
  let [name, raw, type] = ['', -1, 0];
  let isExternal = false;
  const external = new Map<string, string>();
  for (const field of readFields(tensor, refuse)) {
    if (field.field === 1) sides.push(...integersOf(field, refuse));
    else if (field.field === 2) type = Number(field.value);
    else if (field.field === 8) name = text(field.bytes);
    else if (field.field === 9) raw = field.bytes.length;
    else if (field.field === 13) readEntry(field.bytes, external, refuse);
    else if (field.field === 14) isExternal = field.value === 1n;
  }
  const dtype = BUILTIN_TYPES.get(type);
  if (dtype === undefined) throw refuse(`a constant has numbers of the kind ${type}`);
  if (sides.length > MOST_SIDES || sides.some((side) => side >= LONGEST_SIDE))
    throw refuse('a constant has an absurd shape');
  const shape = sides.map(Number);
  const bytes = sides.reduce((product, side) => product * side, BigInt(DTYPE_BYTES[dtype]));
  if (isExternal) return { name, dtype, shape, file: externalFile(external, bytes, refuse) };
  if (raw >= 0 && BigInt(raw) !== bytes) throw refuse('a constant is not as long as its shape says');
  // Numbers that are written one by one take a byte each at least.
  if (raw < 0 && bytes / BigInt(DTYPE_BYTES[dtype]) > BigInt(tensor.length))
    throw refuse('a constant has an absurd shape');
  return { name, dtype, shape };
}

function readEntry(entry: Uint8Array, into: Map<string, string>, refuse: Refusal): void {
  const [key, value] = [1, 2].map((number) => [...readFields(entry, refuse)].find(isMessage(number)));
  into.set(text(key?.bytes ?? new Uint8Array(0)), text(value?.bytes ?? new Uint8Array(0)));
}

/** A plain name: a path could point at any file of this machine. */
function externalFile(external: ReadonlyMap<string, string>, bytes: bigint, refuse: Refusal): string {
  const file = external.get('location') ?? '';
  if (!/^[\w-][\w.-]{0,199}$/.test(file)) throw refuse('a constant lies in a file elsewhere');
  const length = external.get('length');
  if (length !== undefined && length !== String(bytes)) throw refuse('a constant is not as long as its shape says');
  return file;
}

function readPort(port: Uint8Array, refuse: Refusal): GraphPort {
  const inside = (message: Uint8Array, number: number) =>
    [...readFields(message, refuse)].find(isMessage(number))?.bytes;
  const name = inside(port, 1);
  const type = inside(port, 2);
  const tensor = type && inside(type, 1);
  if (!name || !tensor) throw refuse('an input or output is no tensor');
  const kind = [...readFields(tensor, refuse)].find(({ field, wire }) => field === 1 && wire === 0);
  const dtype = BUILTIN_TYPES.get(Number(kind?.value ?? 0));
  if (dtype === undefined) throw refuse(`"${text(name).slice(0, 60)}" has numbers of an unknown kind`);
  const shape = [...readFields(inside(tensor, 2) ?? new Uint8Array(0), refuse)].filter(isMessage(1));
  if (shape.length > MOST_SIDES) throw refuse('an input or output has an absurd shape');
  return { name: text(name), dtype, shape: shape.map(({ bytes }) => readSide(bytes, refuse)) };
}

function readSide(side: Uint8Array, refuse: Refusal): Side {
  for (const { field, wire, value, bytes } of readFields(side, refuse)) {
    if (field === 2 && wire === 2) return text(bytes);
    if (field !== 1 || wire !== 0) continue;
    if (value >= LONGEST_SIDE) throw refuse('an input or output has an absurd shape');
    return Number(value);
  }
  return 'unknown';
}
