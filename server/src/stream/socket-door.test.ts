import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MotionUnpacker } from '@orator/core/live/motion-wire';
import { CHANNEL_INDEX } from '@orator/core/motion/pose';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { openFrames, readSound } from '../inspect/decode.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { TestService } from '../service/test-service.ts';
import { TestSocket } from './test-socket.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const RATE = 16_000;

let data: string;
let service: TestService;
let source: string;
/** Two seconds of speech: 16-bit samples at 16 kHz. */
let speech: Buffer;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-live-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_MAX_SESSIONS: '3', ORATOR_WORKERS: '1' });
  source = (await readFile(join(FIXTURES, 'portrait.jpg'))).toString('base64');
  speech = (await readFile(join(FIXTURES, 'speech/hello.wav'))).subarray(44);
}, 90_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

const sessions = async () =>
  (await service.ask('/api/v1/stream/sessions')).body as unknown as {
    sessions: { session_id: string }[];
    active: number;
  };
const gone = () => expect.poll(async () => (await sessions()).active, { timeout: 10_000 }).toBe(0);
afterEach(async () => {
  for (const { session_id } of (await sessions()).sessions)
    await service.ask(`/api/v1/stream/sessions/${session_id}`, { method: 'DELETE' });
});
/** Sends sound as a microphone would, but not slower. */
const speak = (client: TestSocket, sound = speech, size = 3200) => {
  for (let from = 0; from < sound.length; from += size) {
    const chunk = sound.subarray(from, from + size);
    client.say({ type: 'audio_chunk', data: chunk.toString('base64'), timestamp: from / 2 / RATE });
  }
};

describe('the messages of the requirement', () => {
  test('status, init, audio, frames with numbers and times, progress, complete', async () => {
    await using client = await TestSocket.open(service.url);
    expect(await client.message('status')).toMatchObject({
      message: expect.any(String),
      session_id: expect.any(String),
    });
    const config = { max_size: 320, crop_scale: 2.3, emo: 4, sampling_timesteps: 50 };
    client.say({ type: 'init', source, config });
    const ready = await client.message('status', 1);
    expect(ready.session_id).toBe(client.of('status')[0]!.session_id);
    expect(ready).toMatchObject({ message: 'Session initialized', unused: ['sampling_timesteps'], fps: 25 });
    speak(client);
    client.say({ type: 'stop' });
    const complete = await client.message('complete');
    await client.end();
    expect(client.closed).toBe(1000);
    const frames = client.of('frame');
    const seconds = speech.length / 2 / RATE;
    expect(frames).toHaveLength(Math.ceil(seconds * 25));
    expect(complete).toMatchObject({ total_frames: frames.length });
    expect(frames.map(({ frame_id }) => frame_id)).toEqual(frames.map((_, k) => k));
    expect(frames.every(({ timestamp }, k) => timestamp === k / 25)).toBe(true);
    const { width, height, format } = await sharp(Buffer.from(String(frames[0]!.data), 'base64')).metadata();
    expect({ width, height, format }).toEqual({ width: ready.width, height: ready.height, format: 'jpeg' });
    expect(Math.max(width, height)).toBeLessThanOrEqual(320);
    const [progress] = client.of('progress');
    if (frames.length >= 25)
      expect(progress).toMatchObject({ processed: 25, fps: expect.any(Number), latency_ms: expect.any(Number) });
    await gone();
  }, 120_000);

  test('what is wrong is told with its code, and no session is left', async () => {
    for (const [message, code] of [
      ['rubbish', 'request/invalid'],
      [{ type: 'dance' }, 'request/invalid'],
      [{ type: 'audio_chunk', data: 'AAAA' }, 'request/invalid'],
      [{ type: 'init' }, 'request/invalid'],
      [{ type: 'init', source: '%%%' }, 'image/unreadable'],
      [{ type: 'init', source: Buffer.from('no picture at all').toString('base64') }, 'upload/unsupported'],
      [{ type: 'init', source, config: { crop_scale: 9 } }, 'request/invalid'],
      [{ type: 'resume', session_id: 'nobody' }, 'session/unknown'],
    ] as const) {
      await using client = await TestSocket.open(service.url);
      client.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
      expect(await client.message('error')).toMatchObject({ code, message: expect.stringMatching(/\.$/) });
      await client.end();
      expect(client.closed).toBe(1008);
    }
    await using faceless = await TestSocket.open(service.url);
    const grey = await sharp({ create: { width: 300, height: 300, channels: 3, background: '#888' } })
      .jpeg()
      .toBuffer();
    faceless.say({ type: 'init', source: grey.toString('base64') });
    expect(await faceless.message('error')).toMatchObject({ code: 'face/not-found' });
    await gone();
  }, 120_000);
});

test('pages of other sites come in neither by WebSocket nor by HTTP, where nobody needs a key', async () => {
  for (const origin of ['https://elsewhere.test', 'null', 'http://127.0.0.1.elsewhere.test']) {
    await expect(TestSocket.open(service.url, { origin })).rejects.toThrow('403');
    for (const path of ['/api/v1/jobs', '/api/v1/internal/avatar/jobs/status']) {
      const answer = await service.ask(path, { headers: { origin } });
      expect(answer).toMatchObject({ status: 403, body: { code: 'key/forbidden' } });
    }
  }
  await using own = await TestSocket.open(service.url, { origin: 'http://localhost:5173' });
  await own.message('status');
});

