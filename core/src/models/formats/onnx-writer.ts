import type { Attribute, Graph, GraphConstant, GraphNode, GraphPort } from '../graph/graph.ts';
import { countOf, DTYPE_BYTES, type Dtype } from '../tensor.ts';
import { type Encoded, fieldHead, floatField, lengthOf, messageField, numberField, textField } from './protobuf.ts';

/** Understood by every ONNX Runtime since 1.8. */
const IR_VERSION = 7;
/** The set of operators that graphs are written in. */
export const OPSET = 13;
/** External values begin where a page of memory may, so that they can be mapped. */
const PAGE_BYTES = 4096;
/** A message cannot have more; some room is left for the graph itself. */
const MOST_INLINE_BYTES = 0x7fff_ffff - (64 << 20);

/** ONNX's numbers for kinds of numbers. */
export const ONNX_TYPES = {
  f32: 1,
  u8: 2,
  i8: 3,
  i16: 5,
  i32: 6,
  i64: 7,
  bool: 9,
  f16: 10,
  f64: 11,
  bf16: 16,
} as const satisfies Record<Dtype, number>;

/** Gives a weight by its name, as f32. */
export type ReadWeight = (name: string) => Promise<Float32Array>;

/** A graph as files. They are read once each, the model first. */
export interface OnnxFiles {
  readonly model: AsyncIterable<Uint8Array>;
  /** The values, where they are in a file of their own. */
  readonly data?: AsyncIterable<Uint8Array>;
}

/** The bytes of all constants of a graph. */
export const constantBytes = (graph: Graph) => graph.constants.reduce((sum, each) => sum + bytesOf(each), 0);

/** Whether the values of a graph are too many for one file. */
export const needsDataFile = (graph: Graph) => constantBytes(graph) > MOST_INLINE_BYTES;

/**
 * Writes a graph with its weights as ONNX, one constant in memory at a time. With `dataFile`, the name of a file beside the model, the
 * values go there: a model of more than 2 GB needs it.
 */
export function writeOnnx(graph: Graph, read: ReadWeight, dataFile?: string): OnnxFiles {
  const frame = [
    ...graph.nodes.map((node) => messageField(1, nodeParts(node))),
    textField(2, graph.name),
    ...graph.inputs.map((port) => messageField(11, portParts(port))),
    ...graph.outputs.map((port) => messageField(12, portParts(port))),
  ];
  const places = externalPlaces(graph.constants);
  const heads = graph.constants.map((constant) =>
    dataFile === undefined
      ? inlineHead(constant)
      : messageField(5, externalParts(constant, dataFile, places.get(constant)!)),
  );
  const values = dataFile === undefined ? constantBytes(graph) : 0;
  const model = [
    numberField(1, IR_VERSION),
    textField(2, 'orator'),
    messageField(8, [textField(1, ''), numberField(2, OPSET)]),
    fieldHead(7, lengthOf(frame) + lengthOf(heads) + values),
    ...frame,
  ];
  return {
    model: modelChunks(model, graph.constants, heads, dataFile === undefined ? read : undefined),
    ...(dataFile === undefined ? {} : { data: dataChunks(graph.constants, places, read) }),
  };
}

async function* modelChunks(
  model: readonly Encoded[],
  constants: readonly GraphConstant[],
  heads: readonly Encoded[],
  read: ReadWeight | undefined,
): AsyncGenerator<Uint8Array> {
  yield* model;
  for (const [i, constant] of constants.entries()) {
    yield heads[i]!;
    if (read) yield await valuesOf(constant, read);
  }
}

async function* dataChunks(
  constants: readonly GraphConstant[],
  places: ReadonlyMap<GraphConstant, number>,
  read: ReadWeight,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const constant of constants) {
    const place = places.get(constant)!;
    if (place > at) yield new Uint8Array(place - at);
    yield await valuesOf(constant, read);
    at = place + bytesOf(constant);
  }
}

async function valuesOf({ from, make }: GraphConstant, read: ReadWeight): Promise<Uint8Array> {
  return make(await Promise.all(from.map(({ name }) => read(name))));
}

const bytesOf = ({ shape, dtype }: GraphConstant) => countOf(shape) * DTYPE_BYTES[dtype];

function externalPlaces(constants: readonly GraphConstant[]): Map<GraphConstant, number> {
  const places = new Map<GraphConstant, number>();
  let at = 0;
  for (const constant of constants) {
    places.set(constant, at);
    at = Math.ceil((at + bytesOf(constant)) / PAGE_BYTES) * PAGE_BYTES;
  }
  return places;
}

const tensorParts = ({ name, dtype, shape }: GraphConstant): readonly Encoded[] => [
  ...shape.map((side) => numberField(1, side)),
  numberField(2, ONNX_TYPES[dtype]),
  textField(8, name),
];

/** A constant that is made of no weights, as the fields of its message. */
export const constantParts = (constant: GraphConstant): readonly Encoded[] => [
  ...tensorParts(constant),
  messageField(9, [constant.make([])]),
];

/** All of an initializer but its values, which follow. */
function inlineHead(constant: GraphConstant): Encoded {
  const bytes = bytesOf(constant);
  const parts = [...tensorParts(constant), fieldHead(9, bytes)];
  const head = fieldHead(5, lengthOf(parts) + bytes);
  return Uint8Array.from([...head, ...parts.flatMap((part) => [...part])]);
}

const externalParts = (constant: GraphConstant, file: string, at: number): readonly Encoded[] => [
  ...tensorParts(constant),
  ...Object.entries({ location: file, offset: at, length: bytesOf(constant) }).map(([key, value]) =>
    messageField(13, [textField(1, key), textField(2, String(value))]),
  ),
  numberField(14, 1),
];

/** A node as the fields of its message. */
export const nodeParts = ({ operator, name, inputs, outputs, attributes }: GraphNode): readonly Encoded[] => [
  ...inputs.map((input) => textField(1, input)),
  ...outputs.map((output) => textField(2, output)),
  textField(3, name),
  textField(4, operator),
  ...Object.entries(attributes).map(([key, attribute]) =>
    messageField(5, [textField(1, key), ...attributeParts(attribute)]),
  ),
];

function attributeParts(attribute: Attribute): readonly Encoded[] {
  switch (attribute.kind) {
    case 'float':
      return [floatField(2, attribute.value), numberField(20, 1)];
    case 'int':
      return [numberField(3, attribute.value), numberField(20, 2)];
    case 'string':
      return [textField(4, attribute.value), numberField(20, 3)];
    case 'ints':
      return [...attribute.value.map((value) => numberField(8, value)), numberField(20, 7)];
  }
}

/** An input or output as the fields of its message. */
export const portParts = ({ name, dtype, shape }: GraphPort): readonly Encoded[] => [
  textField(1, name),
  messageField(2, [
    messageField(1, [
      numberField(1, ONNX_TYPES[dtype]),
      messageField(
        2,
        shape.map((side) => messageField(1, [typeof side === 'number' ? numberField(1, side) : textField(2, side)])),
      ),
    ]),
  ]),
];
