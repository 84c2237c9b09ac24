import { expect, test } from 'vitest';
import { hertz } from '../base/units.ts';
import { parseWav, writeWav } from './wav.ts';

/** A WAV file from its parts. */
const wav = (code: number, channels: number, bits: number, data: Uint8Array, dataSize = data.length, before = '') => {
  const format = new DataView(new ArrayBuffer(16));
  format.setUint16(0, code, true);
  format.setUint16(2, channels, true);
  format.setUint32(4, 16000, true);
  format.setUint16(14, bits, true);
  const size = (n: number) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24];
  const text = (s: string) => [...s].map((c) => c.charCodeAt(0));
  return Uint8Array.from([
    ...text('RIFF'),
    ...size(0),
    ...text('WAVE'),
    ...text(before),
    ...text('fmt '),
    ...size(16),
    ...new Uint8Array(format.buffer),
    ...text('data'),
    ...size(dataSize),
    ...data,
  ]);
};
const of = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

test('what was written reads back the same, and writing that again gives the same bytes', () => {
  const pcm = Float32Array.from({ length: 300 }, (_, i) => Math.sin(i / 7) * 0.9);
  const bytes = writeWav(pcm, hertz(24000));
  const read = parseWav(bytes);
  expect(read.rate).toBe(24000);
  expect(read.pcm.length).toBe(300);
  for (let i = 0; i < 300; i++) expect(Math.abs(read.pcm[i]! - pcm[i]!)).toBeLessThan(1 / 65535);
  expect(writeWav(read.pcm, hertz(24000))).toEqual(bytes);
});

test('samples beyond full scale are clipped, not wrapped', () => {
  expect(parseWav(writeWav(Float32Array.of(2, -2), hertz(8000))).pcm).toEqual(Float32Array.of(32767 / 32768, -1));
});

test.each([
  [1, 8, Uint8Array.of(192)],
  [1, 16, of(Int16Array.of(16384))],
  [1, 24, Uint8Array.of(0, 0, 64)],
  [1, 32, of(Int32Array.of(2 ** 30))],
  [3, 32, of(Float32Array.of(0.5))],
  [3, 64, of(Float64Array.of(0.5))],
])('format %i with %i bits reads one half as one half', (code, bits, data) => {
  expect(parseWav(wav(code, 1, bits, data)).pcm).toEqual(Float32Array.of(0.5));
});

test('negative 24-bit samples keep their sign', () => {
  expect(parseWav(wav(1, 1, 24, Uint8Array.of(0, 0, 0xc0))).pcm[0]).toBe(-0.5);
});

test('channels are averaged, other chunks skipped, and a length past the end means the rest', () => {
  const data = of(Int16Array.of(16384, -16384, 16384, 16384));
  const bytes = wav(1, 2, 16, data, 0xffffffff, 'LIST\x03\x00\x00\x00abc\x00');
  expect(parseWav(bytes).pcm).toEqual(Float32Array.of(0, 0.5));
});

test.each([
  ['nothing', new Uint8Array(0), 'audio/unreadable'],
  ['a text', new TextEncoder().encode('#EXTM3U and some more'), 'audio/unreadable'],
  ['a file that breaks off', writeWav(new Float32Array(9), hertz(8000)).subarray(0, 30), 'audio/unreadable'],
  ['compressed sound', wav(85, 1, 16, new Uint8Array(8)), 'audio/unreadable'],
  ['no samples', wav(1, 1, 16, new Uint8Array(0)), 'audio/empty'],
])('refuses %s', (_, bytes, code) => {
  expect(() => parseWav(bytes)).toThrow(expect.objectContaining({ code }));
});
