import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hertz } from '@orator/core/base/units';
import { MotionUnpacker } from '@orator/core/live/motion-wire';
import { parseWav, writeWav } from '@orator/core/media/wav';
import { CHANNEL_INDEX, type Pose } from '@orator/core/motion/pose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestService } from '../service/test-service.ts';

const TEXT = 'Perhaps my mother brought a big basket of plums home.';

let data: string;
let service: TestService;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-previews-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '0' });
}, 90_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

/** What was previewed, read back. */
async function preview(body: Record<string, unknown>) {
  const { status, body: answer } = await service.ask('/api/v1/previews', { body });
  if (status !== 200) throw new Error(`${status} ${answer.code}: ${answer.detail}`);
  const unpacker = new MotionUnpacker();
  const motion = answer.motion as unknown as readonly string[];
  const poses = motion.map((packet) => unpacker.unpack(Buffer.from(packet, 'base64'))!);
  const wav = Uint8Array.from(Buffer.from(String(answer.sound), 'base64'));
  return { poses, wav, ...parseWav(wav), fps: Number(answer.fps), seconds: Number(answer.seconds), answer };
}

const jaw = (pose: Pose) => pose[CHANNEL_INDEX.jawOpen]!;
const loudest = (pcm: Float32Array) => pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

describe('a preview', () => {
  test('is the sound of a text and a face that moves with it, of the same length, with the words in their places', async () => {
    const { poses, pcm, rate, fps, seconds, answer } = await preview({ text: TEXT });
    expect(fps).toBe(25);
    expect(poses.length / fps).toBeCloseTo(seconds);
    expect(pcm.length / rate).toBeCloseTo(seconds, 3);
    expect(loudest(pcm)).toBeGreaterThan(0.1);
    expect(Math.max(...poses.map(jaw))).toBeGreaterThan(0.15);
    expect(jaw(poses.at(-1)!)).toBeLessThan(0.05);
    const words = answer.words as unknown as readonly { start: number; end: number; from: number; to: number }[];
    expect(words.map(({ from, to }) => TEXT.slice(from, to).replace('.', ''))).toEqual(
      TEXT.replace('.', '').split(' '),
    );
    for (const [k, { start, end }] of words.entries()) {
      expect(end).toBeGreaterThan(start);
      expect(start).toBeGreaterThanOrEqual(words[k - 1]?.start ?? 0);
    }
  });

  test('ends where it was asked to, however much there is to say', async () => {
    const { poses, pcm, rate, seconds } = await preview({ text: `${TEXT} `.repeat(40), seconds: 2, fps: 20 });
    expect([poses.length, seconds, pcm.length / rate]).toEqual([40, 2, 2]);
  });

  test('has the mood that was asked for', async () => {
    const smile = async (emotion: string) => {
      const { poses } = await preview({ text: TEXT, emotion, intensity: 1 });
      return Math.max(...poses.map((pose) => pose[CHANNEL_INDEX.mouthSmileLeft]!));
    };
    expect(await smile('happy')).toBeGreaterThan((await smile('sad')) + 0.2);
  });

  test('says a recording that was uploaded, and keeps nothing of it', async () => {
    const { wav } = await preview({ text: TEXT });
    const { body: asset } = await service.upload(wav, 'voice.wav');
    const { poses, pcm } = await preview({ audio: asset.id, seconds: 2 });
    expect(poses).toHaveLength(50);
    expect(Math.max(...poses.map(jaw))).toBeGreaterThan(0.1);
    expect(loudest(pcm)).toBeGreaterThan(0.1);
    const [own] = await readdir(join(data, 'scratch'));
    expect(await readdir(join(data, 'scratch', own!))).toEqual([]);
  });

  test('of silence shows a mouth that is shut', async () => {
    const { body: asset } = await service.upload(writeWav(new Float32Array(32_000), hertz(16_000)), 'silence.wav');
    const { poses, pcm } = await preview({ audio: asset.id, seconds: 1 });
    expect(poses).toHaveLength(25);
    expect(Math.max(...poses.map(jaw))).toBeLessThan(0.05);
    expect(loudest(pcm)).toBe(0);
  });

  test.each([
    ['nothing to say', {}, 400, 'request/invalid'],
    ['a picture', { text: TEXT, image: 'x' }, 400, 'request/invalid'],
    ['too long a time', { text: TEXT, seconds: 21 }, 400, 'request/invalid'],
    ['a voice that is not there', { text: TEXT, voice: 'tlh' }, 400, 'voice/unknown'],
    ['an address', { audio: 'https://example.com/a.wav' }, 400, 'request/invalid'],
    ['a recording that is not there', { audio: '5c2ab84a-5f57-46ce-a95b-513c8a7f9cf6' }, 404, 'asset/unknown'],
    ['an emotion that nobody has', { text: TEXT, emotion: 'bored' }, 400, 'request/invalid'],
  ])('is refused for %s', async (_what, body, status, code) => {
    const asked = await service.ask('/api/v1/previews', { body });
    expect([asked.status, asked.body.code]).toEqual([status, code]);
  });
});
