import { describe, expect, test } from 'vitest';
import { type Fps, fps, frameTime, hertz, seconds } from '../../base/units.ts';
import type { AudioChunk } from '../../media/audio-chunk.ts';
import type { FaceBox } from '../../media/face-crop.ts';
import type { Picture } from '../../media/frame.ts';
import type { ModelSession, Tensors } from '../../models/runtime.ts';
import { engineContract } from '../engine-contract.ts';
import { openWav2lip, type SourceFrame, type Wav2lipSetup, wav2lip } from './engine.ts';
import { melWindows } from './mel-windows.ts';

const [WIDTH, HEIGHT] = [200, 160];
const BOX: FaceBox = { x1: 40, x2: 140, y1: 20, y2: 140 };
const SIZE = 96;

/** Frame `index`: the same grey everywhere, another in each frame. */
const greyOf = (index: number) => 60 + (index % 10);
function greyFrame(index: number): Picture {
  const pixels = new Uint8ClampedArray(WIDTH * HEIGHT * 4).fill(greyOf(index));
  for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255;
  return { width: WIDTH, height: HEIGHT, pixels };
}

async function* video(box: (index: number) => FaceBox | null): AsyncGenerator<SourceFrame> {
  for (let index = 0; ; index++) yield { picture: greyFrame(index), box: box(index) };
}

