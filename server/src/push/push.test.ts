import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureSync } from '@orator/core/inspect/sync';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openFaceNetworks, readClip } from '../inspect/clip.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { TestService } from '../service/test-service.ts';
import { coderCount, TestPeer } from '../webrtc/test-peer.ts';
import { freePort, TestRtmpServer } from './test-rtmp-server.ts';
import { TestWhipServer } from './test-whip-server.ts';

const PORTRAIT = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));
const TEXT = 'Perhaps my mother brought a big basket of plums home, and then some more of them, and even more.';

let data: string;
let service: TestService;
let asset: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-push-'));
  service = await TestService.start({
    ORATOR_DATA: data,
    ORATOR_WORKERS: '1',
    ORATOR_ALLOW_ADDRESSES: '127.0.0.1',
    ORATOR_LOG_CONSOLE: 'true',
    ORATOR_LOG_LEVEL: 'trace',
  });
  asset = String((await service.upload(await readFile(PORTRAIT), 'face.jpg')).body.id);
}, 120_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

const begin = async () => {
  const { status, body } = await service.ask('/api/v1/stream/sessions', {
    body: { asset_id: asset, config: { max_size: 320 } },
  });
  expect(status).toBe(201);
  return `/api/v1/stream/sessions/${body.session_id}`;
};
const end = (path: string) => service.ask(path, { method: 'DELETE' });
afterEach(async () => {
  const { sessions } = (await service.ask('/api/v1/stream/sessions')).body as unknown as {
    sessions: { session_id: string }[];
  };
  for (const { session_id } of sessions) await end(`/api/v1/stream/sessions/${session_id}`);
}, 30_000);

/** Begins a push and gives its path. */
const push = async (session: string, body: Record<string, unknown>) => {
  const { status, body: view } = await service.ask(`${session}/push`, { body });
  expect(status).toBe(201);
  return `${session}/push/${view.id}`;
};
const until = (path: string, state: string, seconds = 40) =>
  expect.poll(async () => (await service.ask(path)).body.state, { timeout: seconds * 1000, interval: 100 }).toBe(state);

