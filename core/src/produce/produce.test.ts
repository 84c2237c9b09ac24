import { describe, expect, test } from 'vitest';
import { fps, hertz, seconds } from '../base/units.ts';
import type { EncoderSession } from '../encode/encoder.ts';
import type { EngineSession } from '../engines/engine.ts';
import type { Frame } from '../media/frame.ts';
import { type MotionFrame, restPose } from '../motion/pose.ts';
import type { Speech } from '../speech/speech.ts';
import type { ProduceEvent } from './events.ts';
import { produce } from './produce.ts';
import type { Receipt } from './receipt.ts';
import { Stopwatch } from './stopwatch.ts';

const RATE = hertz(16_000);
const FPS = fps(25);

async function* speechOf(length: number): Speech {
  for (let chunk = 0; chunk < length * 10; chunk++) {
    yield { audio: { at: seconds(chunk / 10), rate: RATE, pcm: new Float32Array(1600) }, spans: [], marks: [] };
  }
}

async function* stillness(speech: Speech): AsyncGenerator<MotionFrame> {
  let index = 0;
  for await (const chunk of speech) {
    const end = chunk.audio.at + chunk.audio.pcm.length / RATE;
    for (; (index + 1) / FPS <= end + 1e-9; index++) yield { index, at: seconds(index / FPS), pose: restPose() };
  }
}

function fakes() {
  const log: string[] = [];
  let alive = 0;
  const session: EngineSession = {
    width: 2,
    height: 2,
    fps: FPS,
    async *frames(motion) {
      for await (const { at } of motion) {
        alive++;
        const pixels = new Uint8ClampedArray(16);
        yield { at, width: 2, height: 2, pixels, [Symbol.dispose]: () => alive-- } as Frame;
      }
    },
    [Symbol.asyncDispose]: async () => {},
  };
  const encoder: EncoderSession = {
    addFrame: async (frame) => void log.push(`frame ${frame.at.toFixed(2)}`),
    addAudio: async (chunk) => void log.push(`audio ${chunk.at.toFixed(1)}`),
    finish: async () => {
      log.push('finish');
      return { frames: 0, duration: seconds(0), bytes: 0 };
    },
    [Symbol.asyncDispose]: async () => {},
  };
  const sign = (clip: Receipt['clip'], timings: Receipt['timings']) => ({ clip, timings }) as Receipt;
  return { log, session, encoder, sign, alive: () => alive };
}

const run = async (length: number, fake: ReturnType<typeof fakes>, signal = new AbortController().signal) => {
  const events: ProduceEvent[] = [];
  const stopwatch = new Stopwatch(() => 0);
  const production = {
    ...fake,
    reads: 'motion' as const,
    speech: speechOf(length),
    move: stillness,
    stopwatch,
    warnings: [],
  };
  for await (const event of produce(production, signal)) events.push(event);
  return events;
};

describe('producing a clip', () => {
  test('gives every frame after the sound that it belongs to, then finishes once', async () => {
    const fake = fakes();
    const events = await run(1, fake);
    expect(events[0]).toMatchObject({ type: 'started', fps: 25 });
    expect(events.at(-1)).toMatchObject({ type: 'done', receipt: { clip: { frames: 25, seconds: 1 } } });
    expect(fake.log.at(-1)).toBe('finish');
    for (let frame = 0; frame < 25; frame++) {
      const sound = fake.log.indexOf(`audio ${(Math.floor(frame / 2.5) / 10).toFixed(1)}`);
      expect(sound).toBeLessThan(fake.log.indexOf(`frame ${(frame / 25).toFixed(2)}`));
    }
    expect(fake.alive()).toBe(0);
  });

  test('stops between two frames when asked to, and never finishes the clip', async () => {
    const fake = fakes();
    const stop = new AbortController();
    const addFrame = fake.encoder.addFrame;
    fake.encoder.addFrame = async (frame) => {
      await addFrame(frame);
      if (fake.log.length > 5) stop.abort();
    };
    await expect(run(10, fake, stop.signal)).rejects.toThrow();
    expect(fake.log).not.toContain('finish');
    expect(fake.alive()).toBe(0);
  });

  test('refuses to call a clip without frames a clip', async () => {
    await expect(run(0, fakes())).rejects.toMatchObject({ code: 'audio/empty' });
  });
});

test('a stage is charged for its own time, not for the stages it pulls from', async () => {
  let now = 0;
  const stopwatch = new Stopwatch(() => now);
  const inner = async () => {
    now += 3;
  };
  await stopwatch.time('frames', async () => {
    now += 1;
    await stopwatch.time('motion', inner);
    now += 1;
  });
  expect(stopwatch.report()).toEqual({ motion: 3, frames: 2 });
});