/** Stands in for the network: paints every face in one colour, and notes what it is given. */
function painter([red, green, blue]: readonly [number, number, number], given: Tensors[] = []): ModelSession {
  return {
    provider: 'test',
    passedOver: [],
    ...{ precision: 'fp32', precisionReason: 'test' },
    run: async (inputs) => {
      given.push(inputs);
      const { shape, values } = inputs.crops!;
      const mouths = new Uint8Array(values.length);
      for (let at = 0; at < mouths.length; at += 3) mouths.set([red, green, blue], at);
      return { mouths: { dtype: 'u8', shape, values: mouths } };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Noise where `loud` says so at a time, digital silence elsewhere. */
async function* sound(length: number, loud = (_: number) => true, onStop = () => {}): AsyncGenerator<AudioChunk> {
  const rate = hertz(16_000);
  const total = Math.round(length * rate);
  try {
    for (let from = 0; from < total; from += 1600) {
      const pcm = Float32Array.from({ length: Math.min(1600, total - from) }, (_, i) =>
        loud((from + i) / rate) ? 0.5 * ((((from + i) * 7919) % 10_007) / 5003.5 - 1) : 0,
      );
      yield { at: seconds(from / rate), rate, pcm };
    }
  } finally {
    onStop();
  }
}

const open = (special: Partial<Wav2lipSetup> = {}) =>
  openWav2lip({
    width: WIDTH,
    height: HEIGHT,
    fps: fps(25),
    faceSize: SIZE,
    network: painter([250, 20, 10]),
    batch: 4,
    source: () => video(() => BOX),
    matchColour: false,
    ...special,
  });

const pixelAt = (pixels: Uint8ClampedArray, x: number, y: number) => [
  ...pixels.subarray((y * WIDTH + x) * 4, (y * WIDTH + x) * 4 + 3),
];

engineContract<AudioChunk>(wav2lip, {
  open: async (rate: Fps) => open({ fps: rate }),
  speak: (frames, rate, onStop) => sound(frames / rate, undefined, onStop),
});

describe('a mouth', () => {
  test('is painted where it belongs, in its colour, with soft edges, and nowhere else', async () => {
    await using session = open();
    let index = 0;
    for await (using frame of session.frames(sound(0.48))) {
      const grey = greyOf(index);
      const still = [grey, grey, grey];
      if (index >= 2) expect(pixelAt(frame.pixels, 90, 110)).toEqual([250, 20, 10]);
      expect(pixelAt(frame.pixels, 90, 60)).toEqual(still); // eyes
      const edge = pixelAt(frame.pixels, 90, 71)[0]!; // 3 pixels into the soft edge, which begins at 68
      if (index >= 2) expect(edge > grey + 10 && edge < 240).toBe(true);
      for (const [x, y] of [
        [39, 110],
        [140, 110],
        [90, 140],
        [90, 19],
        [0, 0],
        [199, 159],
      ] as const) {
        expect(pixelAt(frame.pixels, x, y)).toEqual(still);
      }
      index++;
    }
    expect(index).toBe(12);
  });

  test('is drawn from the face as it is in its own frame', async () => {
    const given: Tensors[] = [];
    await using session = open({ network: painter([0, 0, 0], given), batch: 3 });
    for await (using _ of session.frames(sound(0.4)));
    const greys = given.flatMap(({ crops }) =>
      Array.from({ length: crops!.shape[0]! }, (_, i) => Number(crops!.values[i * SIZE * SIZE * 3])),
    );
    expect(greys).toEqual(Array.from({ length: 10 }, (_, index) => greyOf(index)));
    expect(given.map(({ mel }) => mel!.shape)).toEqual([3, 3, 3, 1].map((count) => [count, 1, 80, 16]));
  });

  test('of a face that is not there is left alone', async () => {
    await using session = open({ source: () => video((index) => (index === 5 ? null : BOX)) });
    const reds: number[] = [];
    for await (using frame of session.frames(sound(0.4))) reds.push(pixelAt(frame.pixels, 90, 110)[0]!);
    expect(reds[4]).toBe(250);
    expect(reds[5]).toBe(greyOf(5));
    expect(reds[6]).toBe(250);
  });

  test('stays as it was in silence, and moves at the time of the sound', async () => {
    const given: Tensors[] = [];
    await using session = open({ network: painter([250, 20, 10], given), batch: 1 });
    const reds: number[] = [];
    const speaks = (at: number) => at >= 1 && at < 2;
    for await (using frame of session.frames(sound(3, speaks))) reds.push(pixelAt(frame.pixels, 90, 110)[0]!);
    expect(reds).toHaveLength(75);
    const painted = reds.flatMap((red, index) => (red === 250 ? [index] : []));
    const touched = reds.flatMap((red, index) => (red === greyOf(index) ? [] : [index]));
    // A window looks 0.2 s ahead, what decides 0.075 s; shutting takes five frames.
    expect(frameTime(touched[0]!, fps(25))).toBeGreaterThanOrEqual(0.88);
    expect(frameTime(painted[0]!, fps(25))).toBeLessThanOrEqual(1);
    expect(frameTime(touched.at(-1)!, fps(25))).toBeLessThanOrEqual(2.25);
    expect(painted.at(-1)! - painted[0]! + 1).toBe(painted.length);
    expect(given.length).toBe(touched.length); // nothing is drawn for silence
  });

  test('takes on the light of the face around it, a little', async () => {
    const draw = async (matchColour: boolean) => {
      await using session = open({ network: painter([70, 66, 20]), matchColour });
      let last: number[] = [];
      for await (using frame of session.frames(sound(0.2))) last = pixelAt(frame.pixels, 90, 110);
      return last;
    };
    expect(await draw(false)).toEqual([70, 66, 20]);
    const [red, green, blue] = await draw(true);
    expect([red, green]).toEqual([greyOf(4), greyOf(4)]);
    expect(blue).toBe(30); // as far as it may go
  });
});

describe('what the network hears', () => {
  test('for each frame begins at its time, whatever the rate and the chunks', async () => {
    const click = (at: number) => at >= 0.5 && at < 0.51;
    for (const rate of [24, 25, 30]) {
      let index = 0;
      for await (const { mel } of melWindows(sound(1, click), fps(rate))) {
        // The band of noise that the click fills most, column by column: loud where the click is, within a window of 50 ms.
        const loud = Array.from({ length: 16 }, (_, column) => mel[40 * 16 + column]! > -3);
        const from = Math.floor((index / rate) * 80);
        for (const [column, isLoud] of loud.entries()) {
          const distance = Math.abs((from + column) / 80 - 0.505);
          if (distance < 0.02) expect(isLoud).toBe(true);
          if (distance > 0.035) expect(isLoud).toBe(false);
        }
        index++;
      }
      expect(index).toBe(rate);
    }
  });
});
