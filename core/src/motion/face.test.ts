import { describe, expect, test } from 'vitest';
import { fps, seconds } from '../base/units.ts';
import { EMOTION_NAMES } from './emotions.ts';
import { Face } from './face.ts';
import { freeLipGap, lipGeometry } from './lip-geometry.ts';
import { chatter, spansOf, speak } from './made-up-speech.ts';
import { move } from './move.ts';
import { CHANNEL_INDEX, type Channel, type MotionFrame } from './pose.ts';

const SPOKEN = spansOf([
  ['sil', 200],
  ['aa', 300],
  ['nn', 80],
  ['oh', 400],
]); // prettier-ignore

async function take(frames: AsyncGenerator<MotionFrame>, most = Number.POSITIVE_INFINITY): Promise<MotionFrame[]> {
  const taken: MotionFrame[] = [];
  if (most > 0) {
    for await (const frame of frames) {
      taken.push(frame);
      if (taken.length >= most) break;
    }
  }
  return taken;
}

const gapOf = ({ pose }: MotionFrame) => lipGeometry(pose).gap;
const weightOf = (frame: MotionFrame, channel: Channel) => frame.pose[CHANNEL_INDEX[channel]]!;
const largestStep = (values: readonly number[]) =>
  values.reduce((most, value, i) => Math.max(most, i === 0 ? 0 : Math.abs(value - values[i - 1]!)), 0);
const deviation = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};
const forever = () => new AbortController().signal;

describe('a face in conversation', () => {
  test('goes from speech to listening and back without a jump', async () => {
    const face = new Face({ fps: fps(25), seed: 3 });
    const frames = [
      ...(await take(face.idle(forever()), 10)),
      ...(await take(face.speak(speak(SPOKEN)))),
      ...(await take(face.idle(forever()), 30)),
      ...(await take(face.speak(speak(SPOKEN)))),
    ];
    expect(frames.map(({ index }) => index)).toEqual(frames.map((_, i) => i));
    expect(frames.every(({ at }, i) => at === i / 25)).toBe(true);
    expect(gapOf(frames[9]!)).toBe(0);
    expect(Math.max(...frames.map(gapOf))).toBeGreaterThan(0.15);
    expect(gapOf(frames[50]!)).toBe(0); // 0.4 s after the last sound
    expect(largestStep(frames.map(gapOf))).toBeLessThan(0.16);
    expect(largestStep(frames.map((frame) => weightOf(frame, 'headYaw')))).toBeLessThan(0.03);
    expect(largestStep(frames.map((frame) => weightOf(frame, 'mouthPucker')))).toBeLessThan(0.25);
  });

  test('shuts its lips when it is interrupted', async () => {
    const face = new Face({ fps: fps(25) });
    const spoken = await take(
      face.speak(
        speak(
          spansOf([
            ['sil', 200],
            ['aa', 3000],
          ]),
        ),
      ),
      20,
    ); // prettier-ignore
    expect(gapOf(spoken.at(-1)!)).toBeGreaterThan(0.15);
    const after = await take(face.idle(forever()), 15);
    expect(gapOf(after[0]!)).toBeGreaterThan(0.05);
    expect(after.slice(6).map(gapOf)).toEqual(new Array(9).fill(0));
  });
});

describe('emotions', () => {
  test.each(EMOTION_NAMES)('%s leaves the lips together on p and in pauses', async (emotion) => {
    const spans = chatter(60);
    const cues = [{ emotion, intensity: 1, at: seconds(0) }];
    const frames = await take(move(speak(spans), { fps: fps(25), emotions: cues }));
    const shut = frames.filter((frame) => weightOf(frame, 'lipGapCeiling') === 0);
    expect(shut.length).toBeGreaterThan(15);
    expect(Math.max(...shut.map(gapOf))).toBe(0);
    // What the engine has to press together stays small enough not to show.
    expect(Math.max(...shut.map(({ pose }) => freeLipGap(pose)))).toBeLessThan(0.25);
  });

  test('show more with more intensity, and less while speaking', async () => {
    const smile = async (intensity: number, spans = spansOf([['sil', 3000]])) => {
      const cues = [{ emotion: 'happy', intensity, at: seconds(0) }] as const;
      const frames = await take(move(speak(spans), { fps: fps(25), emotions: cues }));
      return weightOf(frames[60]!, 'mouthSmileRight');
    };
    const [half, full] = [await smile(0.5), await smile(1)];
    expect(half).toBeGreaterThan(0.3);
    expect(full).toBeGreaterThan(1.6 * half);
    expect(await smile(1, spansOf([['nn', 3000]]))).toBeLessThan(0.7 * full); // prettier-ignore
  });
});

describe('life over five minutes', () => {
  const minutes = 5;
  const living = async (options: object) => {
    const spans = chatter(Math.round(minutes * 60 * 8.6));
    return take(move(speak(spans), { fps: fps(25), seed: 11, ...options }));
  };
  const angles = (frames: readonly MotionFrame[]) =>
    (['headYaw', 'headPitch', 'headRoll'] as const).map((axis) =>
      frames.map((frame) => (weightOf(frame, axis) * 180) / Math.PI),
    );
  const blinks = (frames: readonly MotionFrame[]) =>
    frames.filter(
      (frame, i) => i > 0 && weightOf(frame, 'eyeBlinkLeft') > 0.9 && weightOf(frames[i - 1]!, 'eyeBlinkLeft') <= 0.9,
    ).length;

  test('head, lids and brows move as those of people do', async () => {
    const frames = await living({});
    const axes = angles(frames);
    const rotation = Math.hypot(...axes.map(deviation));
    expect(rotation).toBeGreaterThan(2.4);
    expect(rotation).toBeLessThan(6);
    expect(Math.max(...axes.flat().map(Math.abs))).toBeLessThan(12);
    for (const axis of axes) expect(largestStep(axis)).toBeLessThan(2.2); // 55°/s
    const perMinute = blinks(frames) / (frames.length / 25 / 60);
    expect(perMinute).toBeGreaterThan(10);
    expect(perMinute).toBeLessThan(30);
    expect(deviation(frames.map((frame) => weightOf(frame, 'browOuterUpLeft')))).toBeGreaterThan(0.05);
  });

  test('its options scale it', async () => {
    const calm = await living({ headMotion: 0, blink: 0, gaze: 'camera' });
    expect(Math.hypot(...angles(calm).map(deviation))).toBeLessThan(0.01);
    expect(blinks(calm)).toBe(0);
    expect(deviation(calm.map((frame) => weightOf(frame, 'gazeX')))).toBeLessThan(0.09);
    const away = await living({ gaze: 'away' });
    const mean = away.reduce((sum, frame) => sum + weightOf(frame, 'gazeX'), 0) / away.length;
    expect(Math.abs(mean)).toBeGreaterThan(0.2);
  });

  test('is the same at every frame rate, but for the rate', async () => {
    const spans = chatter(80);
    const [slow, fast] = [
      await take(move(speak(spans), { fps: fps(25), blink: 0 })),
      await take(move(speak(spans), { fps: fps(50), blink: 0 })),
    ];
    const differences = slow.map((frame, i) =>
      Math.abs(weightOf(frame, 'headYaw') - weightOf(fast[2 * i]!, 'headYaw')),
    );
    expect(Math.max(...differences)).toBeLessThan(1 / 4096);
  });
});
