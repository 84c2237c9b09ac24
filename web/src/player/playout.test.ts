import { expect, test } from 'vitest';
import { Playout } from './playout.ts';

const FRAME = 0.04;
/** Parts that come every 40 ms and `delay(k)` s later; gives when each is played. */
const run = (playout: Playout, count: number, delay: (k: number) => number, isSilent = true, from = 0) =>
  Array.from({ length: count }, (_, k) => {
    const now = (from + k) * FRAME + delay(k);
    return { now, start: playout.place((from + k) * FRAME, FRAME, now, isSilent)?.start };
  });

test('in silence it comes as close to the arrival as the worst part of late allows', () => {
  const playout = new Playout();
  const last = run(playout, 300, (k) => (k % 10 === 0 ? 0.05 : 0)).at(-1)!;
  expect(last.start! - last.now).toBeCloseTo(0.07, 2); // 50 ms of jitter and 20 ms in hand
  expect(playout.gaps).toBe(0);
  const calm = run(new Playout(), 300, () => 0).at(-1)!;
  expect(calm.start! - calm.now).toBeCloseTo(0.02, 2);
});

test('speech is never stretched: parts follow each other without a gap, unless one comes too late', () => {
  const playout = new Playout();
  run(playout, 100, () => 0);
  const spoken = run(playout, 50, (k) => (k % 3) * 0.005, false, 100);
  for (let k = 1; k < spoken.length; k++) expect(spoken[k]!.start! - spoken[k - 1]!.start!).toBeCloseTo(FRAME, 9);
  const late = run(playout, 3, () => 0.2, false, 150);
  expect(playout.gaps).toBe(1);
  for (const { now, start } of late) expect(start).toBeGreaterThanOrEqual(now);
});

test('after a stall what is too far ahead is left out, so that it is live again', () => {
  const playout = new Playout();
  run(playout, 50, () => 0, false);
  const burst = Array.from({ length: 50 }, (_, k) => playout.place((50 + k) * FRAME, FRAME, 4, false)?.start);
  expect(playout.skipped).toBeGreaterThan(20);
  expect(Math.max(...burst.filter((start) => start !== undefined))).toBeLessThan(4.7);
});

test('an interruption is played at once', () => {
  const playout = new Playout();
  run(playout, 50, () => 0, false);
  playout.restart(true);
  expect(playout.place(9, FRAME, 2, true)!.start).toBeLessThanOrEqual(2.03);
});

/** Sound that is there at once and a picture that comes `delay(k)` s later; gives how long before its time each picture came. */
const picturesOf = (playout: Playout, count: number, delay: (k: number) => number) =>
  Array.from({ length: count }, (_, k) => {
    const now = k * FRAME;
    const lead = playout.place(now, FRAME, now, true)!.start - now - delay(k);
    playout.came(lead);
    return lead;
  });

test('pictures that come later than their sound delay it until they match', () => {
  expect(picturesOf(new Playout(0.02), 300, () => 0.12).at(-1)).toBeCloseTo(0.02, 2);
});

test('a picture in twenty that comes late holds nothing back, one in five does', () => {
  expect(picturesOf(new Playout(0.02), 300, (k) => (k % 20 === 10 ? 0.15 : 0.05)).at(-1)).toBeCloseTo(0.02, 2);
  expect(picturesOf(new Playout(0.02), 300, (k) => (k % 5 === 2 ? 0.15 : 0.05)).at(-1)).toBeCloseTo(0.12, 2);
});
