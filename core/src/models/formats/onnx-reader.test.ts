import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../graph/builder.ts';
import { convolve, rectify } from '../graph/layers.ts';
import { wav2lipPixelGraph } from '../networks/wav2lip.ts';
import { readOnnx } from './onnx-reader.ts';
import { constantBytes, needsDataFile, writeOnnx } from './onnx-writer.ts';
import { joined, messageField, numberField, textField } from './protobuf.ts';
import { refuseWeights } from './refusal.ts';

const refuse = refuseWeights('test.onnx');

function smallGraph() {
  const graph = new GraphBuilder('small');
  const input = graph.input('image', 'u8', ['batch', 3, 8, 8]);
  const numbers = graph.apply('Cast', [input], { to: 1 });
  const layer = convolve(graph, numbers, 'layer', { from: 3, to: 2, kernel: 3, stride: [2, 1] });
  graph.output('y', rectify(graph, layer), 'f32', ['batch', 2, 3, 6]);
  return graph.build();
}

async function write(graph = smallGraph(), dataFile?: string): Promise<Uint8Array> {
  const shapes = new Map(graph.constants.flatMap(({ from }) => from.map(({ name, shape }) => [name, shape])));
  const read = async (name: string) => new Float32Array(shapes.get(name)!.reduce((a, b) => a * b, 1)).fill(0.25);
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeOnnx(graph, read, dataFile).model) chunks.push(chunk);
  return joined(chunks);
}

test.each([undefined, 'small.data'])('a model reads as it was written, its values in %s', async (file) => {
  const graph = smallGraph();
  const facts = readOnnx(await write(graph, file), refuse);
  expect(facts.inputs).toEqual(graph.inputs);
  expect(facts.outputs).toEqual(graph.outputs);
  expect(facts.constants).toEqual(
    graph.constants.map(({ name, dtype, shape }) => ({ name, dtype, shape, ...(file && { file }) })),
  );
  expect(facts.operators).toEqual(new Set(['Cast', 'Conv', 'Relu', 'Identity']));
});

test('values get a file of their own only beyond what one file can hold', () => {
  const graph = wav2lipPixelGraph(256);
  expect(constantBytes(graph)).toBeGreaterThan(214_000_000);
  expect(needsDataFile(graph)).toBe(false);
  const huge = { name: 'w', dtype: 'f32', shape: [30_000, 30_000], from: [], make: () => new Uint8Array(0) } as const;
  expect(needsDataFile({ ...graph, constants: [huge] })).toBe(true);
});

test('a model that is cut off anywhere is refused', async () => {
  const whole = await write();
  for (let length = 0; length < whole.length; length++) {
    expect(() => readOnnx(whole.slice(0, length), refuse), `${length} bytes`).toThrow(
      expect.objectContaining({ code: 'model/invalid' }),
    );
  }
});

test('a model with a wrong bit anywhere is refused, or read as another of sound shapes', async () => {
  const whole = await write();
  for (let at = 0; at < whole.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const damaged = whole.slice();
      damaged[at]! ^= 1 << bit;
      try {
        for (const { shape, file } of readOnnx(damaged, refuse).constants) {
          expect(file ?? 'none').toMatch(/^[\w.-]+$/);
          expect(shape.reduce((a, b) => a * b, 1)).toBeLessThan(whole.length);
        }
      } catch (thrown) {
        expect(thrown, `byte ${at}`).toMatchObject({ name: 'OratorError', code: 'model/invalid' });
      }
    }
  }
});

describe('a hostile model', () => {
  const model = (...graph: Uint8Array[]) => messageField(7, graph);
  const tensor = (...fields: Uint8Array[]) => model(messageField(5, [numberField(2, 1), textField(8, 'w'), ...fields]));
  const entry = (key: string, value: string) => messageField(13, [textField(1, key), textField(2, value)]);
  const side = (value: number) => messageField(1, [numberField(1, value)]);
  const input = (...sides: Uint8Array[]) =>
    model(
      messageField(11, [
        textField(1, 'x'),
        messageField(2, [messageField(1, [numberField(1, 1), messageField(2, sides)])]),
      ]),
    );
  const nested = (depth: number): Uint8Array =>
    messageField(1, [textField(4, 'If'), messageField(5, [messageField(6, depth > 0 ? [nested(depth - 1)] : [])])]);
  const cases: readonly [string, Uint8Array, RegExp][] = [
    ['has no graph', numberField(1, 7), /one graph/],
    ['has two', joined([model(), model()]), /one graph/],
    [
      'brings operators of its own',
      model(messageField(1, [textField(4, 'Run'), textField(7, 'evil.ops')])),
      /"evil.ops", which is not built in/,
    ],
    ['asks for a set of them', joined([messageField(8, [textField(1, 'evil.ops')]), model()]), /not built in/],
    ['claims values that it does not have', tensor(numberField(1, 1 << 30), numberField(1, 1 << 30)), /absurd/],
    [
      'claims more than its bytes',
      tensor(numberField(1, 5), messageField(9, [new Uint8Array(16)])),
      /as long as its shape/,
    ],
    ['has a negative side', tensor(numberField(1, -1), messageField(9, [])), /absurd/],
    ['has nine sides', tensor(...Array.from({ length: 9 }, () => numberField(1, 1))), /absurd/],
    [
      'keeps values in a file elsewhere',
      tensor(numberField(1, 4), entry('location', '../../secret'), numberField(14, 1)),
      /elsewhere/,
    ],
    [
      'keeps values under a full path',
      tensor(numberField(1, 4), entry('location', '/dev/zero'), numberField(14, 1)),
      /elsewhere/,
    ],
    ['keeps values nowhere', tensor(numberField(1, 4), numberField(14, 1)), /elsewhere/],
    [
      'claims another length there',
      tensor(numberField(1, 4), entry('location', 'w.data'), entry('length', '99'), numberField(14, 1)),
      /as long as/,
    ],
    ['has an input without end', input(side(2 ** 40)), /absurd/],
    ['has an input that is no tensor', model(messageField(11, [textField(1, 'x')])), /no tensor/],
    ['has graphs in graphs in graphs', model(nested(9)), /nested too deep/],
    [
      'hides values inside an operator',
      model(messageField(1, [messageField(5, [messageField(5, [numberField(1, 1 << 30), numberField(2, 1)])])])),
      /absurd/,
    ],
  ];
  test.each(cases)('that %s is refused', (_, bytes, reason) => {
    const read = () => readOnnx(bytes, refuse);
    expect(read).toThrow(reason);
    expect(read).toThrow(expect.objectContaining({ code: 'model/invalid' }));
  });
});
