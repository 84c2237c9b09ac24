import { expect, test } from 'vitest';
import { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { LipGap } from './gap.ts';
import { syntheticPortrait } from './synthetic-portrait.ts';
import { fieldBytes, WeightedFields } from './weighted-fields.ts';

const prepared = syntheticPortrait();
const fields = [prepared.fields.jawOpen!, prepared.fields.mouthPressLeft!];

/** Displacements of a jaw that is `open` and lips that `press`, and the memory they lie in. */
function displaced(open: number, press: number) {
  const bytes = fieldBytes(fields) + fieldBytes(prepared.hats) + 4 * prepared.head.length;
  const memory = new KernelMemory(bytes, 5);
  const offsets = memory.floats(prepared.head.length);
  const weighted = new WeightedFields(fields, memory);
  weighted.add(offsets, 0, open);
  weighted.add(offsets, 1, press);
  return { memory, offsets };
}

/** Displacements of a jaw that is `open`, after the lips were bounded by `ceiling`. */
function bounded(open: number, ceiling: number, press = 0) {
  const { memory, offsets } = displaced(open, press);
  const lips = new LipGap(prepared, memory);
  lips.limit(offsets, ceiling);
  return { lips, offsets };
}

test('a gap below its ceiling stays as it is', () => {
  expect(bounded(0.4, 2).offsets).toEqual(displaced(0.4, 0).offsets);
});

test('a gap above its ceiling becomes the ceiling, in the same proportions across the lips', () => {
  const open = bounded(0.8, 2).lips;
  for (const ceiling of [0, 0.03, 0.1, 0.25]) {
    const { lips } = bounded(0.8, ceiling);
    expect(lips.middle).toBeCloseTo(ceiling, 5);
    for (let k = 0; k < lips.gaps.length; k++) {
      expect(lips.gaps[k]).toBeCloseTo((open.gaps[k]! * ceiling) / open.middle, 5);
    }
  }
});

test('lips that would overlap meet instead', () => {
  const { lips } = bounded(0, 2, 1);
  for (const gap of lips.gaps) expect(Math.abs(gap)).toBeLessThan(1e-6);
});

test('shut lips meet in depth too, so that no turn of the head opens them', () => {
  const { offsets } = bounded(1, 0);
  const { upper, lower } = prepared.mouth;
  for (let k = 0; k < upper.length; k++) {
    for (const axis of [0, 1, 2]) {
      const [a, b] = [upper[k]! * 3 + axis, lower[k]! * 3 + axis];
      expect(prepared.head[a]! + offsets[a]!).toBeCloseTo(prepared.head[b]! + offsets[b]!, 5);
    }
  }
});
