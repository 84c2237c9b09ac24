import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../graph/builder.ts';
import { wav2lipShell } from '../networks/wav2lip.ts';
import { readOnnx } from './onnx-reader.ts';
import { fitShell, isOnnx, spliceOnnx } from './onnx-splice.ts';
import { writeOnnx } from './onnx-writer.ts';
import { joined } from './protobuf.ts';
import { refuseWeights } from './refusal.ts';

const refuse = refuseWeights('theirs.onnx');
const shell = wav2lipShell(96);

/** A network as others export it: with names of their own, for one face at a time. */
async function theirs({ face = 96, names = ['source', 'target', 'out'], inner = 'Relu_1' } = {}): Promise<Uint8Array> {
  const graph = new GraphBuilder('theirs');
  graph.input(names[0]!, 'f32', [1, 1, 80, 16]);
  const target = graph.input(names[1]!, 'f32', [1, 6, face, face]);
  const whole = graph.apply('Gather', [target, graph.integers(inner, [3, 4, 5])], { axis: 1 });
  graph.output(names[2]!, whole, 'f32', [1, 3, face, face]);
  const parts: Uint8Array[] = [];
  for await (const part of writeOnnx(graph.build(), async () => new Float32Array(0)).model) parts.push(part);
  return joined(parts);
}

describe('a network of others in a shell of ours', () => {
  test('has our inputs and outputs, and theirs inside', async () => {
    const bytes = await theirs();
    expect(isOnnx(bytes)).toBe(true);
    expect(fitShell(bytes, shell, refuse)).toEqual({ inputs: ['source', 'target'], output: 'out' });
    const facts = readOnnx(spliceOnnx(bytes, shell, refuse), refuse);
    expect(facts.inputs).toEqual(shell.graph.inputs);
    expect(facts.outputs).toEqual(shell.graph.outputs);
    expect(facts.operators.has('Network')).toBe(false);
    expect(facts.constants.map(({ name }) => name)).toEqual(expect.arrayContaining(['Relu_1', 'orator/channels']));
  });

  test('may call its sound as we do, and nothing else', async () => {
    expect(readOnnx(spliceOnnx(await theirs({ names: ['mel', 'face', 'out'] }), shell, refuse), refuse).inputs).toEqual(
      shell.graph.inputs,
    );
    for (const names of [
      ['source', 'crops', 'out'],
      ['source', 'target', 'mouths'],
    ]) {
      const bytes = await theirs({ names });
      expect(() => spliceOnnx(bytes, shell, refuse)).toThrow(/has another meaning here/);
    }
  });

  test('is refused with other inputs, or cut off', async () => {
    const bytes = await theirs({ face: 128 });
    expect(() => fitShell(bytes, shell, refuse)).toThrow(/no input of any × 6 × 96 × 96/);
    const whole = await theirs();
    expect(() => fitShell(whole.subarray(0, whole.length - 3), shell, refuse)).toThrow(/cut off/);
    expect(isOnnx(Uint8Array.of(0x80, 2))).toBe(false);
    expect(isOnnx(Uint8Array.of(0x50, 0x4b))).toBe(false);
  });
});
