import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { SpeechMark, VisemeSpan } from '@orator/core/speech/speech';
import type { SpeakOptions, Voice } from '@orator/core/speech/voice';
import { expect, test } from 'vitest';
import { createEspeakVoices } from './espeak-voice.ts';

const voices = createEspeakVoices();
const signal = () => new AbortController().signal;

type Spoken = Awaited<ReturnType<typeof speakAll>>;
const known = new Map<string, Promise<Spoken>>();

/** Speaks once for all tests that ask for the same. */
function spoken(script: string, options: SpeakOptions): Promise<Spoken> {
  const key = JSON.stringify([script, options]);
  const speech = known.get(key) ?? speakAll(script, options);
  known.set(key, speech);
  return speech;
}

async function speakAll(script: string, options: SpeakOptions) {
  const pcm: number[] = [];
  const spans: VisemeSpan[] = [];
  const marks: SpeechMark[] = [];
  let rate = 0;
  for await (const chunk of voices.speak(script, options, signal())) {
    expect(chunk.audio.at).toBeCloseTo(pcm.length / chunk.audio.rate, 9);
    for (const sample of chunk.audio.pcm) pcm.push(sample);
    spans.push(...chunk.spans);
    marks.push(...chunk.marks);
    rate = chunk.audio.rate;
  }
  return { pcm: Float32Array.from(pcm), spans, marks, rate, seconds: pcm.length / rate };
}

/** Energy of the treble (first difference) within 5 ms of `at`: vowels have it, shut lips have not. */
function treble(pcm: Float32Array, rate: number, at: number): number {
  let energy = 0;
  const middle = Math.round(at * rate);
  for (let n = middle - 110; n < middle + 110; n++) energy += ((pcm[n] ?? 0) - (pcm[n - 1] ?? 0)) ** 2;
  return energy;
}

const SENTENCES = {
  'en-us': 'My papa bought a happy puppy. Maybe mama may abandon the apple, and a copper robot hummed.',
  de: 'Meine Mama kaufte einen Apfel. Papa arbeitet am Abend, aber Oma schlief.',
  fr: 'Mon papa habite ici. Ma maman aime beaucoup les poupées, il a bu de la soupe.',
  es: 'Mi mamá compra una manzana. Papá sabe poco de mapas, es un hombre amable.',
  cmn: '爸爸妈妈不怕跑步。我们朋友爱苹果。',
  ur: 'میری امی کا نام بتاؤ۔ آپ کے ابا کب آئے؟ یہ آپ کا پیپر ہے۔',
};

test.each(Object.entries(SENTENCES))(
  '%s: spans tile all of the sound, with a shut mouth at both ends',
  async (voice, script) => {
    const { pcm, spans, marks, rate, seconds } = await spoken(script, { voice });
    expect(rate).toBe(22_050);
    let end = 0;
    for (const span of spans) {
      expect(span.start).toBe(end);
      expect(span.end).toBeGreaterThan(span.start);
      end = span.end;
    }
    expect(end).toBe(seconds);
    for (const span of [spans[0]!, spans.at(-1)!]) {
      expect(span.viseme).toBe('sil');
      expect(span.end - span.start).toBeGreaterThan(0.2);
    }
    expect(pcm.subarray(0, 0.2 * rate).every((sample) => sample === 0)).toBe(true);
    expect(Math.max(...spans.map(({ stress }) => stress))).toBe(1);
    const words = marks.filter(({ kind }) => kind === 'word');
    expect(words.length).toBeGreaterThan(5);
    for (const { start, end: stop, from, to } of marks) {
      expect(start).toBeGreaterThanOrEqual(0.24);
      expect(stop).toBeGreaterThan(start);
      expect(stop).toBeLessThanOrEqual(seconds);
      expect(script.slice(from, to).trim()).not.toBe('');
    }
  },
);

test.each(Object.entries(SENTENCES))(
  '%s: on p, b and m between vowels the sound dips within 20 ms of the span',
  async (voice, script) => {
    const { pcm, spans, rate } = await spoken(script, { voice });
    const open = new Set(['aa', 'E', 'ih', 'oh', 'ou']);
    const offsets = spans.flatMap(({ viseme, start, end }, i) => {
      if (viseme !== 'PP' || !open.has(spans[i - 1]!.viseme) || !open.has(spans[i + 1]!.viseme)) return [];
      const steps = Array.from(
        { length: Math.ceil((end - start + 0.12) / 0.0025) },
        (_, k) => start - 0.06 + k * 0.0025,
      );
      const dip = steps.reduce((least, at) => (treble(pcm, rate, at) < treble(pcm, rate, least) ? at : least));
      return [dip < start ? start - dip : Math.max(0, dip - end)];
    });
    expect(offsets.length).toBeGreaterThan(3);
    const near = offsets.filter((offset) => offset <= 0.02).length;
    expect(near / offsets.length).toBeGreaterThanOrEqual(0.85);
  },
);

test('a voiceless stop is shut before its burst', async () => {
  const { pcm, spans, rate } = await spoken('A papa.', { voice: 'en-us' });
  const lips = spans.filter(({ viseme }) => viseme === 'PP');
  expect(lips).toHaveLength(2);
  for (const { start } of lips) {
    const shut = pcm.subarray(Math.round((start + 0.005) * rate), Math.round((start + 0.03) * rate));
    expect(Math.max(...shut)).toBeLessThan(0.01);
  }
});

