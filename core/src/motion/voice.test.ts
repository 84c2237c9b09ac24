import { describe, expect, test } from 'vitest';
import { hertz, seconds } from '../base/units.ts';
import { quietCues } from './cue.ts';
import { chatter, spansOf } from './made-up-speech.ts';
import { Voice } from './voice.ts';

/** Everything reachable from `value`, counted in numbers and characters. */
function sizeOf(value: unknown, seen = new Set<unknown>()): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (seen.has(value)) return 0;
  seen.add(value);
  if (ArrayBuffer.isView(value)) return value.byteLength;
  return Object.values(value).reduce((sum: number, part) => sum + sizeOf(part, seen), 0);
}

describe('a voice as motion hears it', () => {
  test('takes no more memory after ten minutes than after one', () => {
    const voice = new Voice(0.25, false);
    const cues = quietCues();
    const sizes: number[] = [];
    const rate = hertz(1000);
    const spans = chatter(6000);
    let [next, tick] = [0, 0];
    for (let second = 0; second < 600; second++) {
      const first = next;
      while (next < spans.length && spans[next]!.end <= second + 1) next++;
      const audio = { at: seconds(second), rate, pcm: new Float32Array(1000).fill(0.1) };
      voice.push({ audio, spans: spans.slice(first, next), marks: [] });
      for (; voice.ready(tick); tick++) voice.listen(cues);
      sizes.push(sizeOf(voice));
    }
    expect(tick).toBeGreaterThan(59_000);
    const early = Math.max(...sizes.slice(20, 60));
    expect(Math.max(...sizes.slice(540))).toBeLessThan(1.15 * early);
  });

  test('what comes after its time is heard where it belongs from then on, and nothing before it', () => {
    const spans = spansOf([
      ['aa', 100],
      ['PP', 80],
      ['E', 120],
    ]);
    const rate = hertz(1000);
    const tone = (length: number) => Float32Array.from({ length }, (_, k) => 0.1 * (-1) ** k);
    const voice = new Voice(0, true);
    const cues = quietCues();
    voice.push({
      audio: { at: seconds(0), rate, pcm: tone(100) },
      spans: spans.slice(0, 1),
      marks: [],
    });
    for (let tick = 0; tick < 20; tick++) voice.listen(cues); // ten of them before their time
    expect(voice.ready(20)).toBe(false);
    expect(voice.visemes.runs.map(({ viseme, end }) => [viseme, end])).toEqual([
      ['sil', 0],
      ['aa', 0.1],
      ['sil', 0.2],
    ]);
    voice.push({ audio: { at: seconds(0.1), rate, pcm: tone(200) }, spans: spans.slice(1), marks: [] });
    for (let tick = 20; tick < 30; tick++) voice.listen(cues);
    expect(voice.visemes.runs.at(-1)).toMatchObject({ viseme: 'E', start: 0.2, end: 0.3 });
    expect(voice.loudness.at(29)).toBeGreaterThan(0.8); // of the sound of this time
    voice.end();
    for (let tick = 30; tick < 40; tick++) voice.listen(cues);
    expect(voice.loudness.at(39)).toBe(0); // none of it was left over
  });

  test('tells of a phrase before it begins, of accents near their vowel, and of a pause', () => {
    const spans = spansOf([
      ['sil', 400],
      ['nn', 100],
      ['aa', 150],
      ['DD', 80],
      ['ih', 120],
      ['kk', 100],
      ['E', 120],
      ['nn', 200],
      ['oh', 200],
      ['sil', 600],
    ]).map((span) => ({ ...span, stress: span.viseme === 'oh' ? 1 : 0.3 }));
    // An even hum whose last vowel is twice as loud.
    const pcm = Float32Array.from(
      { length: 2.07 * 16_000 },
      (_, i) => (i < 1.27 * 16_000 ? 0.1 : 0.2) * Math.sin(i / 18),
    );
    const voice = new Voice(0.25, false);
    voice.push({ audio: { at: seconds(0), rate: hertz(16_000), pcm }, spans, marks: [] });
    voice.end();
    const told: string[] = [];
    const cues = quietCues();
    for (let tick = 0; tick < 200; tick++) {
      cues.phraseIn = -1;
      cues.pause = false;
      cues.accent = 0;
      voice.listen(cues);
      const at = (seconds: number) => ((tick + 1) / 100 + seconds).toFixed(1);
      if (cues.phraseIn >= 0)
        told.push(`phrase at ${at(cues.phraseIn)}, told ${cues.phraseIn > 0.2 ? 'early' : 'late'}`);
      if (cues.pause) told.push('pause');
      if (cues.accent > 0.8) told.push(`accent at ${at(cues.accentIn)}`);
    }
    expect(told).toEqual(['phrase at 0.4, told early', 'accent at 1.4', 'pause']);
  });
});
