import { expect, test } from 'vitest';
import { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { syntheticPortrait } from './synthetic-portrait.ts';
import { fieldBytes, WeightedFields } from './weighted-fields.ts';

test('weighted fields add up as their numbers do, whatever vertices they move', () => {
  const { fields: shapes, head } = syntheticPortrait();
  const scattered = { index: Uint16Array.of(0, 2, 3, 4, 9), delta: Float32Array.from({ length: 15 }, (_, k) => k - 7) };
  const fields = [shapes.jawOpen, undefined, scattered];
  const memory = new KernelMemory(fieldBytes(fields) + 4 * head.length, 3);
  const offsets = memory.floats(head.length).fill(0.25);
  const expected = Float32Array.from(offsets);
  const weighted = new WeightedFields(fields, memory);
  for (const [k, weight] of [0.5, 1, -0.2].entries()) {
    weighted.add(offsets, k, weight);
    const { index, delta } = fields[k] ?? { index: [], delta: [] };
    for (const [place, vertex] of index.entries()) {
      for (let axis = 0; axis < 3; axis++) expected[3 * vertex + axis]! += weight * delta[3 * place + axis]!;
    }
  }
  for (let k = 0; k < expected.length; k++) expect(offsets[k]).toBeCloseTo(expected[k]!, 6);
});
