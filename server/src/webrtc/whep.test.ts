import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureSync } from '@orator/core/inspect/sync';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openFaceNetworks, readClip } from '../inspect/clip.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { TestService } from '../service/test-service.ts';
import { sayGoodbye } from './goodbye.ts';
import { coderCount, isKey, postOffer, TestPeer } from './test-peer.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const TEXT = 'Perhaps my mother brought a big basket of plums home, and we made some jam from them.';

let data: string;
let service: TestService;
let asset: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-whep-'));
  service = await TestService.start({
    ORATOR_DATA: data,
    ORATOR_WORKERS: '1',
    ORATOR_ICE_SERVERS: 'stun:127.0.0.1:9, turn:me:p%40ss@127.0.0.1:9?transport=udp',
  });
  asset = String((await service.upload(await readFile(join(FIXTURES, 'portrait.jpg')), 'face.jpg')).body.id);
}, 120_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});
const sessions = async () =>
  (await service.ask('/api/v1/stream/sessions')).body.sessions as unknown as { session_id: string }[];
afterEach(async () => {
  for (const { session_id } of await sessions()) {
    await service.ask(`/api/v1/stream/sessions/${session_id}`, { method: 'DELETE' });
  }
  await expect.poll(() => coderCount(service), { timeout: 10_000 }).toBe(0);
}, 30_000);

const begin = async (config: Record<string, unknown> = { max_size: 320 }) => {
  const { status, body } = await service.ask('/api/v1/stream/sessions', { body: { asset_id: asset, config } });
  expect(status).toBe(201);
  return { id: String(body.session_id), whep: String(body.whep) };
};

describe('who watches', () => {
  test.each(['h264', 'vp8'] as const)(
    'sees the face and hears it, in sync (%s)',
    async (codec) => {
      const { id, whep } = await begin();
      await using peer = await TestPeer.watch(service, whep, { video: [codec] });
      await peer.until(() => peer.packets.video.length > 0 && peer.reports.video.length > 1);
      expect(await service.ask(`/api/v1/stream/sessions/${id}/say`, { body: { text: TEXT } })).toMatchObject({
        status: 202,
      });
      await peer.until(() => peer.of('speaking').length === 2);
      expect(peer.of('word').length).toBeGreaterThan(10);
      await peer.until(() => peer.of('speaking').at(-1)?.is_speaking === false);
      const clip = join(data, `${codec}.mkv`);
      await peer.write(clip);
      await using networks = await openFaceNetworks();
      const tools = {
        ffmpeg: await findFfmpeg({ path: process.env.PATH ?? '' }),
        networks,
        signal: AbortSignal.timeout(240_000),
      };
      const { face, sound } = await readClip(clip, tools); // throws where there is no face
      const { follow } = measureSync(face, sound)!;
      expect(follow.score).toBeGreaterThan(0.25); // a file of the same words has 0.28, and the same lag
      expect(Math.abs(follow.lag)).toBeLessThanOrEqual(0.06);
    },
    360_000,
  );

  test('hears silence as soon as the session is interrupted', async () => {
    const { id, whep } = await begin();
    await using peer = await TestPeer.watch(service, whep, { video: [] });
    peer.say({ type: 'text', text: TEXT });
    await peer.until(() => peer.of('word').length > 3);
    expect(await peer.loudness()).toBeGreaterThan(0.1);
    expect((await service.ask(`/api/v1/stream/sessions/${id}/interrupt`, { method: 'POST' })).status).toBe(204);
    await peer.until(() => peer.of('interrupted').length > 0);
    const then = peer.packets.audio.length + 5; // what was on its way
    await peer.until(() => peer.packets.audio.length > then + 25);
    expect(await peer.loudness(then)).toBeLessThan(0.01);
    expect(peer.of('speaking').at(-1)).toMatchObject({ is_speaking: false, how: 'interrupted' });
  }, 120_000);

  test('comes and goes without disturbing others; all are served by one encoder', async () => {
    const { whep } = await begin();
    await using first = await TestPeer.watch(service, whep);
    await first.until(() => first.pictures().length > 5);
    expect(await coderCount(service)).toBe(2); // pictures and sound
    await using second = await TestPeer.watch(service, whep);
    await second.until(() => second.pictures().length > 5);
    expect(isKey(second.pictures()[0]!)).toBe(true);
    expect(await coderCount(service)).toBe(2);
    const keys = first.pictures().filter(isKey);
    expect(keys.length).toBe(2); // its own first one, and that of the second
    expect(await first.remove()).toBe(204);
    expect(await first.remove()).toBe(404);
    const before = second.packets.video.length;
    await second.until(
      () => second.packets.video.length > before + 10 && second.connection.connectionState === 'connected',
    );
    const numbers = second.packets.video.map(({ header }) => header.sequenceNumber);
    expect(numbers.every((number, k) => k === 0 || number === ((numbers[k - 1]! + 1) & 0xffff))).toBe(true);
    expect(await second.remove()).toBe(204);
    await second.until(() => second.isToldOff);
    await expect.poll(() => coderCount(service), { timeout: 10_000 }).toBe(0);
  }, 120_000);

  test('is told when the session ends', async () => {
    const { id, whep } = await begin();
    await using peer = await TestPeer.watch(service, whep);
    await service.ask(`/api/v1/stream/sessions/${id}`, { method: 'DELETE' });
    await peer.until(() => peer.of('error').length > 0 && peer.isToldOff);
    expect(peer.of('error')[0]).toMatchObject({ code: 'session/unknown' });
  }, 60_000);

  test('is let go at once when it says goodbye', async () => {
    const { whep } = await begin();
    await using peer = await TestPeer.watch(service, whep);
    await peer.until(() => peer.packets.video.length > 0);
    await sayGoodbye(peer.connection);
    await expect.poll(() => coderCount(service), { timeout: 10_000 }).toBe(0);
    expect(await peer.remove()).toBe(404);
  }, 60_000);

  test('is missed when it vanishes without a word', async () => {
    const { whep } = await begin();
    const peer = await TestPeer.watch(service, whep);
    await peer.until(() => peer.packets.video.length > 0);
    await peer.connection.close(); // the library says nothing when it closes
    await expect.poll(() => coderCount(service), { timeout: 60_000, interval: 500 }).toBe(0);
    expect(await peer.remove()).toBe(404);
  }, 90_000);
});

