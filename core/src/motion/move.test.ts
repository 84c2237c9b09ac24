import { describe, expect, test } from 'vitest';
import { fps, seconds } from '../base/units.ts';
import type { VisemeSpan } from '../speech/speech.ts';
import type { Viseme } from '../speech/viseme.ts';
import { freeLipGap, lipGeometry } from './lip-geometry.ts';
import { chatter, RATE, soundOf, spansOf, speak } from './made-up-speech.ts';
import { idle, type MotionOptions, move } from './move.ts';
import { CHANNEL_INDEX, type MotionFrame, NO_CEILING, SHAPES } from './pose.ts';

async function framesOf(spans: readonly VisemeSpan[], options: Partial<MotionOptions> = {}, size?: number) {
  const frames: MotionFrame[] = [];
  for await (const frame of move(speak(spans, size), { fps: fps(25), ...options })) frames.push(frame);
  return frames;
}

const bytes = (frames: readonly MotionFrame[]) =>
  Buffer.concat(frames.map(({ pose }) => Buffer.from(pose.buffer, pose.byteOffset, pose.byteLength)));
const ceiling = ({ pose }: MotionFrame) => pose[CHANNEL_INDEX.lipGapCeiling]!;

describe('the frames of a speech', () => {
  test.each([10, 25, 29.97, 60])('cover the sound at %d fps, with times from whole frame counts', async (rate) => {
    const spans = chatter(40);
    const length = Math.round(spans.at(-1)!.end * RATE);
    const frames = await framesOf(spans, { fps: fps(rate) });
    expect(frames).toHaveLength(Math.ceil((length * rate) / RATE));
    expect(frames.every((frame, i) => frame.index === i && frame.at === i / rate)).toBe(true);
  });

  test('are the same bytes for the same seed, others for another', async () => {
    const spans = chatter(60);
    const first = bytes(await framesOf(spans, { seed: 5 }));
    expect(bytes(await framesOf(spans, { seed: 5 })).equals(first)).toBe(true);
    expect(bytes(await framesOf(spans, { seed: 6 })).equals(first)).toBe(false);
  });

  test.each([1, 333, 1_000_000])('do not depend on chunks of %d samples', async (size) => {
    const spans = chatter(12);
    const first = bytes(await framesOf(spans));
    expect(bytes(await framesOf(spans, {}, size)).equals(first)).toBe(true);
  });

  test('do not depend on whether a long viseme came in pieces', async () => {
    const whole = spansOf([
      ['sil', 300],
      ['aa', 600],
      ['PP', 80],
      ['ou', 300],
      ['sil', 200],
    ]); // prettier-ignore
    const pieces = whole.flatMap((span) => {
      const middle = seconds((span.start + span.end) / 2);
      return [
        { ...span, end: middle },
        { ...span, start: middle },
      ];
    });
    expect(bytes(await framesOf(pieces)).equals(bytes(await framesOf(whole)))).toBe(true);
  });

  test('are none for a speech without sound', async () => {
    expect(await framesOf([])).toEqual([]);
  });
});

describe('lips', () => {
  test.each([10, 25, 30, 60])('meet on every p, b, m of 30 ms and more at %d fps', async (rate) => {
    const spans = chatter(300);
    const frames = await framesOf(spans, { fps: fps(rate) });
    const contacts = spans.filter(({ viseme }) => viseme === 'PP');
    expect(contacts.length).toBeGreaterThan(50);
    const missed = contacts.filter(({ start, end }) =>
      frames.every((frame) => ceiling(frame) > 0 || frame.at + 1 / rate < start || frame.at > end),
    );
    expect(missed).toEqual([]);
  });

  test.each([10, 25, 60])(
    'are shut from 100 ms inside pauses of over 200 ms at %d fps, whatever the emotion',
    async (rate) => {
      const spans = chatter(120);
      const emotions = [{ emotion: 'surprised', intensity: 1, at: seconds(0) }] as const;
      const frames = await framesOf(spans, { fps: fps(rate), emotions });
      const pauses = spans.filter(({ viseme, start, end }) => viseme === 'sil' && end - start > 0.2);
      const inside = frames.filter(({ at }) => pauses.some(({ start, end }) => at >= start + 0.1 && at <= end - 0.1));
      expect(inside.length).toBeGreaterThan(10);
      expect(Math.max(...inside.map(({ pose }) => lipGeometry(pose).gap))).toBe(0);
      expect(Math.max(...inside.map(({ pose }) => freeLipGap(pose)))).toBeLessThan(0.05);
    },
  );

  test('leave .055 IOD for f and v', async () => {
    const frames = await framesOf(
      spansOf([
        ['sil', 300],
        ['aa', 200],
        ['FF', 120],
        ['aa', 200],
        ['sil', 300],
      ]),
    ); // prettier-ignore
    const during = frames.filter(({ at }) => at > 0.5 && at < 0.6);
    expect(during.length).toBeGreaterThan(1);
    for (const frame of during) expect(ceiling(frame)).toBeCloseTo(0.055, 3);
  });

  test('open wide for aa, little for ou and ss, and are widest for ih and narrowest for ou', async () => {
    const at = async (viseme: Viseme) => {
      const frames = await framesOf(
        spansOf([
          ['sil', 300],
          ['DD', 60],
          [viseme, 240],
          ['DD', 60],
          ['sil', 300],
        ]),
      ); // prettier-ignore
      return lipGeometry(frames[12]!.pose);
    };
    const [aa, ou, ss, ih] = [await at('aa'), await at('ou'), await at('SS'), await at('ih')];
    expect(aa.gap).toBeGreaterThan(0.2);
    expect(ou.gap).toBeLessThan(0.5 * aa.gap);
    expect(ss.gap).toBeLessThan(0.5 * aa.gap);
    expect(ih.width).toBeGreaterThan(0.03);
    expect(ou.width).toBeLessThan(-0.15);
  });

  test('move alike for a quiet and a loud recording', async () => {
    const spans = chatter(60);
    const moved = async (level: number) => {
      const poses: number[] = [];
      for await (const { pose } of move(speak(spans, 4000, soundOf(spans, level)), { fps: fps(25) })) {
        poses.push(lipGeometry(pose).gap);
      }
      return poses;
    };
    const [quiet, loud] = [await moved(0.01), await moved(0.5)];
    expect(Math.max(...quiet.map((gap, i) => Math.abs(gap - loud[i]!)))).toBeLessThan(0.015);
  });
});

