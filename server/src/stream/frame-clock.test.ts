import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FrameClock } from './frame-clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open(fps: number) {
  const times: number[] = [];
  const start = performance.now();
  const clock = new FrameClock(fps, () => times.push(performance.now() - start));
  return { times, clock };
}

test('calls at once and then at its rate', () => {
  const { times, clock } = open(25);
  vi.advanceTimersByTime(200);
  clock[Symbol.dispose]();
  vi.advanceTimersByTime(200);
  expect(times).toEqual([0, 40, 80, 120, 160, 200]);
});

test('comes sooner from the next call on when told to hurry', () => {
  const { times, clock } = open(25);
  vi.advanceTimersByTime(90);
  clock.hurry(15);
  vi.advanceTimersByTime(110);
  clock[Symbol.dispose]();
  clock.hurry(15);
  vi.advanceTimersByTime(100);
  expect(times).toEqual([0, 40, 80, 105, 145, 185]);
});
