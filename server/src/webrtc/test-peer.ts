import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import {
  dePacketizeRtpPackets,
  type RTCDataChannel,
  RTCPeerConnection,
  type RTCRtpCodecParameters,
  RtcpSrPacket,
  type RtpPacket,
  useH264,
  useOPUS,
  useVP8,
} from 'werift';
import { type Ffmpeg, findFfmpeg } from '../media/ffmpeg.ts';
import { FfmpegProcess } from '../media/ffmpeg-process.ts';
import type { TestService } from '../service/test-service.ts';
import type { Told } from '../stream/test-socket.ts';
import { opusHead, pieceHead, streamHead } from './matroska-feed.ts';
import { HEARD_RATE, OpusDecoder } from './opus-decoder.ts';

/** Codecs that a peer may offer, by name. */
export const TEST_CODECS = { h264: useH264, vp8: useVP8 } as const;

const RATES = { video: 90_000, audio: 48_000 } as const;
const PACKET_SECONDS = 0.02;
/** What a decoder and a resampler keep to themselves. */
const DELAY_SECONDS = 0.06;

type Kind = keyof typeof RATES;

interface Options {
  /** In the order of preference; none: no video is asked for. */
  readonly video?: readonly (keyof typeof TEST_CODECS)[];
  readonly audio?: boolean;
  /** Whether it opens a channel for messages. */
  readonly channel?: boolean;
}

/** A WHEP client for tests: it keeps all that it receives. */
export class TestPeer implements AsyncDisposable {
  readonly connection: RTCPeerConnection;
  readonly channel: RTCDataChannel | undefined;
  readonly told: Told[] = [];
  readonly packets: Readonly<Record<Kind, RtpPacket[]>> = { video: [], audio: [] };
  readonly reports: Readonly<Record<Kind, { readonly rtp: number; readonly seconds: number }[]>> = {
    video: [],
    audio: [],
  };
  /** Where the connection can be deleted. */
  location = '';
  readonly #service: TestService;
  readonly #codec: keyof typeof TEST_CODECS | undefined;

