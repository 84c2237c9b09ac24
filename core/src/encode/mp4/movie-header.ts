import { type Box, findBox, parseBoxes, sizeOf, textOf, viewOf, writeBox } from './box.ts';
import { metadataBox } from './metadata.ts';

/** What is true of a finished clip, told to its header. */
export interface MovieFacts {
  /** Exact length of the pictures and of the sound, in ticks of `TICKS` per second. */
  readonly videoTicks: number;
  readonly audioTicks: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Ticks per second of the movie's own clock: one per sample of its sound, so that lengths are exact. */
export const TICKS = 48_000;
const LARGEST_32_BIT = 2 ** 32 - 1;
/** 32-bit lengths at 48 kHz end after 24.8 hours; milliseconds last for 49 days. */
const COARSE_TICKS = 1000;

/**
 * Rewrites the header (`moov`) of a clip whose media data is about to move towards the end of the file by the header's own size:
 * exact lengths and edit lists, so that neither the encoder's delay nor its padding is played, and the metadata.
 * @throws {RangeError} when the header is not one that ffmpeg writes.
 */
export function rewriteMovieHeader(moov: Uint8Array, facts: MovieFacts): Uint8Array<ArrayBuffer> {
  const movie = parseBoxes(moov)[0];
  if (movie?.type !== 'moov' || !movie.children) throw new RangeError('This is not a movie header.');
  const longest = Math.max(facts.videoTicks, facts.audioTicks);
  const rate = longest > LARGEST_32_BIT ? COARSE_TICKS : TICKS;
  const length = (ticks: number) => Math.round((ticks * rate) / TICKS);
  const header = findBox(movie, 'mvhd')!;
  const clock = viewOf(header.body!);
  clock.setUint32(header.body![0] === 1 ? 20 : 12, rate);
  setDuration(header.body!, 24, 16, length(longest));
  for (const track of movie.children.filter(({ type }) => type === 'trak')) {
    const isSound = textOf(findBox(track, 'mdia', 'hdlr')!.body!.subarray(8, 12)) === 'soun';
    const ticks = length(isSound ? facts.audioTicks : facts.videoTicks);
    setDuration(findBox(track, 'tkhd')!.body!, 28, 20, ticks);
    setEditList(track, ticks);
  }
  const children = movie.children.filter(({ type }) => type !== 'udta');
  return moveMedia({ type: 'moov', children: [...children, metadataBox(facts.metadata)] });
}

/** Durations lie at one place in version 1 of a box (64 bits) and at another in version 0 (32 bits). */
function setDuration(body: Uint8Array, wide: number, narrow: number, ticks: number): void {
  if (body[0] === 1) viewOf(body).setBigUint64(wide, BigInt(ticks));
  else viewOf(body).setUint32(narrow, ticks);
}

/** Shows exactly `ticks` of a track, from where the encoder's delay ends. */
function setEditList(track: Box, ticks: number): void {
  const old = findBox(track, 'edts', 'elst')?.body;
  const body = new Uint8Array(20);
  const view = viewOf(body);
  view.setUint32(4, 1); // one entry
  view.setUint32(8, ticks);
  view.setInt32(12, old ? lastMediaTime(old) : 0);
  view.setUint32(16, 0x10000); // at normal speed
  const edits: Box = { type: 'edts', children: [{ type: 'elst', body }] };
  const at = track.children!.findIndex(({ type }) => type === 'edts');
  if (at >= 0) track.children![at] = edits;
  else track.children!.splice(1, 0, edits);
}

/** Where the last edit starts within the track's media, in the track's own ticks. */
function lastMediaTime(body: Uint8Array): number {
  const view = viewOf(body);
  const entry = view.getUint32(4) - 1;
  return body[0] === 1 ? Number(view.getBigInt64(8 + entry * 20 + 8)) : view.getInt32(8 + entry * 12 + 4);
}

/** Adds the header's size to every chunk's place in the file; places beyond 4 GB get 64 bits. */
function moveMedia(movie: Box): Uint8Array<ArrayBuffer> {
  const tables = movie
    .children!.filter(({ type }) => type === 'trak')
    .map((track) => findBox(track, 'mdia', 'minf', 'stbl')!);
  const places = tables.map((table) => chunkPlaces(table));
  const entries = places.reduce((sum, list) => sum + list.length, 0);
  const last = Math.max(0, ...places.map((list) => list.at(-1) ?? 0));
  const wide = last + sizeOf(movie) + entries * 8 > LARGEST_32_BIT;
  for (const [i, table] of tables.entries()) setChunkPlaces(table, places[i]!, wide);
  const shift = sizeOf(movie);
  for (const [i, table] of tables.entries()) {
    setChunkPlaces(
      table,
      places[i]!.map((place) => place + shift),
      wide,
    );
  }
  return writeBox(movie);
}

const isPlaces = ({ type }: Box) => type === 'stco' || type === 'co64';

function chunkPlaces(table: Box): number[] {
  const { type, body } = table.children!.find(isPlaces)!;
  const view = viewOf(body!);
  const count = view.getUint32(4);
  return Array.from({ length: count }, (_, i) =>
    type === 'co64' ? Number(view.getBigUint64(8 + i * 8)) : view.getUint32(8 + i * 4),
  );
}

function setChunkPlaces(table: Box, places: readonly number[], wide: boolean): void {
  const body = new Uint8Array(8 + places.length * (wide ? 8 : 4));
  const view = viewOf(body);
  view.setUint32(4, places.length);
  places.forEach((place, i) => {
    if (wide) view.setBigUint64(8 + i * 8, BigInt(place));
    else view.setUint32(8 + i * 4, place);
  });
  table.children![table.children!.findIndex(isPlaces)] = { type: wide ? 'co64' : 'stco', body };
}
