import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EspeakChild } from './espeak-child.ts';
import type { EspeakRequest } from './espeak-protocol.ts';

const LONG: EspeakRequest = {
  task: 'speak',
  voice: 'gmw/en-US',
  ssml: 'One more sentence of a very long story. '.repeat(2500), // 100 000 characters
  rate: 175,
  pitch: 50,
  volume: 100,
  sound: true,
};
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('an abort in the middle of a long text stops at once and leaves no process', async () => {
  const stop = new AbortController();
  const child = new EspeakChild(stop.signal);
  const answers = child.ask(LONG);
  await answers.next();
  const pid = child.pid!;
  expect(alive(pid)).toBe(true);
  const asked = performance.now();
  stop.abort();
  await expect(
    (async () => {
      for await (const _ of answers);
    })(),
  ).rejects.toMatchObject({ name: 'AbortError' });
  await child[Symbol.asyncDispose]();
  expect(performance.now() - asked).toBeLessThan(1000);
  expect(alive(pid)).toBe(false);
});

test('a child that dies in the middle is an error, not a hang', async () => {
  await using child = new EspeakChild(new AbortController().signal);
  const answers = child.ask(LONG);
  await answers.next();
  process.kill(child.pid!, 'SIGKILL');
  const rest = async () => {
    for await (const _ of answers);
  };
  await expect(rest()).rejects.toMatchObject({ code: 'voice/failed' });
});

test('a child that stands still is given up', async () => {
  await using child = new EspeakChild(new AbortController().signal, 5); // also how long its start may take on a busy machine
  const answers = child.ask(LONG);
  await answers.next();
  process.kill(child.pid!, 'SIGSTOP');
  const rest = async () => {
    for await (const _ of answers);
  };
  await expect(rest()).rejects.toMatchObject({ code: 'voice/failed', message: expect.stringContaining('5 s') });
});

test('the child waits for its reader: an unread speech does not grow', async () => {
  await using child = new EspeakChild(new AbortController().signal);
  const answers = child.ask(LONG);
  await answers.next();
  await wait(500);
  let milliseconds = 0;
  for (let i = 0; i < 20; i++) {
    const { value } = await answers.next();
    if (value?.answer.type === 'sound') milliseconds += (value.answer.samples / value.answer.rate) * 1000;
  }
  expect(milliseconds).toBeLessThan(20 * 3500); // a clause each, however long they waited
});

test('a voice that cannot be loaded is said so', async () => {
  await using child = new EspeakChild(new AbortController().signal);
  const { value } = await child.ask({ ...LONG, voice: 'gmw/nowhere' }).next();
  expect(value?.answer.type).toBe('failed');
});
