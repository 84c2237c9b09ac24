import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fps, hertz, seconds } from '@orator/core/base/units';
import { openWav2lip, type SourceFrame } from '@orator/core/engines/wav2lip/engine';
import type { AudioChunk } from '@orator/core/media/audio-chunk';
import type { FaceBox } from '@orator/core/media/face-crop';
import type { Picture } from '@orator/core/media/frame';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { openFrames } from '../inspect/decode.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { openLandmarker } from '../runtime/landmarks.ts';
import { onnxForTests, openTestRuntime } from '../runtime/onnx/test-onnx.ts';
import { ModelStore } from './model-store.ts';
import { readyNetwork } from './ready-network.ts';
import { installWeights, writePainter } from './test-weights.ts';

const video = join(process.env.ORATOR_TESTDATA ?? '../shared/testdata', 'video', 'talk_woman_seated_720x1280.mp4');
const FRAMES = 8;
const RED_GREEN_BLUE = [200, 60, 30] as const;

let folder: string;
beforeAll(async () => {
  onnxForTests();
  folder = await mkdtemp(join(tmpdir(), 'orator-wav2lip-'));
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function* noise(frames: number): AsyncGenerator<AudioChunk> {
  const pcm = Float32Array.from({ length: frames * 640 }, (_, n) => ((n * 7919) % 10_007) / 10_007 - 0.5);
  yield { at: seconds(0), rate: hertz(16_000), pcm };
}

async function boxOf(picture: Picture): Promise<FaceBox> {
  await using landmarker = await openLandmarker();
  const [face] = await landmarker.detect(picture);
  const { x, y, width, height } = face!;
  return { x1: x, x2: x + width, y1: y, y2: y + height };
}

describe.skipIf(!existsSync(video))('Wav2Lip on a real video (skipped without testdata)', () => {
  test('official checkpoint, network, runtime and engine paint the mouth and nothing else', {
    timeout: 240_000,
  }, async () => {
    const given = join(folder, 'wav2lip.pth');
    await writePainter(given, 96, RED_GREEN_BLUE);
    const { signal } = new AbortController();
    await installWeights(join(folder, 'models'), 'wav2lip', given);
    const store = new ModelStore(join(folder, 'models'));
    await using runtime = openTestRuntime();
    const network = await runtime.open(await readyNetwork(store, 'wav2lip', 'speak', 4));

    await using clip = await openFrames(await findFfmpeg(loadConfig(process.env)), video, signal);
    const pictures: Picture[] = [];
    for await (const { width, height, pixels } of clip.frames()) {
      pictures.push({ width, height, pixels: pixels.slice() });
      if (pictures.length === FRAMES) break;
    }
    const { width, height } = pictures[0]!;
    const box = await boxOf(pictures[0]!);
    const source = async function* (): AsyncGenerator<SourceFrame> {
      for (const picture of pictures) yield { picture, box };
    };
    await using session = openWav2lip({
      width,
      height,
      fps: fps(25),
      faceSize: 96,
      network,
      batch: 4,
      source,
      matchColour: false,
    });
    let index = 0;
    for await (using frame of session.frames(noise(FRAMES))) {
      const at = (x: number, y: number) => (Math.round(y) * width + Math.round(x)) * 4;
      const mouth = at((box.x1 + box.x2) / 2, box.y1 + (box.y2 - box.y1) * 0.75);
      if (index >= 2) {
        for (const [k, level] of RED_GREEN_BLUE.entries())
          expect(Math.abs(frame.pixels[mouth + k]! - level)).toBeLessThan(2);
      }
      const before = pictures[index]!.pixels;
      const top = box.y1 + (box.y2 - box.y1) * 0.4 - 1;
      let changed = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const inside = x >= box.x1 && x < box.x2 && y >= top && y < box.y2;
          const from = at(x, y);
          if (!inside && before.subarray(from, from + 4).some((value, k) => value !== frame.pixels[from + k]))
            changed++;
        }
      }
      expect(changed).toBe(0);
      index++;
    }
    expect(index).toBe(FRAMES);
  });
});