describe('an offer', () => {
  const offer = (...media: readonly string[]) =>
    [
      ...[
        'v=0',
        'o=- 1 2 IN IP4 127.0.0.1',
        's=-',
        't=0 0',
        'a=group:BUNDLE 0',
        'a=ice-ufrag:abcd',
        `a=ice-pwd:${'p'.repeat(24)}`,
      ],
      ...[`a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`, 'a=setup:actpass', ...media, ''],
    ].join('\r\n');
  const video = (...lines: readonly string[]) => ['m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:0', 'a=rtcp-mux', ...lines];

  test.each([
    ['nothing', '', 'request/invalid', 400],
    ['rubbish', 'hello', 'request/invalid', 400],
    ['binary rubbish', 'v=0\r\nm=\u0000\uffff 1 2 3\r\n', 'request/invalid', 400],
    ['something huge', `v=0\r\n${'a=x:y\r\n'.repeat(20_000)}`, 'request/too-large', 413],
    ['something larger than is read', `v=0\r\n${'a=x:y\r\n'.repeat(60_000)}`, 'request/too-large', 413],
    ['no media', offer(), 'request/invalid', 400],
    ['an unknown media', offer('m=text 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:0'), 'request/invalid', 400],
    [
      'only a codec that is not there',
      offer(...video('a=recvonly', 'a=rtpmap:96 VP9/90000')),
      'codec/unsupported',
      406,
    ],
    ['H.264 in single units', offer(...video('a=recvonly', 'a=rtpmap:96 H264/90000')), 'codec/unsupported', 406],
    ['a format without a codec', offer(...video('a=recvonly', 'a=fmtp:96 x=y')), 'request/invalid', 400],
    ['to send', offer(...video('a=sendonly', 'a=rtpmap:96 VP8/90000')), 'request/invalid', 400],
    [
      'no name',
      offer(...video('a=recvonly', 'a=rtpmap:96 VP8/90000').filter((line) => line !== 'a=mid:0')),
      'request/invalid',
      400,
    ],
    ['two videos', offer(...video('a=rtpmap:96 VP8/90000'), ...video('a=rtpmap:96 VP8/90000')), 'request/invalid', 400],
    [
      'many candidates',
      offer(...video('a=rtpmap:96 VP8/90000', ...Array(65).fill('a=candidate:1 1 udp 1 127.0.0.1 9 typ host'))),
      'request/invalid',
      400,
    ],
  ])('of %s is refused', async (_what, body, code, status) => {
    const { whep } = await shared();
    const response = await postOffer(service, whep, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code, detail: expect.stringMatching(/\.$/) });
  });

  test('that is no SDP, or to nobody, is refused; what is accepted is told', async () => {
    const { whep } = await shared();
    const good = offer(...video('a=recvonly', 'a=rtpmap:96 VP8/90000'));
    const json = await postOffer(service, whep, '{}', 'application/json');
    expect([json.status, json.headers.get('accept-post')]).toEqual([415, 'application/sdp']);
    const nobody = await postOffer(service, '/api/v1/stream/sessions/nobody/whep', good);
    expect([nobody.status, await nobody.json()]).toMatchObject([404, { code: 'session/unknown' }]);
    const options = await fetch(`${service.url}${whep}`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('accept-post')]).toEqual([204, 'application/sdp']);
  });

  test('is answered with the servers for ICE; later candidates are taken, an ICE restart is not', async () => {
    const { whep } = await shared();
    const response = await postOffer(service, whep, offer(...video('a=recvonly', 'a=rtpmap:96 VP8/90000')));
    expect(response.status).toBe(201);
    expect(response.headers.get('link')).toBe(
      '<stun:127.0.0.1:9>; rel="ice-server", <turn:127.0.0.1:9?transport=udp>; rel="ice-server"; username="me"; credential="p@ss"; credential-type="password"',
    );
    expect(await response.text()).toMatch(/^a=candidate:.* 127\.0\.0\.1 \d+ typ host/m);
    const patch = (body: string) =>
      fetch(`${service.url}${response.headers.get('location')}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/trickle-ice-sdpfrag' },
        body,
      });
    const candidate = 'a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host';
    expect((await patch(`a=ice-ufrag:abcd\r\na=mid:0\r\n${candidate}\r\n`)).status).toBe(204);
    expect((await patch('a=ice-ufrag:other\r\n')).status).toBe(400);
    expect((await patch('a=candidate:rubbish\r\n')).status).toBe(400);
  }, 60_000);

  let kept: Promise<{ whep: string }> | undefined;
  /** One session for all that never connects; begun anew when the last one was ended. */
  const shared = async () => {
    const known = await kept;
    if (known && (await sessions()).some(({ session_id }) => known.whep.includes(session_id))) return known;
    kept = begin();
    return kept;
  };
});