describe('a session with more than the requirement asks for', () => {
  const config = { mode: 'motion', binary: true, idle: true, audio: true, events: true };
  const start = async (more: Record<string, unknown> = {}) => {
    const client = await TestSocket.open(service.url);
    client.say({ type: 'init', source, config: { ...config, ...more } });
    const { session_id } = await client.message('status', 1);
    return { client, id: String(session_id) };
  };
  const motion = (client: TestSocket) => client.packets.filter(({ kind }) => kind === 3);
  const sound = (client: TestSocket) => client.packets.filter(({ kind }) => kind === 2);
  const loudest = (bytes: Uint8Array) => {
    const samples = new Int16Array(bytes.slice().buffer);
    return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  };

  test('lives before it is spoken to, says a text with its words, and falls silent when it is interrupted', async () => {
    const { client } = await start();
    await using _closing = client;
    await client.until(() => motion(client).length > 12);
    client.say({
      type: 'text',
      text: 'Perhaps my mother brought a big basket of plums home, and then some more of them.',
    });
    await client.message('speaking');
    await client.until(() => sound(client).some(({ bytes }) => loudest(bytes) > 1000));
    expect(await client.message('word')).toMatchObject({ from: 0, to: 7, start: expect.any(Number) });
    await client.message('viseme');
    const unpacker = new MotionUnpacker();
    await client.until(() => client.of('word').length > 3);
    const poses = motion(client).map(({ bytes }) => unpacker.unpack(bytes)!);
    expect(Math.max(...poses.map((pose) => pose[CHANNEL_INDEX.jawOpen]!))).toBeGreaterThan(0.05);
    client.say({ type: 'interrupt' });
    await client.message('interrupted');
    const quiet = client.packets.length;
    await client.until(() => client.packets.length > quiet + 30);
    const after = client.packets.slice(quiet).filter(({ kind }) => kind === 2);
    expect(after.every(({ bytes, generation }) => generation === 1 && loudest(bytes) === 0)).toBe(true);
    expect(client.of('speaking').at(-1)).toMatchObject({ is_speaking: false, how: 'interrupted' });
    const numbers = motion(client).map(({ number }) => number);
    expect(numbers).toEqual(numbers.map((_, k) => k));
  }, 60_000);

  test('is recorded without being disturbed, and the clip is fetched', async () => {
    const { client, id } = await start();
    await using _closing = client;
    const path = `/api/v1/stream/sessions/${id}/recording`;
    expect((await service.ask(path)).status).toBe(409);
    expect((await service.ask(path, { method: 'POST' })).status).toBe(201);
    expect((await service.ask(path, { method: 'POST' })).body.code).toBe('request/conflict');
    client.say({ type: 'text', text: 'This is being recorded.' });
    await client.until(() => client.of('speaking').length >= 2);
    const { status, body } = await service.ask(path, { method: 'DELETE' });
    expect([status, body.kind, body.type]).toEqual([200, 'clip', 'video/mp4']);
    const clip = join(data, 'recorded.mp4');
    await writeFile(clip, Buffer.from(await (await fetch(service.url + body.content)).arrayBuffer()));
    const ffmpeg = await findFfmpeg(loadConfig({ ORATOR_DATA: data }));
    const { signal } = new AbortController();
    const sound = await readSound(ffmpeg, clip, signal);
    const [word] = client.of('word');
    expect(sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeGreaterThan(0.05);
    await using frames = await openFrames(ffmpeg, clip, signal);
    let count = 0;
    for await (const { width, height } of frames.frames()) {
      expect([width, height]).toEqual([client.of('status')[1]!.width, client.of('status')[1]!.height]);
      count++;
    }
    expect(Math.abs(count / 25 - sound.length / RATE)).toBeLessThan(0.05);
    expect(count / 25).toBeGreaterThan(Number(word!.end) - Number(word!.start));
  }, 60_000);

  test('is watched by several, and taken up again after its connection was lost', async () => {
    const { client, id } = await start();
    await using guest = await TestSocket.open(service.url);
    guest.say({ type: 'watch', session_id: id, config: { mode: 'frames', binary: true, idle: true, format: 'webp' } });
    await guest.until(() => guest.packets.length > 3);
    expect(await sharp(guest.packets[0]!.bytes).metadata()).toMatchObject({ format: 'webp' });
    guest.say({ type: 'text', text: 'May I?' });
    expect(await guest.message('error')).toMatchObject({ code: 'key/forbidden' });
    client.socket.terminate();
    await using again = await TestSocket.open(service.url);
    again.say({ type: 'resume', session_id: id, config });
    expect(await again.message('status', 1)).toMatchObject({ message: 'Session resumed', session_id: id });
    again.say({ type: 'text', text: 'Here I am.' });
    await again.message('speaking');
    expect((await service.ask(`/api/v1/stream/sessions/${id}`, { method: 'DELETE' })).status).toBe(204);
    await Promise.all([again.end(), guest.end()]);
    expect([again.closed, guest.closed]).toEqual([1001, 1001]);
    await gone();
  }, 60_000);

  test('there are only so many, and one place is never taken twice', async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => TestSocket.open(service.url)));
    for (const client of clients) client.say({ type: 'init', source, config });
    await Promise.all(clients.map((client) => client.until(() => client.of('status')[1] ?? client.of('error')[0])));
    const busy = clients.filter((client) => client.of('error').length > 0);
    expect(busy).toHaveLength(3);
    expect(busy[0]!.of('error')[0]).toMatchObject({ code: 'session/busy', retry_after: expect.any(Number) });
    expect((await service.ask('/api/v1/stream/stats')).body).toMatchObject({ active_sessions: 3, max_sessions: 3 });
    for (const client of clients) client.socket.terminate();
  }, 60_000);
});
