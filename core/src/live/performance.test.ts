import { describe, expect, test } from 'vitest';
import { fps, hertz, seconds } from '../base/units.ts';
import { freeLipGap } from '../motion/lip-geometry.ts';
import { chatter, RATE, soundOf, spansOf, speak } from '../motion/made-up-speech.ts';
import { move } from '../motion/move.ts';
import { CHANNEL_INDEX } from '../motion/pose.ts';
import type { SpeechChunk, VisemeSpan } from '../speech/speech.ts';
import { type LiveEvent, type LiveFrame, Performance } from './performance.ts';

const OPTIONS = { fps: fps(25), seed: 5, rate: hertz(RATE) };
const soon = () => new Promise((resolve) => setImmediate(resolve));

/** Plays on, as a clock would, with time for readers between frames. */
async function play(performance: Performance, frames: number): Promise<LiveFrame[]> {
  const played: LiveFrame[] = [];
  for (let k = 0; k < frames; k++) {
    await soon();
    played.push(performance.next());
  }
  return played;
}

const eventsOf = (frames: readonly LiveFrame[], type: LiveEvent['type']) =>
  frames.flatMap(({ events }) => events).filter((event) => event.type === type);
const joined = (frames: readonly LiveFrame[]) => Float32Array.from(frames.flatMap(({ pcm }) => [...pcm]));

/** Where two arrays differ first; -1 = nowhere. */
const firstDifference = (a: Float32Array, b: Float32Array) =>
  a.length === b.length ? a.findIndex((value, k) => value !== b[k]) : Math.min(a.length, b.length);

