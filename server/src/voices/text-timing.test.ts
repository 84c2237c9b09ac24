import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hertz, seconds } from '@orator/core/base/units';
import type { AudioChunk } from '@orator/core/media/audio-chunk';
import { parseWav } from '@orator/core/media/wav';
import { closesLips, type PhoneAlphabet } from '@orator/core/speech/phone';
import type { Speech, SpeechMark, VisemeSpan } from '@orator/core/speech/speech';
import { parseVisemeWeights } from '@orator/core/speech/visemes/weights';
import { expect, test } from 'vitest';
import { createEspeakVoices } from './espeak-voice.ts';
import { timedByText } from './text-timing.ts';

const root = new URL('../../../', import.meta.url);
const weights = parseVisemeWeights(readFileSync(new URL('core/models/visemes.bin', root)));
const voices = createEspeakVoices();
const signal = new AbortController().signal;
const TEXT = 'My papa bought a happy puppy, and a copper robot hummed. Maybe mama may abandon the apple.';

interface Timed {
  readonly spans: VisemeSpan[];
  readonly marks: SpeechMark[];
  readonly warnings: string[];
  readonly heard: number;
}

async function read(speech: Speech, warnings: string[] = []): Promise<Timed & { pcm: Float32Array }> {
  const timed = { spans: [] as VisemeSpan[], marks: [] as SpeechMark[], warnings, heard: 0 };
  const pcm: number[] = [];
  for await (const chunk of speech) {
    for (const sample of chunk.audio.pcm) pcm.push(sample);
    timed.spans.push(...chunk.spans);
    timed.marks.push(...chunk.marks);
    timed.heard = chunk.audio.at + chunk.audio.pcm.length / chunk.audio.rate;
    expect(timed.spans.at(-1)!.end).toBeGreaterThan(timed.heard - 1e-6); // the mouth is known for all sound so far
  }
  return { ...timed, pcm: Float32Array.from(pcm) };
}

async function* chunksOf(pcm: Float32Array, rate: number, size = 0.1): AsyncGenerator<AudioChunk> {
  const length = Math.round(size * rate);
  for (let from = 0; from < pcm.length; from += length) {
    yield { at: seconds(from / rate), rate: hertz(rate), pcm: pcm.slice(from, from + length) };
  }
}

const timed = (pcm: Float32Array, rate: number, text: string, voice = 'en-us', size = 0.1) => {
  const warnings: string[] = [];
  const known = { text, voice, voices, weights, warn: (words: string) => void warnings.push(words) };
  return read(timedByText(chunksOf(pcm, rate, size), known, signal), warnings);
};

function expectTiled(spans: readonly VisemeSpan[], end: number) {
  let at = 0;
  for (const span of spans) {
    expect(span.start).toBe(at);
    expect(span.end).toBeGreaterThan(at);
    at = span.end;
  }
  expect(at).toBeCloseTo(end, 6);
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const starts = (spans: readonly VisemeSpan[], viseme: string) =>
  spans.filter((span, i) => span.viseme === viseme && spans[i - 1]?.viseme !== viseme).map(({ start }) => start);

test('our own speech, timed by its words, has its lips where the voice says they are', async () => {
  const truth = await read(voices.speak(TEXT, { voice: 'en-us' }, signal));
  const found = await timed(truth.pcm, 22_050, TEXT);
  expect(found.warnings).toEqual([]);
  expect(found.pcm).toEqual(truth.pcm);
  expectTiled(found.spans, truth.heard);
  const [wanted, got] = [starts(truth.spans, 'PP'), starts(found.spans, 'PP')];
  expect(got).toHaveLength(wanted.length);
  expect(median(wanted.map((at, i) => Math.abs(at - got[i]!)))).toBeLessThan(0.02);
  const words = (marks: readonly SpeechMark[]) => marks.filter(({ kind }) => kind === 'word');
  expect(words(found.marks).map(({ from, to }) => TEXT.slice(from, to))).toEqual(
    words(truth.marks).map(({ from, to }) => TEXT.slice(from, to)),
  );
  const late = words(found.marks).map(({ start }, i) => Math.abs(start - words(truth.marks)[i]!.start));
  expect(median(late)).toBeLessThan(0.04);
  expect(found.marks.filter(({ kind }) => kind === 'sentence')).toHaveLength(2);
});

test('how the sound is cut into chunks changes nothing', async () => {
  const { pcm } = await read(voices.speak(TEXT, { voice: 'en-us' }, signal));
  const whole = await timed(pcm, 22_050, TEXT, 'en-us', 1000);
  const parts = await timed(pcm, 22_050, TEXT, 'en-us', 0.013);
  expect(parts.spans).toEqual(whole.spans);
});

test('a text that the sound does not say gives a warning, and lips by the sound alone', async () => {
  const { pcm, heard } = await read(voices.speak(TEXT, { voice: 'en-us' }, signal));
  const found = await timed(
    pcm,
    22_050,
    'Seven sleek foxes were singing in the frosty evening air, while geese flew west.',
  );
  expect(found.warnings).toHaveLength(1);
  expect(found.warnings[0]).toContain('does not fit');
  expectTiled(found.spans, heard);
  expect(starts(found.spans, 'PP').length).toBeGreaterThan(3);
});

test('an unreadable text is refused before any sound is given', async () => {
  await expect(timed(new Float32Array(16_000), 16_000, '你好')).rejects.toMatchObject({ code: 'text/unspeakable' });
});

const testdata = process.env.ORATOR_TESTDATA ?? fileURLToPath(new URL('../shared/testdata', root));
const GROUPS: [string, PhoneAlphabet, string, number][] = [
  ['en_ljspeech', 'arpabet', 'en-us', 0.02],
  ['es_css10', 'ipa', 'es', 0.02],
  ['en_au_manual', 'field', 'en-gb', 0.03],
];

test.skipIf(!existsSync(`${testdata}/aligned`)).each(GROUPS)(
  'human speech (%s) with its words: lips close where the labels say (skipped without ORATOR_TESTDATA)',
  async (group, alphabet, voice, within) => {
    const folder = `${testdata}/aligned/${group}/`;
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    const errors: number[] = [];
    for (const name of names.slice(0, group === 'en_au_manual' ? 4 : 2)) {
      const labels = JSON.parse(readFileSync(folder + name, 'utf8')) as Record<
        'words' | 'phones',
        { s: number; t: string }[]
      >;
      const text = labels.words.map(({ t }) => t).join(' ');
      const { pcm, rate } = parseWav(readFileSync(folder + name.replace('.json', '.wav')));
      const { spans, warnings } = await timed(pcm, rate, text, voice);
      expect(warnings).toEqual([]);
      const closures = starts(spans, 'PP');
      for (const { s, t } of labels.phones) {
        if (closesLips(t, alphabet)) errors.push(Math.min(...closures.map((at) => Math.abs(at - s))));
      }
    }
    expect(errors.length).toBeGreaterThan(4);
    expect(median(errors)).toBeLessThan(within);
  },
);
