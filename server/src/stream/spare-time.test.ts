import { expect, test } from 'vitest';
import { SpareTime } from './spare-time.ts';

const told = (spare: SpareTime, times: readonly number[]) => times.map((ms) => spare.note(ms)).filter((ms) => ms > 0);

test('frames come sooner by the least that is to spare over a second, less what is left in hand', () => {
  const spare = new SpareTime();
  expect(told(spare, [...Array<number>(24).fill(40), 16])).toEqual([10]);
  expect(told(spare, Array<number>(24).fill(40))).toEqual([]);
});

test('one frame that was short of sound lets all of its second be', () => {
  const spare = new SpareTime();
  expect(told(spare, [2, ...Array<number>(24).fill(40)])).toEqual([]);
  spare.note(0);
  spare.clear();
  expect(told(spare, Array<number>(25).fill(26))).toEqual([20]);
});
