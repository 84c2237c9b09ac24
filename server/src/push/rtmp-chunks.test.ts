import { describe, expect, test } from 'vitest';
import { readAmf, writeAmf } from './amf.ts';
import { ChunkReader, chunksOf, RTMP } from './rtmp-chunks.ts';

const message = (bytes: number, at = 0) => ({
  type: RTMP.video,
  stream: 1,
  at,
  body: Buffer.from(Array.from({ length: bytes }, (_, k) => k & 255)),
});

describe('chunks', () => {
  test.each([
    [0, 0],
    [1, 5],
    [128, 40],
    [129, 0xfffffe],
    [1000, 0xffffff],
    [60_000, 0xffff_ffff],
  ])('of %i bytes at %i ms are read as they were written, cut anywhere', (bytes, at) => {
    const sent = message(bytes, at);
    const written = Buffer.concat([chunksOf(sent, 6, 128), chunksOf(message(3), 6, 128)]);
    for (const step of [1, 7, written.length]) {
      const reader = new ChunkReader();
      const read = [];
      for (let from = 0; from < written.length; from += step)
        read.push(...reader.push(written.subarray(from, from + step)));
      expect(read).toEqual([sent, message(3)]);
    }
  });

  test('of several streams come mixed, with heads that leave out what is known', () => {
    const reader = new ChunkReader();
    const first = Buffer.from([3, 0, 0, 9, 0, 0, 200, 20, 0, 0, 0, 0, ...Buffer.alloc(128, 1)]);
    const between = chunksOf(message(2), 4, 128);
    const rest = Buffer.from([0xc3, ...Buffer.alloc(72, 1)]);
    const same = Buffer.from([0x83, 0, 0, 5, ...Buffer.alloc(128, 2), 0xc3, ...Buffer.alloc(72, 2)]);
    const shorter = Buffer.from([0x43, 0, 0, 1, 0, 0, 2, 17, 7, 7]);
    const read = reader.push(Buffer.concat([first, between, rest, same, shorter]));
    expect(read.map(({ type, at, body }) => [type, at, body.length])).toEqual([
      [9, 0, 2],
      [20, 9, 200],
      [20, 14, 200],
      [17, 15, 2],
    ]);
  });

  test.each([
    ['goes on with nothing', Buffer.from([0xc3, 1])],
    ['announces a message without end', Buffer.from([3, 0, 0, 0, 0xff, 0xff, 0xff, 20, 0, 0, 0, 0])],
    [
      'announces chunks of nothing',
      chunksOf({ type: RTMP.chunkSize, stream: 0, at: 0, body: Buffer.alloc(4) }, 2, 128),
    ],
    [
      'opens streams without end',
      Buffer.concat(
        Array.from({ length: 65 }, (_, k) => Buffer.from([0, k, 0, 0, 0, 0, 0, 9, 20, 0, 0, 0, 0, ...Buffer.alloc(9)])),
      ),
    ],
  ])('what %s is refused', (_what, bytes) => {
    expect(() => new ChunkReader().push(bytes)).toThrow(RangeError);
  });
});

describe('AMF0', () => {
  test('is read as it was written', () => {
    const values = ['connect', 1, { app: 'live', deep: { yes: true, none: null } }, null, false, -0.5] as const;
    expect(readAmf(writeAmf(...values))).toEqual(values);
  });

  test('that breaks off or is nested too deep is refused', () => {
    const whole = writeAmf({ app: 'live' });
    for (let end = 1; end < whole.length; end++) expect(() => readAmf(whole.subarray(0, end))).toThrow(RangeError);
    const deep = Buffer.concat(Array.from({ length: 20 }, () => Buffer.from([3, 0, 1, 97])));
    expect(() => readAmf(deep)).toThrow(RangeError);
    const poisoned = readAmf(writeAmf(JSON.parse('{"__proto__": {"level": "error"}}')))[0] as Record<string, unknown>;
    expect(Object.getPrototypeOf(poisoned)).toBe(null);
  });
});
