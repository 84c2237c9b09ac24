import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { hertz } from '@orator/core/base/units';
import { writeWav } from '@orator/core/media/wav';
import type { Receipt } from '@orator/core/produce/receipt';
import { parseRequest } from '@orator/core/produce/request';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { openFrames } from '../inspect/decode.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { installWeights, writePainter } from '../model-store/test-weights.ts';
import { onnxForTests, openTestRuntime } from '../runtime/onnx/test-onnx.ts';
import { type ClipOrder, makeClip } from './clip.ts';
import { makeFaceVideo } from './video/test-face-video.ts';

const RED = [210, 40, 30] as const;
const RATE = hertz(16_000);
const FACE = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));
/** Colours that went through a video twice are this close. */
const NEAR = 12;
const { signal } = new AbortController();

let folder: string;
let env: Record<string, string>;
let video: string;
const runtime = openTestRuntime();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-wav2lip-clip-'));
  env = { ORATOR_DATA: join(folder, 'data'), ORATOR_ONNX_RUNTIME: onnxForTests(), ORATOR_BACKEND: 'cpu' };
  await writePainter(join(folder, 'painter.pth'), 96, RED);
  await installWeights(join(folder, 'data', 'models'), 'wav2lip', join(folder, 'painter.pth'));
  video = join(folder, 'face.mp4');
  await makeFaceVideo(video, { seconds: 1 });
}, 300_000);
afterAll(async () => {
  await runtime[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Noise from `loud[0]` to `loud[1]`, silence for the rest. */
async function sound(name: string, seconds: number, loud: readonly [number, number]): Promise<string> {
  const isLoud = (n: number) => n / RATE >= loud[0] && n / RATE < loud[1];
  const pcm = Float32Array.from({ length: Math.round(seconds * RATE) }, (_, n) =>
    isLoud(n) ? ((n * 7919) % 10_007) / 10_007 - 0.5 : 0,
  );
  const path = join(folder, `${name}.wav`);
  await writeFile(path, writeWav(pcm, RATE));
  return path;
}

let clips = 0;
interface Made {
  readonly path: string;
  readonly receipt: Receipt;
}
async function make(order: Partial<ClipOrder>, options: Record<string, unknown> = {}): Promise<Made> {
  const where = await mkdtemp(join(folder, 'clip-'));
  const output = join(where, `${clips++}.mp4`);
  const clip = makeClip(
    { request: parseRequest({ engine: 'wav2lip', ...options }), output, fallback: 'none', ...order },
    {
      config: loadConfig(env),
      runtime,
      clock: () => performance.now() / 1000,
      stdin: Readable.from([]),
      signal,
      stage: () => {},
    },
  );
  try {
    for await (const event of clip) if (event.type === 'done') return { path: output, receipt: event.receipt };
  } finally {
    expect((await readdir(where)).filter((name) => name.startsWith('.'))).toEqual([]); // nothing temporary stays
  }
  throw new Error('The clip did not end.');
}

/** Every frame of a video, as a picture whose pixels may be asked for. */
async function framesOf(path: string) {
  await using clip = await openFrames(await findFfmpeg(loadConfig(process.env)), path, signal);
  const frames: { width: number; height: number; at: (x: number, y: number) => readonly number[] }[] = [];
  for await (const { width, height, pixels } of clip.frames()) {
    const kept = pixels.slice();
    const at = (x: number, y: number) => [...kept.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
    frames.push({ width, height, at });
  }
  return { fps: clip.fps, frames };
}
type Frames = Awaited<ReturnType<typeof framesOf>>['frames'];

const isRed = (pixel: readonly number[]) => pixel.every((value, k) => Math.abs(value - RED[k]!) < NEAR);
/** Where red is seen: its bounds, or `null`. */
function redIn({ width, height, at }: Frames[number]) {
  let [x1, x2, y1, y2] = [width, -1, height, -1];
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      if (!isRed(at(x, y))) continue;
      [x1, x2, y1, y2] = [Math.min(x1, x), Math.max(x2, x), Math.min(y1, y), Math.max(y2, y)];
    }
  }
  return x2 < 0 ? null : { x1, x2, y1, y2 };
}
/** The bar at the edge, which tells of which frame of the video a frame was made. */
const barOf = ({ at }: Frames[number]) => at(10, 100)[1]!;

describe('a video whose mouth follows new sound', { timeout: 240_000 }, () => {
  test('speaks while there is sound, in the colours of the network, in the lower half of the face as it moves, and nowhere else', async () => {
    const audio = await sound('late', 0.96, [0.4, 0.96]);
    const { path, receipt } = await make({ video, audio });
    const before = (await framesOf(video)).frames;
    const { fps, frames } = await framesOf(path);
    expect([fps, frames.length, frames[0]!.width, frames[0]!.height]).toEqual([25, 24, 384, 480]);
    const mouths = frames.map(redIn);
    expect(mouths.slice(0, 7).every((mouth) => mouth === null)).toBe(true); // silence keeps the video's own mouth
    for (const [index, mouth] of mouths.entries()) if (index >= 12) expect(mouth).not.toBeNull();
    const [early, late] = [mouths[12]!, mouths[23]!];
    const moved = (late.x1 + late.x2 - early.x1 - early.x2) / 2;
    expect(Math.abs(moved - (11 / 25) * 40)).toBeLessThan(5);
    for (const [index, frame] of frames.entries()) {
      const mouth = mouths.at(-1)!;
      const source = before[index]!;
      let worst = 0;
      for (let y = 0; y < frame.height; y += 3) {
        for (let x = 0; x < frame.width; x += 3) {
          const inside = y > mouth.y1 - 40 && y < mouth.y2 + 24 && x > mouth.x1 - 50 && x < mouth.x2 + 24;
          if (inside) continue;
          for (let k = 0; k < 3; k++) worst = Math.max(worst, Math.abs(frame.at(x, y)[k]! - source.at(x, y)[k]!));
        }
      }
      expect(worst).toBeLessThan(40); // two codings of an edge
    }
    expect(receipt).toMatchObject({ outcome: 'success', engine: 'wav2lip', timing: 'audio' });
    expect(receipt.models[0]).toMatchObject({
      ...{ name: 'wav2lip', provider: 'cpu', precision: 'fp32', precisionReason: 'fp16 is no quicker there' },
    });
    expect(receipt.models[0]!.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('goes back and forth where the sound is longer, and ends with it where it is shorter', async () => {
    const short = join(folder, 'short.mp4');
    await makeFaceVideo(short, { seconds: 0.4 });
    const { frames: source } = await framesOf(short);
    expect(source).toHaveLength(10);
    const { path } = await make({ video: short, audio: await sound('long', 1.2, [0, 1.2]) });
    const { frames } = await framesOf(path);
    const order = [...Array(10).keys(), 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7];
    expect(frames).toHaveLength(order.length);
    for (const [index, frame] of frames.entries()) {
      expect(Math.abs(barOf(frame) - barOf(source[order[index]!]!)), `frame ${index}`).toBeLessThan(2);
    }
    // The mouth goes back with the face.
    const middle = (frame: Frames[number]) => redIn(frame)!.x1 + redIn(frame)!.x2;
    expect(Math.abs(middle(frames[5]!) - middle(frames[13]!))).toBeLessThan(6);
    const brief = await make({ video, audio: await sound('brief', 0.3, [0, 0.3]) });
    expect(brief.receipt.clip.frames).toBe(8);
  });

  test('bridges a face that is away for less than a second, and says where one is away for longer', async () => {
    const blink = join(folder, 'blink.mp4');
    await makeFaceVideo(blink, { seconds: 1.2, dark: [0.5, 0.7] });
    const { path } = await make({ video: blink, audio: await sound('whole', 1.2, [0, 1.2]) });
    const { frames } = await framesOf(path);
    expect(frames.map(redIn).slice(2)).not.toContain(null);
    const gone = join(folder, 'gone.mp4');
    await makeFaceVideo(gone, { seconds: 1.9, dark: [0.6, 1.9] });
    const failing = make({ video: gone, audio: await sound('longer', 1.9, [0, 1.9]) });
    await expect(failing).rejects.toMatchObject({
      code: 'face/not-found',
      message: expect.stringMatching(/from second 0\.[67] of the video on/),
    });
  });

  test('a picture speaks too; what cannot be asked for is said', async () => {
    const { path, receipt } = await make(
      { image: FACE, audio: await sound('picture', 0.24, [0, 0.24]) },
      { emotion: 'happy' },
    );
    const { frames } = await framesOf(path);
    expect([frames.length, redIn(frames[4]!) !== null]).toEqual([6, true]);
    expect(receipt.warnings).toContain('Wav2Lip changes nothing but the mouth: emotion had no effect.');
    const audio = await sound('none', 0.2, [0, 0.2]);
    await expect(make({ video, audio }, { face: 1 })).rejects.toMatchObject({ code: 'request/invalid' });
    await expect(make({ video, audio }, { model: 'musetalk' })).rejects.toMatchObject({ code: 'request/invalid' });
    await expect(make({ video: audio, audio })).rejects.toMatchObject({ code: 'video/unsupported' });
    await expect(make({ video, audio }, { engine: 'portrait' })).rejects.toMatchObject({ code: 'request/invalid' });
  });

  test('faces of 256 are drawn by the other network', async () => {
    await writePainter(join(folder, 'large.pth'), 256, RED);
    await installWeights(join(folder, 'data', 'models'), 'wav2lip-256', join(folder, 'large.pth'));
    const { path, receipt } = await make(
      { video, audio: await sound('few', 0.16, [0, 0.16]) },
      { model: 'wav2lip-256' },
    );
    expect(receipt.models[0]).toMatchObject({ name: 'wav2lip-256' });
    const { frames } = await framesOf(path);
    expect(redIn(frames[3]!)).not.toBeNull();
  });
});
