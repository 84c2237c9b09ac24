import { seconds } from '@orator/core/base/units';
import type { LiveFrame } from '@orator/core/live/performance';
import { restPose } from '@orator/core/motion/pose';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { sessionConfig } from './client-message.ts';
import type { LiveSession } from './live-session.ts';
import { SharedPicture } from './shared-picture.ts';
import { SocketViewer } from './socket-viewer.ts';

/** A picture that is encoded when the test says so. */
class SlowPicture extends SharedPicture {
  readonly encoded = Promise.withResolvers<Buffer>();

  override encode(): Promise<Buffer> {
    return this.encoded.promise;
  }
}

const frameOf = (index: number) =>
  ({
    index,
    generation: 0,
    position: seconds(index / 25),
    events: [],
    pcm: new Float32Array(),
    ahead: { pcm: new Float32Array(), isHeard: true },
    pose: restPose(),
  }) as unknown as LiveFrame;

test('pictures go out in their order, in whatever order they were encoded; one that cannot be is left out', async () => {
  const told: { type: string; frame_id: number; data: string }[] = [];
  const socket = {
    bufferedAmount: 0,
    readyState: 1,
    OPEN: 1,
    send: (text: string) => void told.push(JSON.parse(text)),
  };
  const session = { generation: 0, fps: 25, rate: 25, latencies: { at: () => 0 } };
  const viewer = new SocketViewer(
    socket as unknown as WebSocket,
    { cork() {}, uncork() {} },
    session as unknown as LiveSession,
    sessionConfig.parse({}),
  );
  const pictures = [0, 1, 2, 3].map(() => new SlowPicture(new Uint8ClampedArray(4), { width: 1, height: 1 }));
  const sent = pictures.map((picture, index) => {
    viewer.frame(frameOf(index));
    expect(viewer.wants(frameOf(index))).toBe(true);
    return viewer.picture(frameOf(index), picture);
  });
  pictures[3]!.encoded.resolve(Buffer.from('3'));
  pictures[1]!.encoded.reject(new Error('It cannot be encoded.'));
  pictures[2]!.encoded.resolve(Buffer.from('2'));
  await new Promise(setImmediate);
  expect(told).toEqual([]);
  pictures[0]!.encoded.resolve(Buffer.from('0'));
  const ends = await Promise.allSettled(sent);
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(told.map(({ frame_id, data }) => [frame_id, Buffer.from(data, 'base64').toString()])).toEqual([
    [0, '0'],
    [2, '2'],
    [3, '3'],
  ]);
});

test('a picture on its way keeps its bytes until the connection has taken them; then its memory carries the next one', async () => {
  const sent: { message: Buffer; taken: () => void }[] = [];
  const socket = {
    bufferedAmount: 0,
    readyState: 1,
    OPEN: 1,
    send: (message: Buffer, taken: () => void) => void sent.push({ message, taken }),
  };
  const session = { generation: 0, fps: 25, rate: 25, latencies: { at: () => 0 } };
  const viewer = new SocketViewer(
    socket as unknown as WebSocket,
    { cork() {}, uncork() {} },
    session as unknown as LiveSession,
    sessionConfig.parse({ binary: true }),
  );
  const show = async (index: number) => {
    const picture = new SlowPicture(new Uint8ClampedArray(4), { width: 1, height: 1 });
    picture.encoded.resolve(Buffer.alloc(20_000 - index, index));
    viewer.frame(frameOf(index));
    await viewer.picture(frameOf(index), picture);
  };
  for (const index of [0, 1, 2]) await show(index);
  const pictureOf = ({ message }: { message: Buffer }) => ({
    number: message.readUInt32LE(4),
    bytes: [...new Set(message.subarray(16))],
    length: message.length - 16,
  });
  const whole = (index: number) => ({ number: index, bytes: [index], length: 20_000 - index });
  expect(sent.map(pictureOf)).toEqual([0, 1, 2].map(whole));
  sent[1]!.taken();
  await show(3);
  expect([0, 2, 3].map((k) => pictureOf(sent[k]!))).toEqual([0, 2, 3].map(whole));
  expect(sent[3]!.message.buffer).toBe(sent[1]!.message.buffer);
});

/** What a viewer of motion and sound is sent of frames: kind, generation, number and, of sound, its first sample. */
function sentOf(config: object, frames: readonly LiveFrame[]): string[] {
  const sent: string[] = [];
  const send = (message: Buffer | string) => {
    if (typeof message === 'string') {
      const { type, frame_id, data } = JSON.parse(message);
      if (type === 'audio') sent.push(`sound ${frame_id}: ${Buffer.from(data, 'base64').readInt16LE()}`);
      return;
    }
    const [kind, generation, number] = [message.readUInt16LE(0), message.readUInt16LE(2), message.readUInt32LE(4)];
    const sample = message.length > 16 ? message.readInt16LE(16) : 'silence';
    sent.push(kind === 2 ? `sound ${generation}/${number}: ${sample}` : `motion ${generation}/${number}`);
  };
  const viewer = new SocketViewer(
    { bufferedAmount: 0, readyState: 1, OPEN: 1, send } as unknown as WebSocket,
    { cork() {}, uncork() {} },
    { fps: 25, rate: 25, latencies: { at: () => 0 } } as unknown as LiveSession,
    sessionConfig.parse({ mode: 'motion', audio: true, ...config }),
  );
  for (const frame of frames) viewer.frame(frame);
  return sent;
}

/** Frames with one sample each, 0 for silence; the interruption of `cut` comes before that frame, which is silent then. */
function framesOf(samples: readonly number[], cut: number): LiveFrame[] {
  const sound = (k: number) => Float32Array.of((samples[k] ?? 0) / 32768);
  return samples.map((sample, index) => {
    const isCut = index === cut;
    return {
      ...frameOf(index),
      generation: index < cut ? 0 : 1,
      position: sample === 0 || isCut ? null : seconds(index / 25),
      pcm: isCut ? Float32Array.of(0) : sound(index),
      ahead: { pcm: sound(index + 1), isHeard: (samples[index + 1] ?? 0) !== 0 },
    };
  });
}

test('in binary messages sound comes a frame before its motion, and again where an interruption came between', () => {
  expect(sentOf({ binary: true, idle: true }, framesOf([0, 7, 8, 9, 0], 3))).toEqual([
    ...['sound 0/0: silence', 'sound 0/1: 7', 'motion 0/0'],
    ...['sound 0/2: 8', 'motion 0/1'],
    ...['sound 0/3: 9', 'motion 0/2'],
    ...['sound 1/3: silence', 'sound 1/4: silence', 'motion 1/3'],
    ...['sound 1/5: silence', 'motion 1/4'],
  ]);
});

test('where only what is heard is shown, sound has the numbers of its frames, ahead as in JSON', () => {
  const frames = framesOf([0, 7, 8, 0, 5, 0], -1);
  expect(sentOf({ binary: true }, frames)).toEqual([
    ...['sound 1/0: 7', 'sound 1/1: 8', 'motion 1/0', 'motion 1/1', 'sound 1/2: 5', 'motion 1/2'],
  ]);
  expect(sentOf({}, frames)).toEqual(['sound 0: 7', 'sound 1: 8', 'sound 2: 5']);
});
