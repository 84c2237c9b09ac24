import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseAllowList } from '../net/address-guard.ts';
import { type AmfValue, readAmf, writeAmf } from './amf.ts';
import { readPushTarget } from './push-target.ts';
import { ChunkReader, chunksOf, RTMP, type RtmpMessage } from './rtmp-chunks.ts';
import { RtmpLine } from './rtmp-line.ts';

const HANDSHAKE_BYTES = 1536;
const guard = { allow: parseAllowList(['127.0.0.1']) };

/** An RTMP server of which the tests have each step in hand. */
class Receiver {
  readonly messages: RtmpMessage[] = [];
  readonly #socket: Socket;
  readonly #reader = new ChunkReader(1 << 20);
  #begin: Buffer | undefined = Buffer.alloc(0);

  constructor(socket: Socket, status: AmfValue) {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      for (const message of this.#reader.push(this.#shaken(bytes))) {
        this.messages.push(message);
        if (message.type === RTMP.command) this.#obey(readAmf(message.body), status);
      }
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  of(type: number): RtmpMessage[] {
    return this.messages.filter((message) => message.type === type);
  }

  #shaken(bytes: Buffer): Buffer {
    if (!this.#begin) return bytes;
    const had = this.#begin.length;
    this.#begin = Buffer.concat([this.#begin, bytes]);
    if (had === 0) this.#socket.write(Buffer.concat([Buffer.from([3]), randomBytes(2 * HANDSHAKE_BYTES)]));
    if (this.#begin.length < 1 + 2 * HANDSHAKE_BYTES) return Buffer.alloc(0);
    const rest = this.#begin.subarray(1 + 2 * HANDSHAKE_BYTES);
    this.#begin = undefined;
    return rest;
  }

  #obey([name, number]: readonly AmfValue[], status: AmfValue): void {
    if (name === 'connect') this.#say('_result', number!, {}, { code: 'NetConnection.Connect.Success' });
    if (name === 'createStream') this.#say('_result', number!, null, 7);
    if (name === 'publish') this.#say('onStatus', 0, null, status);
  }

  #say(...values: readonly AmfValue[]): void {
    const body = writeAmf(...values);
    const bytes = chunksOf({ type: RTMP.command, stream: 0, at: 0, body }, 3, 128);
    for (const byte of bytes) this.#socket.write(Buffer.from([byte])); // cut anywhere
  }
}

let server: Server;
let receivers: Receiver[];
let status: AmfValue;
beforeEach(async () => {
  receivers = [];
  status = { level: 'status', code: 'NetStream.Publish.Start', description: 'x'.repeat(300) };
  server = createServer((socket) => void receivers.push(new Receiver(socket, status))).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.close());

let keys: number;
const open = () => {
  const { port } = server.address() as { port: number };
  const target = readPushTarget(`rtmp://127.0.0.1:${port}/live`, 'stream-key');
  if (target.protocol !== 'rtmp') throw new Error('This is RTMP.');
  keys = 0;
  const setup = { width: 320, height: 400, fps: 25, signal: new AbortController().signal, wantKey: () => keys++ };
  return RtmpLine.open(target, setup, guard);
};
const SETS = [Buffer.from([0x67, 0x42, 0xc0, 0x1e, 1]), Buffer.from([0x68, 1])];
const pictureOf = (isKey: boolean, bytes: number) => ({
  isKey,
  units: [...(isKey ? SETS : []), Buffer.alloc(bytes, isKey ? 0x65 : 0x41)],
  payloads: () => [],
});
const ticks = (frame: number) => frame * 3600;

test('begins with a key picture: how to decode it, then both from the same moment', async () => {
  await using line = await open();
  const [receiver] = receivers;
  line.picture(pictureOf(false, 10), ticks(100));
  line.sound(Buffer.alloc(9), 100 * 1920);
  line.picture(pictureOf(true, 40_000), ticks(102));
  line.sound(Buffer.alloc(9), 101 * 1920); // before the first picture
  line.sound(Buffer.alloc(9), 103 * 1920);
  line.picture(pictureOf(false, 10), ticks(103));
  await expect.poll(() => receiver!.of(RTMP.video).length).toBe(3);
  const [setup, key, next] = receiver!.of(RTMP.video);
  expect([...setup!.body.subarray(0, 11)]).toEqual([0x17, 0, 0, 0, 0, 1, 0x42, 0xc0, 0x1e, 0xff, 0xe1]);
  expect(key).toMatchObject({ stream: 7, at: 0 });
  expect(key!.body.subarray(0, 9)).toEqual(Buffer.from([0x17, 1, 0, 0, 0, 0, 0, 0x9c, 0x40]));
  expect(key!.body.length).toBe(9 + 40_000);
  expect(next).toMatchObject({ at: 40 });
  expect(receiver!.of(RTMP.audio).map(({ at, body }) => [at, body.length])).toEqual([
    [0, 4],
    [40, 11],
  ]);
  const published = receiver!.of(RTMP.command).map(({ body }) => readAmf(body));
  expect(published.find(([name]) => name === 'publish')).toEqual([
    'publish',
    expect.any(Number),
    null,
    'stream-key',
    'live',
  ]);
});

test('asks for a key picture every two seconds', async () => {
  await using line = await open();
  line.picture(pictureOf(true, 10), ticks(0));
  for (let frame = 1; frame < 50; frame++) line.picture(pictureOf(false, 10), ticks(frame));
  expect(keys).toBe(0);
  line.picture(pictureOf(false, 10), ticks(50));
  expect(keys).toBe(1);
});

test('leaves pictures out while the server takes none, counted, and goes on with a key picture', async () => {
  await using line = await open();
  const [receiver] = receivers;
  line.picture(pictureOf(true, 100), ticks(0));
  await expect.poll(() => receiver!.of(RTMP.video).length).toBe(2);
  receiver!.pause();
  let frame = 1;
  for (; line.dropped < 5 && frame < 1000; frame++) {
    line.picture(pictureOf(frame % 50 === 0, 200_000), ticks(frame));
    await new Promise(setImmediate);
  }
  expect(line.dropped).toBe(5);
  receiver!.resume();
  const before = line.bytes;
  await expect.poll(() => line.bytes).toBeGreaterThan(before + 1_000_000);
  await expect
    .poll(() => {
      line.picture(pictureOf(false, 10), ticks(frame++));
      return keys;
    })
    .toBeGreaterThan(0);
  line.picture(pictureOf(true, 77), ticks(frame));
  await expect.poll(() => receiver!.of(RTMP.video).at(-1)?.body.length).toBe(9 + 77);
});

test('is refused with a code, and without what the server says of the key', async () => {
  status = { level: 'error', code: 'NetStream.Publish.BadName', description: 'stream-key is taken' };
  await expect(open()).rejects.toMatchObject({
    code: 'source/refused',
    message: '"127.0.0.1" refused the stream (NetStream.Publish.BadName). Check the address and key.',
  });
});