test('words and sentences know their place in the script', async () => {
  const script = 'Hello big world. 😀 Tom & Jerry saw 21 of <us>!';
  const { marks } = await spoken(script, { voice: 'en-us' });
  const said = marks.filter(({ kind }) => kind === 'word').map(({ from, to }) => script.slice(from, to));
  expect(said).toEqual(['Hello', 'big', 'world', 'Tom', '&', 'Jerry', 'saw', '21', 'of', 'us']);
  const sentences = marks.filter(({ kind }) => kind === 'sentence');
  expect(sentences.map(({ from, to }) => script.slice(from, to))).toEqual([
    'Hello big world',
    'Tom & Jerry saw 21 of <us',
  ]);
  const [first, second] = sentences as [SpeechMark, SpeechMark];
  expect(second.start - first.end).toBeGreaterThan(0.2);
});

test('the same text gives the same samples, with a breathy voice, later, and whatever was asked before', async () => {
  const say = async (from: Voice) => {
    const samples: number[] = [];
    for await (const { audio } of from.speak('Again?', { voice: 'en-us+whisper' }, signal()))
      samples.push(...audio.pcm);
    return Float32Array.from(samples);
  };
  const first = await say(voices);
  await wait(1100); // the clock in seconds must have no part in it
  expect(await say(createEspeakVoices())).toEqual(first);
});

test('rate, pitch and volume are heard, as options and in SSML', async () => {
  const say = (script: string, options: Partial<SpeakOptions> = {}) => spoken(script, { voice: 'en-us', ...options });
  const words = 'All our aims are near.';
  const loudness = ({ pcm }: { pcm: Float32Array }) => pcm.reduce((sum, x) => sum + x * x, 0);
  const plain = await say(words);
  expect((await say(words, { rate: 2 })).seconds).toBeLessThan(plain.seconds * 0.8);
  expect((await say(words, { rate: 0.5 })).seconds).toBeGreaterThan(plain.seconds * 1.5);
  expect(loudness(await say(words, { volume: 0.5 }))).toBeLessThan(loudness(plain) * 0.5);
  expect(pitchOf(await say(words, { pitch: 2 }))).toBeGreaterThan(pitchOf(plain) * 1.2);
  const slow = await say(`<speak><prosody rate="50%">${words}</prosody></speak>`);
  expect(slow.seconds).toBeGreaterThan(plain.seconds * 1.4);
  const high = await say(`<speak><prosody pitch="x-high">${words}</prosody></speak>`);
  const low = await say(`<speak><prosody pitch="x-low">${words}</prosody></speak>`);
  expect(pitchOf(high)).toBeGreaterThan(pitchOf(low) * 1.15);
  const broken = await say(`<speak>All our aims <break time="2s"/> are near.</speak>`);
  expect(broken.seconds).toBeGreaterThan(plain.seconds + 1.5);
});

/** Pitch in Hz of the voiced middle of the sound: the best lag of the autocorrelation between 60 and 400 Hz. */
function pitchOf({ pcm, rate }: { pcm: Float32Array; rate: number }): number {
  const middle = pcm.subarray(Math.round(pcm.length * 0.3), Math.round(pcm.length * 0.6));
  let [best, lag] = [0, 1];
  for (let k = Math.round(rate / 400); k < rate / 60; k++) {
    let sum = 0;
    for (let n = k; n < middle.length; n++) sum += middle[n]! * middle[n - k]!;
    if (sum > best) [best, lag] = [sum, k];
  }
  return rate / lag;
}

test.each([
  ['hello', { voice: 'klingonese' }, 'voice/unknown'],
  ['hello', { voice: 'en-us+nobody' }, 'voice/unknown'],
  ['你好，世界', { voice: 'en-us' }, 'text/unspeakable'],
  [' ', { voice: 'en-us' }, 'text/unspeakable'],
  ['<speak>hello', { voice: 'en-us' }, 'request/invalid'],
  ['hello', { voice: 'en-us', rate: 9 }, 'request/invalid'],
  ['hello', { voice: 'en-us', pitch: Number.NaN }, 'request/invalid'],
] as const)('"%s" with %j is refused with %s, early and when spoken', async (script, options, code) => {
  await expect(voices.check(script, options)).rejects.toMatchObject({ code });
  await expect(spoken(script, options)).rejects.toMatchObject({ code });
});

test('a pronunciation has the phones of the speech and no sound', async () => {
  const phones: string[] = [];
  for await (const clause of voices.pronounce('Ship it.', { voice: 'en-us' }, signal())) {
    phones.push(...clause.phones.map(({ phone }) => phone));
  }
  expect(phones.filter(Boolean)).toEqual(['ʃ', 'ˈɪ', 'p', 'ɪ', 't']);
});

test('leaving a very long text early leaves no process behind', async () => {
  const before = childrenOf(process.pid);
  const script = 'One more sentence of a very long story. '.repeat(2500);
  let heard = 0;
  for await (const { audio } of voices.speak(script, { voice: 'en-us' }, signal())) {
    heard += audio.pcm.length / audio.rate;
    if (heard > 5) break;
  }
  expect(childrenOf(process.pid)).toEqual(before);
});

test('many that ask for their voice at once wait for one process', async () => {
  const fresh = createEspeakVoices();
  const before = childrenOf(process.pid).length;
  let most = 0;
  const asking = Promise.all(Array.from({ length: 20 }, () => fresh.check('Hello.', { voice: 'en-us' })));
  const counting = setInterval(() => (most = Math.max(most, childrenOf(process.pid).length - before)), 20);
  await asking.finally(() => clearInterval(counting));
  expect(most).toBeLessThanOrEqual(1);
  await expect(fresh.check('Hello.', { voice: 'nobody' })).rejects.toMatchObject({ code: 'voice/unknown' });
});

/** Processes of the built-in voice below this one, where the system tells. */
function childrenOf(pid: number): string[] {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      const parent = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')[1]?.split(' ')[1];
      return parent === String(pid) && readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes('espeak-process');
    } catch {
      return false; // it ended meanwhile
    }
  });
}
