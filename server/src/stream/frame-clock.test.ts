import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FrameClock } from './frame-clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open(fps: number) {
  const times: number[] = [];
  const start = performance.now();
  const clock = new FrameClock(fps, () => times.push(performance.now() - start) > 0);
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

test('hurries no further than to a call at once', () => {
  const { times, clock } = open(25);
  vi.advanceTimersByTime(65);
  clock.hurry(1000);
  vi.advanceTimersByTime(85);
  clock[Symbol.dispose]();
  expect(times).toEqual([0, 40, 65, 105, 145]);
});

test('a call that hurries its own clock is followed by one call, not by two', () => {
  const times: number[] = [];
  const start = performance.now();
  const clock = new FrameClock(25, () => {
    times.push(performance.now() - start);
    if (times.length === 2) clock.hurry(15);
    return true;
  });
  vi.advanceTimersByTime(200);
  clock[Symbol.dispose]();
  expect(times).toEqual([0, 40, 65, 105, 145, 185]);
});

test('a call for which it is too soon is made again in a moment, and all that follow come so much later', () => {
  const times: number[] = [];
  const start = performance.now();
  const clock = new FrameClock(25, () => {
    const at = performance.now() - start;
    if (at > 75 && at < 88) return false;
    times.push(at);
    return true;
  });
  vi.advanceTimersByTime(200);
  clock[Symbol.dispose]();
  expect(times).toEqual([0, 40, 88, 128, 168]);
});

test('a clock that was held up asks again at once, and keeps its phase', () => {
  const times: number[] = [];
  const start = performance.now();
  let heldUp = 0;
  let isRead = true;
  const clock = new FrameClock(
    25,
    () => {
      const at = performance.now() + heldUp - start;
      if (!isRead) {
        isRead = true; // what came meanwhile is read before the next call
        return false;
      }
      times.push(at);
      return true;
    },
    () => performance.now() + heldUp,
  );
  vi.advanceTimersByTime(75);
  heldUp = 65; // the process was held up until 140 ms
  isRead = false;
  vi.advanceTimersByTime(120);
  clock[Symbol.dispose]();
  expect(Math.max(times[2]!, times[3]!)).toBeLessThan(150); // both that were due
  expect(times.slice(4)).toEqual([164, 204, 244]);
});
