import { expect, test } from 'vitest';
import { SpareTime } from './spare-time.ts';

/** Frames every 40 ms whose sound was there so long before them; gives what is told. */
function told(spare: SpareTime, times: readonly number[]): number[] {
  let now = 1000;
  const all = times.map((ms) => {
    now += 40;
    spare.ready(now - ms);
    return spare.taken(now);
  });
  return all.filter((ms) => ms > 0);
}

test('frames come sooner by the least that is to spare over a second, less what is left in hand', () => {
  const spare = new SpareTime();
  expect(told(spare, [...Array<number>(24).fill(40), 16])).toEqual([13]);
  expect(told(spare, Array<number>(24).fill(40))).toEqual([]);
});

test('one frame that was short of sound lets all of its second be', () => {
  const spare = new SpareTime();
  expect(told(spare, [2, ...Array<number>(24).fill(40)])).toEqual([]);
  spare.taken(0);
  spare.clear();
  expect(told(spare, Array<number>(25).fill(26))).toEqual([23]);
});

test('what is told of a frame first counts, and a frame of which nothing is told had nothing to spare', () => {
  const spare = new SpareTime();
  spare.ready(10);
  spare.ready(30);
  expect(told(spare, Array<number>(25).fill(20))).toEqual([17]);
  told(spare, Array<number>(24).fill(20));
  expect(spare.taken(5000)).toBe(0);
});
