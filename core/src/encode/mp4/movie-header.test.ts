import { expect, test } from 'vitest';
import { type Box, findBox, parseBoxes, viewOf, writeBox } from './box.ts';
import { rewriteMovieHeader } from './movie-header.ts';

const bytes = (length: number, ...numbers: readonly (readonly [number, number])[]) => {
  const body = new Uint8Array(length);
  for (const [at, value] of numbers) viewOf(body).setUint32(at, value);
  return body;
};
const text = (body: Uint8Array, at: number, letters: string) => {
  for (let i = 0; i < letters.length; i++) body[at + i] = letters.charCodeAt(i);
  return body;
};

/** A track as ffmpeg writes it: an edit list that skips `delay` ticks, and chunks at the given places. */
const track = (kind: 'vide' | 'soun', delay: number, places: readonly number[]): Box => ({
  type: 'trak',
  children: [
    { type: 'tkhd', body: bytes(84) },
    { type: 'edts', children: [{ type: 'elst', body: bytes(20, [4, 1], [8, 7], [12, delay], [16, 0x10000]) }] },
    {
      type: 'mdia',
      children: [
        { type: 'hdlr', body: text(bytes(24), 8, kind) },
        {
          type: 'minf',
          children: [
            {
              type: 'stbl',
              children: [
                {
                  type: 'stco',
                  body: bytes(
                    8 + places.length * 4,
                    [4, places.length],
                    ...places.map((place, i) => [8 + i * 4, place] as const),
                  ),
                },
              ],
            },
          ],
        },
      ],
    },
  ],
});

const movie = (...tracks: Box[]) =>
  writeBox({
    type: 'moov',
    children: [{ type: 'mvhd', body: bytes(100, [12, 1000]) }, ...tracks, { type: 'udta', children: [] }],
  });

const facts = { videoTicks: 96_000, audioTicks: 95_000, metadata: { title: 'A' } };
const tracksOf = (moov: Uint8Array) => parseBoxes(moov)[0]!.children!.filter(({ type }) => type === 'trak');
const table = (box: Box) => findBox(box, 'mdia', 'minf', 'stbl')!.children![0]!;

test('lengths are exact to the sample, and edit lists keep the delay that they skip', () => {
  const moov = rewriteMovieHeader(movie(track('vide', 1024, [48]), track('soun', 2048, [100])), facts);
  const header = viewOf(findBox(parseBoxes(moov)[0]!, 'mvhd')!.body!);
  expect([header.getUint32(12), header.getUint32(16)]).toEqual([48_000, 96_000]);
  const edits = tracksOf(moov).map((box) => viewOf(findBox(box, 'edts', 'elst')!.body!));
  expect(edits.map((edit) => [edit.getUint32(8), edit.getInt32(12)])).toEqual([
    [96_000, 1024],
    [95_000, 2048],
  ]);
});

test('chunks move by the size of the new header', () => {
  const moov = rewriteMovieHeader(movie(track('vide', 0, [48, 5000]), track('soun', 0, [3000])), facts);
  const [video, sound] = tracksOf(moov).map((box) => viewOf(table(box).body!));
  expect([video!.getUint32(8), video!.getUint32(12), sound!.getUint32(8)]).toEqual(
    [48, 5000, 3000].map((place) => place + moov.length),
  );
});

test('places that move past 4 GiB get 64 bits', () => {
  const moov = rewriteMovieHeader(movie(track('vide', 0, [48, 2 ** 32 - 50]), track('soun', 0, [64])), facts);
  for (const box of tracksOf(moov)) expect(table(box).type).toBe('co64');
  const video = viewOf(table(tracksOf(moov)[0]!).body!);
  expect(Number(video.getBigUint64(16))).toBe(2 ** 32 - 50 + moov.length);
});

test('a day of video counts in milliseconds, which fit', () => {
  const ticks = 26 * 3600 * 48_000;
  const moov = rewriteMovieHeader(movie(track('vide', 0, [48])), { ...facts, videoTicks: ticks, audioTicks: ticks });
  const header = viewOf(findBox(parseBoxes(moov)[0]!, 'mvhd')!.body!);
  expect([header.getUint32(12), header.getUint32(16)]).toEqual([1000, 26 * 3600 * 1000]);
});

test('says when it is no header, or a damaged one', () => {
  expect(() => rewriteMovieHeader(writeBox({ type: 'free', children: [] }), facts)).toThrow(RangeError);
  expect(() => rewriteMovieHeader(movie(track('vide', 0, [48])).fill(255, 8, 12), facts)).toThrow(RangeError);
});
