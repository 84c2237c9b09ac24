import { expect, test } from 'vitest';
import { InFlight } from './in-flight.ts';

test('no more than so many pieces of work run at once', async () => {
  const flight = new InFlight(2);
  let running = 0;
  let most = 0;
  for (let i = 0; i < 6; i++) {
    await flight.start(async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
    });
  }
  await flight.finish();
  expect([running, most]).toEqual([0, 2]);
});

test('a failure is told to whoever comes next', async () => {
  const flight = new InFlight(1);
  await flight.start(() => Promise.reject(new Error('full')));
  await expect(flight.start(async () => {})).rejects.toThrow('full');
  await expect(flight.finish()).rejects.toThrow('full');
  await flight[Symbol.asyncDispose]();
});
