import { expect, test } from 'vitest';
import { EspeakPool } from './espeak-pool.ts';
import type { EspeakRequest } from './espeak-protocol.ts';
import { createEspeakVoices } from './espeak-voice.ts';

const signal = () => new AbortController().signal;
const request = (text: string): EspeakRequest => ({
  ...{ task: 'speak', voice: 'gmw/en-US', ssml: text, rate: 175, pitch: 50, volume: 100, sound: true },
});
const LONG = request('One more sentence of a very long story. '.repeat(2500));

/** Samples of a request, and the kind of its last answer. */
async function heard(pool: EspeakPool, asked: EspeakRequest, stop = signal()) {
  let [samples, last] = [0, ''];
  for await (const { answer, pcm } of pool.ask(asked, stop)) {
    samples += pcm.length;
    last = answer.type;
  }
  return { samples, last };
}

test('twenty that speak at a time are a few processes, and each is answered in full', async () => {
  await using pool = new EspeakPool();
  const texts = Array.from({ length: 20 }, (_, k) => 'Good morning. '.repeat(1 + (k % 3)));
  const all = await Promise.all(texts.map((text) => heard(pool, request(text))));
  expect(pool.size).toBeLessThanOrEqual(4);
  for (const [k, { samples, last }] of all.entries()) {
    expect(last).toBe('done');
    expect(samples).toBeGreaterThan(10_000 * (1 + (k % 3)));
  }
});

test('a slow reader keeps nobody waiting', async () => {
  await using pool = new EspeakPool();
  const slow = Array.from({ length: 8 }, () => pool.ask(request('Good morning. '.repeat(60)), signal()));
  await Promise.all(slow.map((answers) => answers.next()));
  expect(await heard(pool, request('Good evening.'))).toMatchObject({ last: 'done' });
  await Promise.all(slow.map((answers) => answers.return(undefined)));
});

test('an abort ends what is said and what waits, and others are still answered', async () => {
  await using pool = new EspeakPool();
  const stop = new AbortController();
  const cut = Array.from({ length: 6 }, () => heard(pool, LONG, stop.signal));
  const first = pool.ask(LONG, stop.signal);
  const begun = first.next();
  stop.abort();
  for (const one of await Promise.allSettled([...cut, begun])) {
    expect(one).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } });
  }
  expect(await heard(pool, request('Good evening.'))).toMatchObject({ last: 'done' });
});

test('who leaves the loop ends the work', async () => {
  await using pool = new EspeakPool();
  for (let k = 0; k < 6; k++) {
    for await (const { pcm } of pool.ask(LONG, signal())) {
      if (pcm.length > 0) break;
    }
  }
  expect(await heard(pool, request('Good evening.'))).toMatchObject({ last: 'done' });
});

/** What a voice says of a text: its marks, to a tenth of a second, and how long it takes. */
async function said(voices: ReturnType<typeof createEspeakVoices>, text: string) {
  const marks: (string | number)[][] = [];
  let seconds = 0;
  for await (const chunk of voices.speak(text, { voice: 'en-us' }, signal())) {
    marks.push(...chunk.marks.map(({ kind, from, to, start }) => [kind, from!, to!, Math.round(start * 10)]));
    seconds = chunk.audio.at + chunk.audio.pcm.length / chunk.audio.rate;
  }
  return { marks, seconds };
}

test('a pool speaks a script as a process of its own does, but for the noise of its breath', async () => {
  await using pool = new EspeakPool();
  const text = 'She sells shells. He bought 21 of them.';
  const apart = await said(createEspeakVoices(), text);
  expect(apart.marks.length).toBeGreaterThan(8);
  expect(await said(createEspeakVoices(pool), text)).toEqual(apart);
});

test('a pool speaks a long text passage by passage, and its words and sentences are those of the whole', async () => {
  await using pool = new EspeakPool();
  const text = 'She sells shells & pebbles. He bought 21 of them, and left. '.repeat(60);
  const apart = await said(createEspeakVoices(), text);
  const passages = await said(createEspeakVoices(pool), text);
  expect(pool.size).toBe(1);
  const places = ({ marks }: typeof apart) => marks.map(([kind, from, to]) => [kind, from, to]);
  expect(places(passages)).toEqual(places(apart));
  expect(Math.abs(passages.seconds / apart.seconds - 1)).toBeLessThan(0.02);
});
