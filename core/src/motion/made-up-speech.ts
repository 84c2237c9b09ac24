import { hertz, seconds } from '../base/units.ts';
import type { SpeechChunk, VisemeSpan } from '../speech/speech.ts';
import { VISEMES, type Viseme } from '../speech/viseme.ts';

/** Samples per second of all made-up sound. */
export const RATE = 16_000;

/** Visemes with their lengths in milliseconds, one after the other. */
export function spansOf(list: readonly (readonly [Viseme, number])[]): VisemeSpan[] {
  let at = 0;
  return list.map(([viseme, ms], i) => {
    const start = at / 1000;
    at += ms;
    return { viseme, start: seconds(start), end: seconds(at / 1000), stress: (i % 3) / 2 };
  });
}

/** A hum that is silent where the visemes are. */
export function soundOf(spans: readonly VisemeSpan[], level = 0.2): Float32Array {
  const pcm = new Float32Array(Math.round((spans.at(-1)?.end ?? 0) * RATE));
  for (const { viseme, start, end } of spans) {
    if (viseme === 'sil') continue;
    for (let i = Math.round(start * RATE); i < Math.round(end * RATE); i++) {
      pcm[i] = level * Math.sin((2 * Math.PI * 140 * i) / RATE) * (1 + 0.6 * Math.sin((2 * Math.PI * 3 * i) / RATE));
    }
  }
  return pcm;
}

/** Something like speech: pseudo-random visemes with pauses and many p, b, m. */
export function chatter(count: number): VisemeSpan[] {
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
  return spansOf(
    Array.from({ length: count }, (_, i) => {
      if (i % 17 === 16) return ['sil', 250 + Math.round(500 * random())] as const;
      if (i % 5 === 0) return ['PP', 30 + Math.round(60 * random())] as const;
      return [VISEMES[1 + Math.floor(14 * random())]!, 40 + Math.round(120 * random())] as const;
    }),
  );
}

/** The speech in chunks of `size` samples; each brings the spans that end within it. */
export async function* speak(
  spans: readonly VisemeSpan[],
  size = 4000,
  pcm = soundOf(spans),
): AsyncGenerator<SpeechChunk> {
  let next = 0;
  for (let from = 0; from < pcm.length; from += size) {
    const to = Math.min(pcm.length, from + size);
    const first = next;
    while (next < spans.length && (to === pcm.length || spans[next]!.end <= to / RATE)) next++;
    yield {
      audio: { at: seconds(from / RATE), rate: hertz(RATE), pcm: pcm.subarray(from, to) },
      spans: spans.slice(first, next),
      marks: [],
    };
  }
}
