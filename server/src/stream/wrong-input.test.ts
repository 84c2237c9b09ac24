import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket as DeafSocket } from 'ws';
import { TestService } from '../service/test-service.ts';
import { TestSocket } from './test-socket.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const RATE = 16_000;

let data: string;
let service: TestService;
let picture: Buffer;
/** 16-bit samples at 16 kHz. */
let speech: Buffer;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-wrong-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '1' });
  picture = await sharp(join(FIXTURES, 'portrait.jpg')).resize(512).jpeg().toBuffer();
  speech = (await readFile(join(FIXTURES, 'speech/hello.wav'))).subarray(44);
}, 90_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});
const sessions = async () =>
  (await service.ask('/api/v1/stream/sessions')).body as unknown as { sessions: { session_id: string }[] };
afterEach(async () => {
  for (const { session_id } of (await sessions()).sessions)
    await service.ask(`/api/v1/stream/sessions/${session_id}`, { method: 'DELETE' });
});

/** Only motion is sent, frame by frame, where `more` says nothing else. */
async function begin(more: Record<string, unknown> = {}, source = picture): Promise<TestSocket> {
  const client = await TestSocket.open(service.url);
  const config = { max_size: 128, mode: 'motion', events: true, ...more };
  client.say({ type: 'init', source: source.toString('base64'), config });
  await client.message('status', 1);
  return client;
}
const chunk = (bytes: Uint8Array, more: Record<string, unknown> = {}) => ({
  type: 'audio_chunk',
  data: Buffer.from(bytes).toString('base64'),
  ...more,
});
/** Lets all be said, and gives the number of frames. */
async function finish(client: TestSocket): Promise<number> {
  client.say({ type: 'stop' });
  const { total_frames } = await client.message('complete', 0, 120);
  await client.end();
  expect(client.closed).toBe(1000);
  return Number(total_frames);
}
const framesOf = (bytes: number, rate = RATE) => Math.ceil((bytes / 2 / rate) * 25);

describe('sound that is wrong', () => {
  test('is told with its code, and the session goes on', async () => {
    await using client = await begin();
    const wrong = [
      chunk(speech.subarray(0, 101)),
      { type: 'audio_chunk', data: '%%%%' },
      { type: 'audio_chunk', data: 17 },
      { type: 'audio_chunk' },
      chunk(speech.subarray(0, 320), { timestamp: 'now' }),
      chunk(speech.subarray(0, 320), { sample_rate: 1 }),
      chunk(speech.subarray(0, 320), { sample_rate: 192_000 }),
    ];
    for (const message of wrong) client.say(message);
    client.socket.send(speech.subarray(0, 33));
    await client.message('error', wrong.length);
    expect(client.of('error').every(({ code }) => code === 'request/invalid')).toBe(true);
    client.say(chunk(new Uint8Array()));
    client.say(chunk(speech));
    expect(await finish(client)).toBe(framesOf(speech.length));
    expect(client.of('error')).toHaveLength(wrong.length + 1);
  }, 120_000);

  test('of more than waits may is refused; what came before is heard', async () => {
    await using client = await begin();
    const minute = Buffer.alloc(RATE * 2 * 60);
    for (let k = 0; k < 7; k++) client.socket.send(minute);
    expect(await client.message('error')).toMatchObject({ code: 'limit/reached' });
    client.say({ type: 'interrupt' });
    await client.message('interrupted');
    client.say(chunk(speech));
    await client.until(() => client.of('speaking').filter(({ is_speaking }) => is_speaking)[1]);
    await finish(client);
  }, 120_000);
});

describe('sound whose times are strange', () => {
  test('is heard as it comes, whatever its timestamps say', async () => {
    await using client = await begin();
    const size = 3200;
    for (let from = 0, k = 0; from < speech.length; from += size, k++) {
      const timestamp = [0, -1e9, 1e12, 0.1, 1e-300, Number.MAX_VALUE][k % 6];
      client.say(chunk(speech.subarray(from, from + size), { timestamp }));
    }
    expect(await finish(client)).toBe(framesOf(speech.length));
    expect(client.of('error')).toEqual([]);
    const visemes = client.of('viseme').map(({ start }) => Number(start));
    expect(visemes.length).toBeGreaterThan(5);
    expect(visemes).toEqual(visemes.toSorted((a, b) => a - b));
  }, 60_000);

  test('goes on after a gap, as something new to be said', async () => {
    await using client = await begin();
    const half = 2 * Math.round(speech.length / 4);
    client.say(chunk(speech.subarray(0, half)));
    await client.until(() => client.of('speaking').at(-1)?.is_speaking === false);
    client.say(chunk(speech.subarray(half)));
    await client.until(() => client.of('speaking').length >= 3);
    await finish(client);
    expect(client.of('speaking').map(({ is_speaking }) => is_speaking)).toEqual([true, false, true, false]);
    expect(client.of('error')).toEqual([]);
  }, 60_000);

  test('at another rate lasts as long as it says', async () => {
    await using client = await begin();
    client.say(chunk(speech, { sample_rate: 32_000 }));
    expect(await finish(client)).toBe(framesOf(speech.length, 32_000));
  }, 60_000);

  test('may be silence for long: the mouth stays shut, and what is said after it is heard', async () => {
    await using client = await begin();
    const silence = Buffer.alloc(RATE * 2);
    for (let k = 0; k < 8; k++) client.socket.send(silence);
    client.socket.send(speech);
    expect(await finish(client)).toBe(framesOf(8 * silence.length + speech.length));
    const opened = client.of('viseme').filter(({ viseme }) => viseme !== 'sil');
    expect(Math.min(...opened.map(({ start }) => Number(start)))).toBeGreaterThan(7.8);
  }, 60_000);
});

