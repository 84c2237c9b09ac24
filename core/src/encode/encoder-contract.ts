import { describe, expect, test } from 'vitest';
import { fps, hertz, seconds } from '../base/units.ts';
import type { AudioChunk } from '../media/audio-chunk.ts';
import type { Frame } from '../media/frame.ts';
import type { Encoder, EncoderSession } from './encoder.ts';

/** A clip as a player sees it. */
export interface DecodedClip {
  /** RGBA of each frame, in order, at constant rate from 0. */
  readonly frames: readonly Uint8Array[];
  /** Mono, 48 kHz, from 0. */
  readonly sound: Float32Array;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the cases need besides the encoder. */
export interface EncoderBench {
  /** A path in an empty folder of its own. */
  newPath(): Promise<string>;
  /** Names of the files beside a path, itself included. */
  filesBeside(path: string): Promise<readonly string[]>;
  decode(path: string, width: number, height: number): Promise<DecodedClip>;
  /** A path that can never be written. */
  readonly unwritable: string;
}

const WIDTH = 96;
const HEIGHT = 64;
const RATE = 48_000;
const FPS = 25;
const SPEC = { width: WIDTH, height: HEIGHT, fps: fps(FPS), audioRate: hertz(RATE) };

/** The cases that every encoder must pass. */
export const encoderContract = (encoder: Encoder, bench: EncoderBench) =>
  describe(`${encoder.format} encoder`, () => {
    const make = async (use: (session: EncoderSession) => Promise<void>, metadata = {}) => {
      const path = await bench.newPath();
      await using session = await encoder.open(path, SPEC, new AbortController().signal);
      await use(session);
      const result = await session.finish(metadata);
      return { path, result, clip: await bench.decode(path, WIDTH, HEIGHT) };
    };

    test('shows every frame, in its colours, for as long as they last', async () => {
      const { result, clip } = await make(async (session) => {
        for (let i = 0; i < 30; i++) {
          await session.addAudio(sound(i / FPS, RATE / FPS));
          await session.addFrame(frame(i, COLOURS[i % COLOURS.length]!));
        }
      });
      expect(result).toMatchObject({ frames: 30, duration: 1.2 });
      expect(clip.frames.length).toBe(30);
      for (const [i, pixels] of clip.frames.entries()) expectColour(pixels, COLOURS[i % COLOURS.length]!);
    });

    test('a flash and its click stay together, first and last', async () => {
      const flashes = [0, 25, 74];
      const { clip } = await make(async (session) => {
        for (let i = 0; i < 75; i++) {
          await session.addAudio(sound(i / FPS, RATE / FPS, flashes.includes(i) ? [0] : []));
          await session.addFrame(frame(i, flashes.includes(i) ? [255, 255, 255] : [30, 30, 30]));
        }
      });
      const seen = clip.frames.flatMap((pixels, i) => (pixels[1]! > 140 ? [i / FPS] : []));
      expect(seen).toEqual(flashes.map((i) => i / FPS));
      const heard = flashes.map((i) => clickNear(clip.sound, (i * RATE) / FPS) / RATE);
      for (const [i, at] of heard.entries()) expect(Math.abs(at - seen[i]!)).toBeLessThan(0.005);
    });

    test('keeps what a frame does not change', async () => {
      const { clip } = await make(async (session) => {
        await session.addAudio(sound(0, (2 * RATE) / FPS));
        await session.addFrame(frame(0, [200, 30, 30]));
        await session.addFrame({
          ...frame(1, [30, 30, 200]),
          changed: { x: 0, y: 0, width: WIDTH / 2, height: HEIGHT },
        });
      });
      expectColour(clip.frames[1]!, [30, 30, 200], WIDTH / 4);
      expectColour(clip.frames[1]!, [200, 30, 30], (WIDTH * 3) / 4);
    });

    test('takes all sound before the first frame, and the last frame stays until the sound ends', async () => {
      const { result, clip } = await make(async (session) => {
        for (let i = 0; i < 41; i++) await session.addAudio(sound(i / 10, RATE / 10, i === 40 ? [RATE / 20] : []));
        for (let i = 0; i < 100; i++) await session.addFrame(frame(i, [i, i, i]));
      });
      expect(result.frames).toBe(103); // 4.1 s end within frame 103
      expect(clip.frames.length).toBe(103);
      expectColour(clip.frames[102]!, [99, 99, 99]);
      expect(Math.abs(clickNear(clip.sound, 4.05 * RATE) / RATE - 4.05)).toBeLessThan(0.005);
    });

    test('sound that ends early is followed by silence', async () => {
      const { clip } = await make(async (session) => {
        await session.addAudio(sound(0, RATE / 2, [100]));
        for (let i = 0; i < 50; i++) await session.addFrame(frame(i, [90, 90, 90]));
      });
      expect(clip.sound.length).toBeGreaterThanOrEqual(2 * RATE);
      expect(clip.sound.subarray(0.6 * RATE).every((sample) => Math.abs(sample) < 0.001)).toBe(true);
    });

    test('carries its metadata, however long and in any script', async () => {
      const metadata = {
        title: 'Grüße, 你好',
        comment: JSON.stringify({ note: 'x"y\n'.repeat(20_000) }),
        mood: 'calm',
      };
      const { clip } = await make(async (session) => {
        await session.addAudio(sound(0, RATE / FPS));
        await session.addFrame(frame(0, [90, 90, 90]));
      }, metadata);
      expect(clip.metadata).toMatchObject(metadata);
    });

    test('nothing bears the name before it is finished, and nothing is left when it never is', async () => {
      const path = await bench.newPath();
      {
        await using session = await encoder.open(path, SPEC, new AbortController().signal);
        await session.addAudio(sound(0, RATE));
        for (let i = 0; i < 25; i++) await session.addFrame(frame(i, [i, i, i]));
        const name = path.split(/[\\/]/).at(-1);
        expect(await bench.filesBeside(path)).not.toContain(name);
      }
      expect(await bench.filesBeside(path)).toEqual([]);
    });

    test('an abort ends it as cancelled and leaves nothing', async () => {
      const path = await bench.newPath();
      const abort = new AbortController();
      const work = async () => {
        await using session = await encoder.open(path, SPEC, abort.signal);
        for (let i = 0; ; i++) {
          await session.addAudio(sound(i / FPS, RATE / FPS));
          await session.addFrame(frame(i, [i % 256, 0, 0]));
          if (i === 40) abort.abort();
        }
      };
      await expect(work()).rejects.toMatchObject({ code: 'cancelled' });
      expect(await bench.filesBeside(path)).toEqual([]);
    });

    test('refuses a place that cannot be written before anything is encoded', async () => {
      const opening = encoder.open(bench.unwritable, SPEC, new AbortController().signal);
      await expect(opening).rejects.toMatchObject({ code: 'output/unwritable' });
    });
  });

type Colour = readonly [number, number, number];
const COLOURS: readonly Colour[] = [
  [200, 40, 40],
  [40, 160, 40],
  [40, 40, 200],
  [128, 128, 128],
];

function frame(index: number, [r, g, b]: Colour): Frame {
  const pixels = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  for (let at = 0; at < pixels.length; at += 4) pixels.set([r, g, b, 255], at);
  return { at: seconds(index / FPS), width: WIDTH, height: HEIGHT, pixels, [Symbol.dispose]: () => {} };
}

/** A quiet hum with a loud click of 2 samples at each of the given places. */
function sound(at: number, length: number, clicks: readonly number[] = []): AudioChunk {
  const pcm = Float32Array.from({ length }, (_, i) => 0.02 * Math.sin(i / 10));
  for (const click of clicks) pcm.fill(0.95, click, click + 2);
  return { at: seconds(at), rate: hertz(RATE), pcm };
}

/** The loudest sample within 50 ms of a place. */
function clickNear(pcm: Float32Array, place: number): number {
  let loudest = -1;
  for (let i = Math.max(0, place - 2400); i < Math.min(pcm.length, place + 2400); i++) {
    if (loudest < 0 || Math.abs(pcm[i]!) > Math.abs(pcm[loudest]!)) loudest = i;
  }
  return loudest;
}

/** Compression may change a flat colour by a few steps. */
function expectColour(pixels: Uint8Array, colour: Colour, x = WIDTH / 2): void {
  const at = ((HEIGHT / 2) * WIDTH + x) * 4;
  for (const [c, value] of colour.entries()) expect(Math.abs(pixels[at + c]! - value)).toBeLessThan(6);
}