/** A source that gives what it is fed. */
function tap() {
  const queue: SpeechChunk[] = [];
  let wake = () => {};
  let ended = false;
  async function* chunks(): AsyncGenerator<SpeechChunk> {
    for (;;) {
      const chunk = queue.shift();
      if (chunk) yield chunk;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return {
    speech: chunks(),
    push: (chunk: SpeechChunk) => {
      queue.push(chunk);
      wake();
    },
    end: () => {
      ended = true;
      wake();
    },
  };
}

describe('a live performance', () => {
  test('looks and sounds like the file of the same speech', async () => {
    const spans = chatter(40);
    const performance = new Performance(OPTIONS);
    performance.say({ id: 'a', speech: speak(spans) });
    await soon();
    const filed: Float32Array[] = [];
    for await (const { pose } of move(speak(spans), OPTIONS)) filed.push(pose);
    const played = await play(performance, filed.length + 30);
    expect(filed.findIndex((pose, k) => firstDifference(played[k]!.pose, pose) >= 0)).toBe(-1);
    const pcm = soundOf(spans);
    const heard = joined(played);
    expect(heard.length).toBe(played.length * (RATE / 25));
    expect(firstDifference(heard.subarray(0, pcm.length), pcm)).toBe(-1);
    expect(heard.subarray(pcm.length).every((sample) => sample === 0)).toBe(true);
    expect(eventsOf(played, 'ended')).toMatchObject([{ utterance: 'a', how: 'said' }]);
    expect(played.map(({ index }) => index)).toEqual(played.map((_, k) => k));
  });

  test('says one thing after the other, with a breath between, and tells what is said when', async () => {
    const performance = new Performance(OPTIONS);
    const spans = spansOf([
      ['PP', 80],
      ['aa', 320],
    ]);
    const mark = { kind: 'word', start: seconds(0.08), end: seconds(0.4), from: 0, to: 2 } as const;
    async function* marked() {
      for await (const chunk of speak(spans)) yield { ...chunk, marks: chunk.audio.at === 0 ? [mark] : [] };
    }
    for (const id of ['a', 'b']) performance.say({ id, speech: marked() });
    await soon();
    const played = await play(performance, 40);
    expect(eventsOf(played, 'ended').map((event) => 'utterance' in event && event.utterance)).toEqual(['a', 'b']);
    const [first, second] = eventsOf(played, 'began') as { at: number }[];
    expect(first!.at).toBe(0);
    expect(second!.at).toBeCloseTo(0.4 + 4 / 25, 5);
    const words = eventsOf(played, 'mark') as Extract<LiveEvent, { type: 'mark' }>[];
    expect(words.map(({ mark: { start } }) => start)).toEqual([first!.at + 0.08, second!.at + 0.08]);
    const visemes = eventsOf(played, 'viseme') as Extract<LiveEvent, { type: 'viseme' }>[];
    expect(visemes.map(({ span }) => span.viseme)).toEqual(['PP', 'aa', 'PP', 'aa']);
    expect(performance.isBusy).toBe(false);
  });

  test('an interruption silences the next frame, shuts the mouth and forgets what waits', async () => {
    const performance = new Performance(OPTIONS);
    const long = spansOf([['aa', 4000]]);
    for (const id of ['a', 'b']) performance.say({ id, speech: speak(long) });
    await soon();
    const before = await play(performance, 20);
    expect(freeLipGap(before.at(-1)!.pose)).toBeGreaterThan(0.1);
    performance.interrupt();
    const after = await play(performance, 60);
    expect(after[0]).toMatchObject({ generation: 1, speaking: false });
    expect(joined(after).every((sample) => sample === 0)).toBe(true);
    expect(freeLipGap(after[1]!.pose)).toBeLessThan(0.15 * freeLipGap(before.at(-1)!.pose));
    expect(after.slice(3).every(({ pose }) => freeLipGap(pose) < 0.02)).toBe(true);
    expect(eventsOf(after, 'ended')).toMatchObject([
      { utterance: 'a', how: 'interrupted' },
      { utterance: 'b', how: 'interrupted' },
    ]);
    expect(performance.isBusy).toBe(false);
  });

  test('a book is read as it is said, a few seconds ahead', async () => {
    const performance = new Performance(OPTIONS);
    let read = 0;
    const book = async function* () {
      for await (const chunk of speak(chatter(3000))) {
        read += chunk.audio.pcm.length / chunk.audio.rate;
        yield chunk;
      }
    };
    performance.say({ id: 'book', speech: book() });
    await play(performance, 250);
    expect(read).toBeGreaterThan(10);
    expect(read).toBeLessThan(18);
  });

  test('one utterance can be withdrawn, heard or waiting, and the others are said', async () => {
    const performance = new Performance(OPTIONS);
    const spans = spansOf([['aa', 400]]);
    for (const id of ['a', 'b', 'c']) performance.say({ id, speech: speak(spans) });
    await soon();
    await play(performance, 5);
    performance.withdraw('b');
    performance.withdraw('a');
    performance.withdraw('nobody');
    const after = await play(performance, 30);
    expect(after[0]).toMatchObject({ generation: 1, speaking: false });
    expect(eventsOf(after, 'ended')).toMatchObject([
      { utterance: 'b', how: 'interrupted' },
      { utterance: 'a', how: 'interrupted' },
      { utterance: 'c', how: 'said' },
    ]);
    const pcm = soundOf(spans);
    const heard = joined(after);
    const start = heard.findIndex((sample) => sample !== 0);
    const first = pcm.findIndex((sample) => sample !== 0);
    expect(firstDifference(heard.subarray(start, start + pcm.length - first), pcm.subarray(first))).toBe(-1);
  });

  test('a nod lowers the head and a shake turns it, also where it is still otherwise', async () => {
    const extent = async (kind: 'nod' | 'shake' | null, axis: 'headPitch' | 'headYaw') => {
      const performance = new Performance({ ...OPTIONS, headMotion: 0 });
      await play(performance, 5);
      if (kind) performance.gesture(kind);
      const angles = (await play(performance, 40)).map(({ pose }) => pose[CHANNEL_INDEX[axis]]!);
      return ((Math.max(...angles) - Math.min(...angles)) * 180) / Math.PI;
    };
    expect(await extent('nod', 'headPitch')).toBeGreaterThan((await extent(null, 'headPitch')) + 4);
    expect(await extent('shake', 'headYaw')).toBeGreaterThan((await extent(null, 'headYaw')) + 8);
    expect(await extent('nod', 'headYaw')).toBeLessThan(1);
  });

  test('sound that comes late is waited for, with the mouth, and none is lost', async () => {
    const spans = chatter(20);
    const source = tap();
    const performance = new Performance(OPTIONS);
    performance.say({ id: 'late', speech: source.speech });
    const chunks: SpeechChunk[] = [];
    for await (const chunk of speak(spans, 1600)) chunks.push(chunk);
    const played: LiveFrame[] = [];
    for (const chunk of chunks) {
      source.push(chunk);
      played.push(...(await play(performance, 6))); // 0.1 s of sound every 0.24 s
    }
    source.end();
    played.push(...(await play(performance, 30)));
    const pcm = soundOf(spans);
    const loud = (samples: Float32Array) => samples.filter((sample) => sample !== 0);
    expect(firstDifference(loud(joined(played)), loud(pcm))).toBe(-1);
    expect(eventsOf(played, 'ended')).toMatchObject([{ how: 'said' }]);
  });

  /** A microphone that can be given parts of 20 ms, each with its viseme. */
  function microphone(performance: Performance) {
    const source = tap();
    performance.say({ id: 'live', speech: source.speech, isLive: true, lookahead: seconds(0.04) });
    let parts = 0;
    const give = async () => {
      const [start, end] = [seconds(0.02 * parts), seconds(0.02 * (parts + 1))];
      const pcm = new Float32Array(0.02 * RATE).fill(++parts / 100);
      const spans: VisemeSpan[] = [{ viseme: 'aa', start, end, stress: 0.5 }];
      source.push({ audio: { at: start, rate: hertz(RATE), pcm }, spans, marks: [] });
      await soon();
    };
    return { give, end: source.end };
  }

  test('a microphone is heard as soon as what a frame looks ahead to is there', async () => {
    const performance = new Performance(OPTIONS);
    const { give, end } = microphone(performance);
    const told: string[] = [];
    performance.next();
    for (let k = 0; k < 12; k++) {
      await give();
      const { isReady, isShort } = performance;
      told.push(isReady ? 'ready' : isShort ? 'short' : 'silent');
      if (!isShort && (isReady || k % 2 === 1)) expect(performance.next().position !== null).toBe(isReady);
    }
    // At the clock's time until there is sound for a frame; then two parts each.
    expect(told).toEqual(['silent', 'silent', ...Array<string[]>(5).fill(['short', 'ready']).flat()]);
    end();
    await soon();
    expect([performance.isReady, performance.isShort]).toEqual([true, false]); // the rest
    performance.interrupt();
    expect([performance.isReady, performance.isShort]).toEqual([false, false]);
  });

  test('a microphone that stalls is heard to the end of what was promised, and goes on where it was', async () => {
    const performance = new Performance(OPTIONS);
    const { give } = microphone(performance);
    const played: LiveFrame[] = [performance.next()];
    for (let k = 0; k < 40; k++) {
      if (k < 15 || k > 20) await give();
      if (k % 2 === 1) played.push(performance.next());
    }
    const heard = joined(played.filter(({ position }) => position !== null));
    const given = Float32Array.from({ length: heard.length }, (_, k) => (1 + Math.floor(k / (0.02 * RATE))) / 100);
    expect(firstDifference(heard, given)).toBe(-1);
    const said = played.map(({ position }) => (position === null ? '-' : 'x')).join('');
    expect(said).toMatch(/^-+x+-+x+$/);
    expect(eventsOf(played, 'ended')).toEqual([]);
  });

  test('what is heard is known a frame before it, also where much is said and taken back', async () => {
    const performance = new Performance(OPTIONS);
    const { give } = microphone(performance);
    const played: LiveFrame[] = [];
    for (let k = 0; k < 400; k++) {
      if (k % 5 > 0) await give();
      if (k === 60) performance.say({ id: 'text', speech: speak(chatter(20)) });
      if (k === 150) performance.interrupt();
      if (k === 160) performance.say({ id: 'next', speech: speak(chatter(30)) });
      if (k === 165) performance.say({ id: 'last', speech: speak(chatter(10)) });
      if (k === 200) performance.withdraw('next');
      if (k % 2 === 0) played.push(performance.next(k % 7 === 0));
      await soon();
    }
    expect(played.filter(({ position }) => position !== null).length).toBeGreaterThan(80);
    for (let k = 1; k < played.length; k++) {
      const [{ ahead, generation }, frame] = [played[k - 1]!, played[k]!];
      if (generation !== frame.generation) continue; // taken back
      expect(ahead.isHeard).toBe(frame.position !== null);
      expect(firstDifference(ahead.pcm, frame.pcm)).toBe(-1);
    }
  });

  test('a microphone that falls silent ends its utterance', async () => {
    const source = tap();
    const performance = new Performance(OPTIONS);
    performance.say({ id: 'live', speech: source.speech, isLive: true, lookahead: seconds(0.04) });
    for await (const chunk of speak(spansOf([['aa', 600]]), 1600)) source.push(chunk);
    await soon();
    const played = await play(performance, 40);
    expect(eventsOf(played, 'ended')).toMatchObject([{ how: 'said' }]);
    expect(joined(played).filter((sample) => sample !== 0).length).toBeGreaterThan(0.5 * RATE);
  });

  test('leaves out silence of a microphone when it is asked to, and never anything that is heard', async () => {
    const spans = spansOf([
      ['aa', 400],
      ['sil', 800],
      ['PP', 80],
      ['aa', 320],
    ]);
    const source = tap();
    const performance = new Performance(OPTIONS);
    performance.say({ id: 'live', speech: source.speech, isLive: true, lookahead: seconds(0.04) });
    performance.say({ id: 'text', speech: speak(spans) });
    for await (const chunk of speak(spans, 1600)) source.push(chunk);
    await soon();
    const played: LiveFrame[] = [];
    const skipped: number[] = [];
    for (let k = 0; k < 100; k++) {
      await soon();
      const before = performance.skipped;
      played.push(performance.next(true));
      if (performance.skipped > before) skipped.push(k);
    }
    const loud = (samples: Float32Array) => [...samples].filter((sample) => sample !== 0);
    const live = played.filter(({ utterance }) => utterance === 'live');
    expect(skipped).toHaveLength(10); // of 20 frames of silence each second one
    expect(Math.min(...skipped)).toBeGreaterThanOrEqual(9); // after the frame before it
    const pcm = soundOf(spans);
    expect(loud(joined(live))).toEqual(loud(pcm).slice(0, loud(joined(live)).length));
    expect(loud(joined(live)).length).toBeGreaterThan(loud(pcm).length - 0.15 * RATE); // what is not known yet is not said
    expect(joined(played.filter(({ utterance }) => utterance === 'text')).length).toBeGreaterThanOrEqual(pcm.length);
    expect(played.map(({ index }) => index)).toEqual(played.map((_, k) => k));
  });

  test('a speech that breaks is told with its cause, and the next one is said', async () => {
    const performance = new Performance(OPTIONS);
    async function* broken(): AsyncGenerator<SpeechChunk> {
      yield* speak(spansOf([['aa', 200]]));
      throw new Error('out of breath');
    }
    performance.say({ id: 'a', speech: broken() });
    performance.say({ id: 'b', speech: speak(spansOf([['aa', 200]])) });
    const played = await play(performance, 30);
    expect(eventsOf(played, 'ended')).toMatchObject([
      { utterance: 'a', how: 'failed', error: new Error('out of breath') },
      { utterance: 'b', how: 'said' },
    ]);
  });

  test('feels and looks otherwise from the moment it is asked to', async () => {
    const [calm, moved] = [new Performance(OPTIONS), new Performance(OPTIONS)];
    await play(calm, 20);
    await play(moved, 20);
    moved.feel('happy', 1);
    const [as, other] = [await play(calm, 25), await play(moved, 25)];
    expect(other[0]!.pose).toEqual(as[0]!.pose); // it eases in
    expect(other.at(-1)!.pose).not.toEqual(as.at(-1)!.pose);
  });

  test('only so much waits', () => {
    const performance = new Performance(OPTIONS);
    const said = Array.from({ length: 80 }, (_, k) =>
      performance.say({ id: `${k}`, speech: speak(spansOf([['aa', 100]])) }),
    );
    expect(said.filter(Boolean)).toHaveLength(64);
  });

  test('reads only the next one of those that wait, and tells those that it gives up unread', async () => {
    const performance = new Performance(OPTIONS);
    const read: string[] = [];
    const discarded: string[] = [];
    const waits = (id: string) => {
      const speech = (async function* () {
        read.push(id);
        yield* speak(spansOf([['aa', 400]]));
      })();
      performance.say({ id, speech, discard: () => discarded.push(id) });
    };
    for (const id of ['first', 'second', 'third']) waits(id);
    await soon();
    expect(read).toEqual(['first']);
    await play(performance, 2);
    expect(read).toEqual(['first', 'second']);
    performance.withdraw('second');
    expect(discarded).toEqual([]); // it was read
    performance.interrupt();
    expect(discarded).toEqual(['third']);
  });
});
