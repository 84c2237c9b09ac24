import { expect, test } from 'vitest';
import { MessagePool } from './message-pool.ts';

test('a buffer that came back is used again where it has the room, and no more than a few are kept', () => {
  const pool = new MessagePool();
  const first = pool.take(10_000);
  expect(first.length).toBeGreaterThanOrEqual(10_000);
  expect(pool.take(10_000)).not.toBe(first); // still on its way
  pool.giveBack(first);
  expect(pool.take(11_000)).toBe(first);
  pool.giveBack(first);
  expect(pool.take(100_000).length).toBeGreaterThanOrEqual(100_000);
  const many = Array.from({ length: 50 }, () => pool.take(10_000));
  for (const room of many) pool.giveBack(room);
  const again = new Set(Array.from({ length: 50 }, () => pool.take(10_000)));
  expect(many.filter((room) => again.has(room)).length).toBeLessThanOrEqual(4);
});

test('small messages are never kept, so that they take no place of a picture', () => {
  const pool = new MessagePool();
  const picture = pool.take(10_000);
  pool.giveBack(picture);
  for (let k = 0; k < 10; k++) pool.giveBack(pool.take(100));
  expect(pool.take(10_000)).toBe(picture);
});