describe('looking ahead', () => {
  /** How many frames have come out when the source is asked for each chunk. */
  const progress = async (lookahead: number) => {
    const spans = spansOf([
      ['aa', 400],
      ['PP', 100],
      ['ih', 400],
      ['sil', 300],
    ]); // prettier-ignore
    const seen: number[] = [];
    let frames = 0;
    const watched = async function* () {
      for await (const chunk of speak(spans, RATE / 10)) {
        seen.push(frames);
        yield { ...chunk, spans: chunk.audio.at === 0 ? spans : [] };
      }
    };
    for await (const _ of move(watched(), { fps: fps(25), lookahead: seconds(lookahead) })) frames++;
    return seen;
  };

  test('a frame comes out as soon as what it looks at is known', async () => {
    // 100 ms of sound per chunk; frame i needs sound up to i/25 s, the tick of 10 ms it lies in, and the lookahead.
    expect(await progress(0)).toEqual([0, 3, 5, 8, 10, 13, 15, 18, 20, 23, 25, 28]);
    expect((await progress(0.25)).slice(0, 6)).toEqual([0, 0, 0, 2, 4, 7]);
  });

  test('lips still meet on p without any', async () => {
    const spans = chatter(100);
    const frames = await framesOf(spans, { lookahead: seconds(0) });
    const missed = spans.filter(
      ({ viseme, start, end }) =>
        viseme === 'PP' &&
        frames.every((frame) => ceiling(frame) > 0 || frame.at + 0.04 < start || frame.at > end + 0.06),
    );
    expect(missed).toEqual([]);
  });
});

describe('a face', () => {
  test('keeps every channel in bounds', async () => {
    const emotions = [
      { emotion: 'happy', intensity: 1, at: seconds(0) },
      { emotion: 'angry', intensity: 1, at: seconds(4) },
    ] as const;
    for (const { pose } of await framesOf(chatter(200), { emotions, headMotion: 2, gaze: 'away' })) {
      for (let channel = 0; channel < pose.length; channel++) {
        const value = pose[channel]!;
        if (channel < SHAPES.length) expect(value >= 0 && value <= 1).toBe(true);
        else expect(Math.abs(value)).toBeLessThanOrEqual(NO_CEILING);
      }
      expect(Math.abs(pose[CHANNEL_INDEX.headYaw]!)).toBeLessThan(0.5);
    }
  });

  test('blinks with the eye fully shut for at least a frame, and never when told not to', async () => {
    const shut = (frames: readonly MotionFrame[]) =>
      frames.filter(({ pose }) => pose[CHANNEL_INDEX.eyeBlinkLeft]! > 0.2).length > 0
        ? Math.max(...frames.map(({ pose }) => pose[CHANNEL_INDEX.eyeBlinkLeft]!))
        : 0;
    for (const rate of [10, 25, 60])
      expect(shut(await framesOf(chatter(80), { fps: fps(rate) }))).toBeGreaterThan(0.99);
    expect(shut(await framesOf(chatter(80), { blink: 0 }))).toBe(0);
  });

  test('eases from one emotion to the next', async () => {
    const emotions = [
      { emotion: 'neutral', intensity: 1, at: seconds(0) },
      { emotion: 'sad', intensity: 1, at: seconds(1) },
      { emotion: 'surprised', intensity: 1, at: seconds(1.2) },
    ] as const;
    const frames = await framesOf(spansOf([['sil', 3000]]), { emotions });
    const wide = frames.map(({ pose }) => pose[CHANNEL_INDEX.browInnerUp]!);
    expect(wide[20]).toBeLessThan(0.3);
    expect(wide[60]).toBeGreaterThan(0.8);
    for (let i = 1; i < wide.length; i++) expect(Math.abs(wide[i]! - wide[i - 1]!)).toBeLessThan(0.15);
  });

  test('holds the camera against the turning head', async () => {
    const frames = await framesOf(chatter(200), { gaze: 'camera' });
    let together = 0;
    for (const { pose } of frames) together += pose[CHANNEL_INDEX.headYaw]! * pose[CHANNEL_INDEX.gazeX]!;
    expect(together).toBeLessThan(0);
  });

  test('lives with its lips shut while it listens, until it is told to stop', async () => {
    const stop = new AbortController();
    const frames: MotionFrame[] = [];
    for await (const frame of idle({ fps: fps(25) }, stop.signal)) {
      frames.push(frame);
      if (frames.length === 250) stop.abort();
    }
    expect(frames).toHaveLength(250);
    expect(frames.every((frame) => ceiling(frame) === 0 && freeLipGap(frame.pose) < 0.03)).toBe(true);
    const yaws = frames.map(({ pose }) => pose[CHANNEL_INDEX.headYaw]!);
    expect(Math.max(...yaws) - Math.min(...yaws)).toBeGreaterThan(0.01);
  });
});