test('a second init is refused, and the session goes on as it was', async () => {
  await using client = await begin();
  client.say({ type: 'init', source: picture.toString('base64') });
  client.say({ type: 'watch', session_id: 'another' });
  await client.message('error', 1);
  expect(client.of('error').map(({ code }) => code)).toEqual(['request/conflict', 'request/conflict']);
  expect((await sessions()).sessions).toHaveLength(1);
  client.say(chunk(speech));
  expect(await finish(client)).toBe(framesOf(speech.length));
}, 60_000);

test('who watches sees no other session, while they come and go and share their painters', async () => {
  const grey = await sharp(picture).greyscale().jpeg().toBuffer();
  const { body: asset } = await service.upload(grey, 'grey.jpg');
  const { body: job } = await service.ask('/api/v1/avatars', { body: { model: 'portrait', image: asset.id } });
  const { asset: avatar_id } = await service.until(job.id!, 'completed');
  /** How much redder than blue a picture is. */
  const rednessOf = async (jpeg: unknown) => {
    const { channels } = await sharp(Buffer.from(String(jpeg), 'base64')).stats();
    return channels[0]!.mean - channels[2]!.mean;
  };
  const config = { max_size: 128, idle: true };
  const show = async (init: Record<string, unknown>, count: number) => {
    await using client = await TestSocket.open(service.url);
    client.say({ type: 'init', ...init, config });
    await client.message('frame', count);
    const { session_id } = client.of('status')[1]!;
    await service.ask(`/api/v1/stream/sessions/${session_id}`, { method: 'DELETE' });
    return Promise.all(client.of('frame').map(({ data }) => rednessOf(data)));
  };
  const own = { source: picture.toString('base64') };
  const [lasting, ...short] = await Promise.all([
    show(own, 100),
    ...[0, 1].map(async () => {
      const seen: number[] = [];
      for (let k = 0; k < 4; k++) seen.push(...(await show({ avatar_id }, 10)));
      return seen;
    }),
  ]);
  expect(lasting!.length).toBeGreaterThan(100);
  expect(lasting!.every((redness) => redness > 5)).toBe(true);
  expect(short.flat().length).toBeGreaterThan(80);
  expect(short.flat().every((redness) => Math.abs(redness) < 1)).toBe(true);
}, 120_000);

test('a viewer who vanishes without closing is missed', async () => {
  const socket = new DeafSocket(`${service.url.replace('http', 'ws')}/api/v1/stream/ws`, { autoPong: false });
  await once(socket, 'open');
  await once(socket, 'close', { signal: AbortSignal.timeout(50_000) });
}, 60_000);

test('10,000 connections that come to nothing leave nothing, and the next one is served', async () => {
  const url = `${service.url.replace('http', 'ws')}/api/v1/stream/ws`;
  const codes = new Map<number, number>();
  const attempt = (k: number) =>
    new Promise<void>((resolve) => {
      const socket = new WebSocket(url);
      socket.onmessage = () => {
        if (k % 3 === 0) socket.close();
        if (k % 3 === 1) socket.send('rubbish');
        if (k % 3 === 2) socket.send(JSON.stringify({ type: 'watch', session_id: String(k) }));
      };
      socket.onclose = ({ code }) => {
        codes.set(code, (codes.get(code) ?? 0) + 1);
        resolve();
      };
    });
  for (let k = 0; k < 10_000; k += 100) await Promise.all(Array.from({ length: 100 }, (_, more) => attempt(k + more)));
  expect([...codes.keys()].toSorted((a, b) => a - b)).toEqual([1005, 1008]);
  const crowd = await Promise.all(Array.from({ length: 256 }, () => TestSocket.open(service.url)));
  await Promise.all(crowd.map((client) => client.message('status')));
  await using late = await TestSocket.open(service.url);
  expect(await late.message('error')).toMatchObject({ code: 'session/busy', retry_after: expect.any(Number) });
  await late.end();
  expect(late.closed).toBe(1013);
  await Promise.all(crowd.map((client) => client[Symbol.asyncDispose]()));
  expect((await sessions()).sessions).toEqual([]);
  await expect
    .poll(async () => {
      await using client = await TestSocket.open(service.url);
      await client.until(() => client.told[0]);
      return client.told[0]!.type;
    })
    .toBe('status');
  await using client = await begin();
  client.say(chunk(speech));
  expect(await finish(client)).toBe(framesOf(speech.length));
}, 240_000);