  private constructor(service: TestService, { video = ['h264', 'vp8'], audio = true, channel = true }: Options) {
    this.#service = service;
    this.#codec = video[0];
    this.connection = new RTCPeerConnection({
      iceServers: [],
      iceAdditionalHostAddresses: ['127.0.0.1'],
      codecs: { audio: [useOPUS()], video: video.map((name): RTCRtpCodecParameters => TEST_CODECS[name]()) },
    });
    this.channel = channel ? this.connection.createDataChannel('orator') : undefined;
    this.channel?.onMessage.subscribe((data) => void this.told.push(JSON.parse(data.toString())));
    const kinds: Kind[] = [...(video.length > 0 ? (['video'] as const) : []), ...(audio ? (['audio'] as const) : [])];
    for (const kind of kinds) {
      const { receiver } = this.connection.addTransceiver(kind, { direction: 'recvonly' });
      receiver.onRtcp.subscribe((packet) => {
        if (packet.type !== RtcpSrPacket.type) return;
        const { rtpTimestamp, ntpTimestamp } = (packet as RtcpSrPacket).senderInfo;
        this.reports[kind].push({ rtp: rtpTimestamp, seconds: Number(ntpTimestamp) / 2 ** 32 });
      });
    }
    this.connection.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe((packet) => void this.packets[track.kind as Kind].push(packet.clone()));
    });
  }

  /** Watches what `path` leads to, and waits until it is connected. */
  static async watch(service: TestService, path: string, options: Options = {}): Promise<TestPeer> {
    const peer = new TestPeer(service, options);
    return peer.#connect(async (offer) => {
      const response = await postOffer(service, path, offer);
      if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
      peer.location = response.headers.get('location')!;
      return response.text();
    });
  }

  /** Has `answer` answer its offer, and waits until it is connected. */
  static async through(
    service: TestService,
    answer: (offer: string) => Promise<string>,
    options: Options = {},
  ): Promise<TestPeer> {
    return new TestPeer(service, options).#connect(answer);
  }

  async #connect(answer: (offer: string) => Promise<string>): Promise<this> {
    const { connection, channel } = this;
    await connection.setLocalDescription(await connection.createOffer());
    await connection.setRemoteDescription({ type: 'answer', sdp: await answer(connection.localDescription!.sdp) });
    await this.until(() => connection.connectionState === 'connected' && (!channel || channel.readyState === 'open'));
    return this;
  }

  say(message: Record<string, unknown>): void {
    this.channel?.send(JSON.stringify(message));
  }

  of(type: string): Told[] {
    return this.told.filter((told) => told.type === type);
  }

  /** Waits for something to be true. */
  async until<T>(found: () => T | undefined | false, seconds = 60): Promise<T> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
      const value = found();
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { video, audio } = this.packets;
    throw new Error(
      `It did not come: ${video.length} of video, ${audio.length} of audio, ${JSON.stringify(this.told)}`,
    );
  }

  /** When what a packet carries is due, s: by the last reports that tell of the same moment. */
  timeOf(kind: Kind, { header }: RtpPacket): number {
    const other = this.reports[kind === 'video' ? 'audio' : 'video'];
    const report = this.reports[kind].findLast(({ seconds }) => other.some((one) => one.seconds === seconds))!;
    return report.seconds + ((header.timestamp - report.rtp) | 0) / RATES[kind];
  }

  /** Whether the other side said that the connection is over. */
  get isToldOff(): boolean {
    return this.connection.dtlsTransports.every(({ state }) => state === 'closed');
  }

  /** Ends the connection as a client should. */
  async remove(): Promise<number> {
    return (await fetch(`${this.#service.url}${this.location}`, { method: 'DELETE' })).status;
  }

  /** Writes what was received as a clip, each thing at its time. */
  async write(path: string): Promise<void> {
    const ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
    const first = Math.min(...(['video', 'audio'] as const).map((kind) => this.timeOf(kind, this.packets[kind][0]!)));
    const ms = (kind: Kind, packet: RtpPacket) => Math.max(0, Math.round((this.timeOf(kind, packet) - first) * 1000));
    const pieces = (kind: Kind, all: readonly (readonly [RtpPacket, Uint8Array])[]) =>
      all.flatMap(([packet, data]) => [pieceHead(ms(kind, packet), data.length), data]);
    const [codec, name] =
      this.#codec === 'vp8' ? (['VP8', 'V_VP8'] as const) : (['MPEG4/ISO/AVC', 'V_MPEG4/ISO/AVC'] as const);
    const pictures = this.pictures().map(
      (packets) => [packets[0]!, dePacketizeRtpPackets(codec, packets).data] as const,
    );
    await writeFile(`${path}.video`, Buffer.concat([streamHead(name, 1), ...pieces('video', pictures)]));
    const sound = this.packets.audio.map((packet) => [packet, packet.payload] as const);
    await writeFile(`${path}.audio`, Buffer.concat([opusHead(2), ...pieces('audio', sound)]));
    const inputs = ['video', 'audio'].flatMap((kind) => ['-f', 'matroska', '-i', `file:${path}.${kind}`]);
    const output = [
      '-copyts',
      '-c:v',
      'libx264',
      '-r',
      '25',
      '-crf',
      '12',
      '-c:a',
      'flac',
      '-f',
      'matroska',
      '-y',
      `file:${path}`,
    ];
    await runFfmpeg(ffmpeg, ['-v', 'error', ...inputs, ...output]);
  }

  /** How loud the sound is that came after the first `after` packets of it: its largest sample, 0..1. */
  async loudness(after = 0): Promise<number> {
    const packets = this.packets.audio.slice(after);
    const parts: Float32Array[] = [];
    const { promise: failed, reject: onFailure } = Promise.withResolvers<never>();
    const ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
    await using decoder = new OpusDecoder({ ffmpeg, onSound: (pcm) => void parts.push(pcm), onFailure });
    for (const { payload } of packets) decoder.add(payload);
    const heard = () => parts.reduce((sum, { length }) => sum + length, 0) / HEARD_RATE;
    await Promise.race([failed, this.until(() => heard() > packets.length * PACKET_SECONDS - DELAY_SECONDS)]);
    return parts.reduce((most, part) => part.reduce((max, sample) => Math.max(max, Math.abs(sample)), most), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
  }

  /** The packets of each whole picture, in the order of their times. */
  pictures(): RtpPacket[][] {
    const byTime = Map.groupBy(this.packets.video, ({ header }) => header.timestamp);
    return [...byTime.values()].filter((packets) => packets.at(-1)!.header.marker);
  }
}

/** Whether a picture of H.264 can be read without those before it: it begins with its parameter sets. */
export const isKey = (packets: readonly RtpPacket[]): boolean =>
  (dePacketizeRtpPackets('MPEG4/ISO/AVC', [...packets]).data[4]! & 0x1f) === 7;

/** Posts an offer as it is. */
export const postOffer = (service: TestService, path: string, offer: string, type = 'application/sdp') =>
  fetch(`${service.url}${path}`, { method: 'POST', headers: { 'content-type': type }, body: offer });

async function runFfmpeg(ffmpeg: Ffmpeg, args: readonly string[]): Promise<void> {
  await using process = new FfmpegProcess(ffmpeg, args, { signal: new AbortController().signal });
  await process.succeed();
}

/** The ffmpeg children of a process. */
export async function coderCount({ child }: TestService): Promise<number> {
  const { spawn } = await import('node:child_process');
  const ps = spawn('ps', ['--ppid', String(child.pid), '-o', 'comm=']);
  let said = '';
  ps.stdout.on('data', (data: Buffer) => (said += data.toString()));
  await once(ps, 'close');
  return said.split('\n').filter((name) => name.startsWith('ffmpeg')).length;
}
