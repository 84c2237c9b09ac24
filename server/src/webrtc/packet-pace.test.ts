import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PacketPace } from './packet-pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open() {
  const start = performance.now();
  const sent: [string, number][] = [];
  const pace = new PacketPace(() => performance.now());
  const add = (name: string, due: number) => pace.add(() => sent.push([name, performance.now() - start]), start + due);
  return { pace, sent, add };
}

test('packets that come together leave at their times, and those that are late at once', () => {
  const { sent, add } = open();
  add('a', -5);
  add('b', 15);
  vi.advanceTimersByTime(30);
  add('c', 28);
  vi.advanceTimersByTime(30);
  expect(sent).toEqual([
    ['a', 0],
    ['b', 15],
    ['c', 30],
  ]);
});

test('none overtakes another, and none is held back for long', () => {
  const { sent, add } = open();
  add('a', 5000);
  add('b', 10);
  vi.advanceTimersByTime(50);
  expect(sent).toEqual([
    ['a', 20],
    ['b', 20],
  ]);
});

test('nothing leaves after the end', () => {
  const { pace, sent, add } = open();
  add('a', 10);
  pace[Symbol.dispose]();
  vi.advanceTimersByTime(50);
  expect(sent).toEqual([]);
  add('b', 0);
  expect(sent).toEqual([['b', 50]]);
});
