import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hertz } from '@orator/core/base/units';
import { Resampler } from '@orator/core/media/resample';
import { parseWav } from '@orator/core/media/wav';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MediaStreamTrack, RTCPeerConnection, RtpHeader, RtpPacket, useOPUS, useVP8 } from 'werift';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { TestService } from '../service/test-service.ts';
import { SOUND_RATE } from '../stream/live-session.ts';
import { SoundCoder } from './sound-coder.ts';
import { coderCount, postOffer, TestPeer } from './test-peer.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const PACKET_MS = 20;
const PACKET_SAMPLES = 960;

let data: string;
let service: TestService;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-whip-'));
  service = await TestService.start({
    ORATOR_DATA: data,
    ORATOR_WORKERS: '1',
    ORATOR_ICE_ADDRESS: '127.0.0.1',
    ORATOR_ICE_TCP: 'true',
    ORATOR_UDP_PORTS: '42000-42999',
  });
}, 120_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

const begin = async () => {
  const form = new FormData();
  form.append('config', JSON.stringify({ max_size: 256 }));
  form.append('file', new Blob([await readFile(join(FIXTURES, 'portrait.jpg'))]), 'face.jpg');
  const { status, body } = await service.ask('/api/v1/stream/sessions', { method: 'POST', body: form });
  expect(status).toBe(201);
  return { id: String(body.session_id), whep: String(body.whep), whip: String(body.whip) };
};

/** Speech and one of silence, as a microphone's Opus packets. */
async function microphone(): Promise<Uint8Array[]> {
  const { rate, pcm } = parseWav(await readFile(join(FIXTURES, 'speech/hello.wav')));
  const resampler = new Resampler(rate, hertz(SOUND_RATE));
  const speech = [resampler.push(pcm), resampler.end(), new Float32Array(SOUND_RATE)];
  const total = speech.reduce((sum, { length }) => sum + length, 0);
  const packets: Uint8Array[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  await using coder = new SoundCoder({
    codec: 'opus',
    ffmpeg: await findFfmpeg({ path: process.env.PATH ?? '' }),
    onPacket: (packet) => {
      packets.push(Uint8Array.from(packet));
      if (packets.length >= Math.floor((total / SOUND_RATE) * 50) - 1) resolve();
    },
    onFailure: reject,
  });
  for (const part of speech) coder.add(part);
  await promise;
  return packets;
}

test('a microphone is said by the face while it comes, and silence lets others speak', async () => {
  const { id, whep, whip } = await begin();
  await using watcher = await TestPeer.watch(service, whep, { video: [] });
  await using connection: AsyncDisposable & { readonly peer: RTCPeerConnection } = {
    peer: new RTCPeerConnection({
      iceServers: [],
      iceAdditionalHostAddresses: ['127.0.0.1'],
      codecs: { audio: [useOPUS()], video: [useVP8()] },
    }),
    async [Symbol.asyncDispose]() {
      await this.peer.close();
    },
  };
  const { peer } = connection;
  const track = new MediaStreamTrack({ kind: 'audio' });
  peer.addTransceiver(track, { direction: 'sendonly' });
  peer.addTransceiver('video', { direction: 'sendonly' }); // a camera, which is not wanted
  await peer.setLocalDescription(await peer.createOffer());
  const response = await postOffer(service, whip, peer.localDescription!.sdp);
  expect(response.status).toBe(201);
  const answer = await response.text();
  const candidates = [...answer.matchAll(/^a=candidate:\S+ 1 (\w+) \d+ (\d[\d.]+) (\d+) typ host/gm)];
  expect(new Set(candidates.map(([, , address]) => address))).toEqual(new Set(['127.0.0.1']));
  expect(new Set(candidates.map(([, protocol]) => protocol))).toEqual(new Set(['udp', 'tcp']));
  const ports = candidates.map(([, , , port]) => Number(port)).filter((port) => port !== 9); // 9: only calls
  expect(ports.every((port) => port >= 42_000 && port <= 42_999)).toBe(true);
  expect(answer).toMatch(/^m=video 0 /m);
  expect(answer).toMatch(/^a=group:BUNDLE 0\r?$/m);
  await peer.setRemoteDescription({ type: 'answer', sdp: answer });
  await watcher.until(() => peer.connectionState === 'connected');

  const packets = await microphone();
  const begun = performance.now();
  for (const [k, packet] of packets.entries()) {
    const header = new RtpHeader({
      sequenceNumber: (65_500 + k) & 0xffff,
      timestamp: k * PACKET_SAMPLES,
      payloadType: 96,
    });
    track.writeRtp(new RtpPacket(header, Buffer.from(packet)));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + k * PACKET_MS - performance.now())));
  }
  expect(watcher.of('speaking')[0]).toMatchObject({ is_speaking: true }); // while it came
  await watcher.until(() => watcher.of('speaking')[1]);
  expect(watcher.of('speaking')[1]).toMatchObject({ is_speaking: false, how: 'said' });
  expect(await watcher.loudness()).toBeGreaterThan(0.1);
  expect(watcher.of('viseme').length).toBeGreaterThan(5);
  watcher.say({ type: 'text', text: 'My turn.' });
  await watcher.until(() => watcher.of('word').length > 1);

  const location = response.headers.get('location')!;
  expect((await fetch(`${service.url}${location}`, { method: 'DELETE' })).status).toBe(204);
  expect(await watcher.remove()).toBe(204);
  await service.ask(`/api/v1/stream/sessions/${id}`, { method: 'DELETE' });
  await expect.poll(() => coderCount(service), { timeout: 10_000 }).toBe(0);
}, 120_000);

test('an offer without a microphone, or without Opus, is refused', async () => {
  const { whip } = await begin();
  const head = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=ice-ufrag:abcd', `a=ice-pwd:${'p'.repeat(24)}`];
  const audio = ['a=fingerprint:sha-256 AB:CD', 'a=setup:actpass', 'm=audio 9 UDP/TLS/RTP/SAVPF 0', 'a=mid:0'];
  for (const [lines, code] of [
    [['a=recvonly', 'a=rtpmap:0 opus/48000/2'], 'request/invalid'],
    [['a=sendonly', 'a=rtpmap:0 PCMU/8000'], 'codec/unsupported'],
  ] as const) {
    const response = await postOffer(service, whip, [...head, ...audio, ...lines, ''].join('\r\n'));
    expect(await response.json()).toMatchObject({ code });
  }
}, 60_000);
