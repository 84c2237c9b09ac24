import { expect, test } from 'vitest';
import { SoundGate } from './sound-gate.ts';

const RATE = 1000;
/** A tenth of a second at one level. */
const part = (level: number) => new Float32Array(RATE / 10).fill(level);
const lengthOf = (heard: readonly Float32Array[]) => heard.reduce((sum, { length }) => sum + length, 0);

test('speech passes with what was just before it, and ends after a while of silence', () => {
  const gate = new SoundGate(RATE);
  for (let k = 0; k < 50; k++) expect(gate.pass(part(0.001))).toEqual({ heard: [], ends: false });
  expect(lengthOf(gate.pass(part(0.2)).heard)).toBe(300); // and the two parts before
  expect(lengthOf(gate.pass(part(-0.2)).heard)).toBe(100);
  const after = Array.from({ length: 12 }, () => gate.pass(part(0)));
  expect(after.map(({ heard }) => lengthOf(heard))).toEqual([...Array(8).fill(100), 0, 0, 0, 0]);
  expect(after.map(({ ends }) => ends).indexOf(true)).toBe(7);
  expect(after.filter(({ ends }) => ends)).toHaveLength(1);
});