describe('to an RTMP server', () => {
  test('goes pictures and sound in sync, when the server is there at last, until the push is ended', async () => {
    const session = await begin();
    const port = await freePort();
    const path = await push(session, { url: `rtmp://127.0.0.1:${port}/live`, key: 'stream-key' });
    await until(path, 'retrying');
    expect((await service.ask(path)).body.reason).toMatchObject({ code: 'source/unreachable' });
    await using server = await TestRtmpServer.listen(port, join(data, 'pushed.mkv'));
    await until(path, 'live');
    await service.ask(`${session}/say`, { body: { text: TEXT } });
    await using watcher = await TestPeer.watch(service, `${session}/whep`);
    await expect.poll(() => coderCount(service), { timeout: 10_000 }).toBe(3); // pictures once for both, Opus and AAC
    await watcher.until(() => watcher.of('speaking').at(-1)?.is_speaking === false);
    const { body: view } = await service.ask(path);
    expect(view).toMatchObject({ state: 'live', connections: 1, target: `rtmp://127.0.0.1:${port}`, dropped: 0 });
    expect(Number(view.bytes)).toBeGreaterThan(50_000);
    expect((await end(path)).status).toBe(204);
    expect((await service.ask(path)).body.code).toBe('connection/unknown');
    await server.ended();
    await using networks = await openFaceNetworks();
    const ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
    const { face, sound } = await readClip(server.path, { ffmpeg, networks, signal: AbortSignal.timeout(120_000) });
    const { follow } = measureSync(face, sound)!;
    expect(follow.score).toBeGreaterThan(0.25);
    expect(Math.abs(follow.lag)).toBeLessThanOrEqual(0.06);
  }, 240_000);

  test('it is made again when the connection is lost, and ends with the session', async () => {
    const session = await begin();
    const port = await freePort();
    const url = `rtmp://127.0.0.1:${port}/live/stream-key`;
    const path = await (async () => {
      await using _first = await TestRtmpServer.listen(port, join(data, 'first.mkv'));
      const begun = await push(session, { url });
      await until(begun, 'live');
      return begun;
    })();
    await until(path, 'retrying');
    await using second = await TestRtmpServer.listen(port, join(data, 'second.mkv'));
    await until(path, 'live');
    expect((await service.ask(path)).body).toMatchObject({ connections: 2 });
    await end(session);
    await second.ended();
    expect((await service.ask(path)).body.code).toBe('session/unknown');
    await expect.poll(() => coderCount(service), { timeout: 10_000 }).toBe(0);
  }, 120_000);

  test('a server that takes nothing slows nobody down', async () => {
    const session = await begin();
    const sockets: Socket[] = [];
    const relay = createServer({ pauseOnConnect: true }, (socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const path = await push(session, { url: `rtmp://127.0.0.1:${portOf(relay)}/live`, key: 'stream-key' });
    await using watcher = await TestPeer.watch(service, `${session}/whep`);
    await watcher.until(() => watcher.pictures().length > 100);
    const { body } = await service.ask(path);
    expect(['connecting', 'retrying']).toContain(body.state);
    for (const socket of sockets) socket.destroy();
    relay.close();
  }, 120_000);

  test('what is no RTMP server, or no address that may be reached, has failed with a code', async () => {
    const session = await begin();
    const rude = createServer((socket) => {
      socket.on('error', () => {}).write('HTTP/1.1 400 Bad Request\r\n\r\n');
    }).listen(0, '127.0.0.1');
    await once(rude, 'listening');
    for (const [url, code] of [
      [`rtmp://127.0.0.1:${portOf(rude)}/live/stream-key`, 'source/refused'],
      ['rtmp://169.254.169.254/live/stream-key', 'source/blocked'],
      ['rtmp://[::ffff:10.0.0.1]/live/stream-key', 'source/blocked'],
      ['http://10.0.0.1/whip', 'source/blocked'],
    ] as const) {
      const path = await push(session, { url });
      await until(path, 'failed');
      expect((await service.ask(path)).body.reason).toMatchObject({ code });
      expect((await end(path)).status).toBe(204);
    }
    rude.close();
    for (const [body, code] of [
      [{ url: 'ftp://127.0.0.1/live' }, 'source/blocked'],
      [{ url: 'rtmp://me:secret@127.0.0.1/live/key' }, 'source/blocked'],
      [{ url: 'rtmp://127.0.0.1/live' }, 'request/invalid'],
      [{ url: 'nowhere' }, 'request/invalid'],
      [{ url: 'rtmp://127.0.0.1/live', key: 'x', more: 1 }, 'request/invalid'],
    ] as const) {
      expect((await service.ask(`${session}/push`, { body })).body.code).toBe(code);
    }
    expect((await service.ask(`${session}/push`)).body).toEqual({ pushes: [] });
  }, 120_000);
});

describe('to a WHIP endpoint', () => {
  test('goes pictures and sound with its token, until the push is ended', async () => {
    const session = await begin();
    await using server = await TestWhipServer.listen('stream-key');
    const path = await push(session, { url: server.url, key: 'stream-key' });
    await until(path, 'live');
    await service.ask(`${session}/say`, { body: { text: 'Good morning.' } });
    await expect.poll(() => server.packets.video, { timeout: 30_000 }).toBeGreaterThan(50);
    expect(server.packets.audio).toBeGreaterThan(50);
    expect(server.sawKey).toBe(true);
    expect((await service.ask(path)).body).toMatchObject({ state: 'live', target: new URL(server.url).origin });
    await end(path);
    expect(server.deleted).toBe(1);
  }, 120_000);

  test('one that does not know the token has failed', async () => {
    const session = await begin();
    await using server = await TestWhipServer.listen('another');
    const path = await push(session, { url: server.url, key: 'stream-key' });
    await until(path, 'failed');
    expect((await service.ask(path)).body.reason).toMatchObject({ code: 'source/refused' });
  }, 60_000);
});

test('nothing that was said or logged holds a key', async () => {
  expect(service.said).not.toContain('stream-key');
  for (const name of await readdir(join(data, 'logs'))) {
    expect(await readFile(join(data, 'logs', name), 'utf8')).not.toContain('stream-key');
  }
});

const portOf = (server: Server) => {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
};
