import { type FileHandle, open } from 'node:fs/promises';
import { viewOf } from '@orator/core/encode/mp4/box';
import { type MovieFacts, rewriteMovieHeader } from '@orator/core/encode/mp4/movie-header';

/** Where one top-level box lies in the file, in bytes. */
interface Span {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Media data is moved in blocks of this size: large enough for full disk speed. */
const BLOCK = 4 << 20;

/**
 * Completes the MP4 that ffmpeg has written: moves its header to the front, so that a player can start before it has everything,
 * with exact lengths and the metadata, which is known only now. The data is moved within the file: no second copy.
 * @returns the file's size in bytes. @throws the file system's errors; {RangeError} when the file is not a whole MP4.
 */
export async function finishMp4(path: string, facts: MovieFacts): Promise<number> {
  const file = await open(path, 'r+');
  try {
    const spans = await topLevel(file);
    const brand = spans[0];
    const header = spans.at(-1);
    if (brand?.type !== 'ftyp' || header?.type !== 'moov') throw new RangeError('ffmpeg left an unfinished MP4.');
    const old = Buffer.alloc(header.end - header.start);
    await readAll(file, old, header.start);
    const moov = rewriteMovieHeader(old, facts);
    await moveTowardsEnd(file, brand.end, header.start, moov.length);
    await writeAll(file, moov, brand.end);
    const size = header.start + moov.length;
    await file.truncate(size);
    return size;
  } finally {
    await file.close();
  }
}

async function topLevel(file: FileHandle): Promise<Span[]> {
  const { size: end } = await file.stat();
  const spans: Span[] = [];
  const head = Buffer.alloc(16);
  for (let start = 0; start + 8 <= end; ) {
    await file.read(head, 0, 16, start);
    const short = head.readUInt32BE(0);
    const size = short === 1 ? Number(viewOf(head).getBigUint64(8)) : short; // 1 announces a 64-bit size
    if (size < 8 || start + size > end) throw new RangeError('ffmpeg left an unfinished MP4.');
    spans.push({ type: head.toString('latin1', 4, 8), start, end: start + size });
    start += size;
  }
  return spans;
}

/** Moves the bytes from `from` to `to` by `distance`, last block first so that none is overwritten before it has moved. */
async function moveTowardsEnd(file: FileHandle, from: number, to: number, distance: number): Promise<void> {
  const block = Buffer.allocUnsafe(Math.min(BLOCK, to - from));
  for (let end = to; end > from; ) {
    const start = Math.max(from, end - block.length);
    const part = block.subarray(0, end - start);
    await readAll(file, part, start);
    await writeAll(file, part, start + distance);
    end = start;
  }
}

async function readAll(file: FileHandle, into: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, at + done);
    if (bytesRead === 0) throw new RangeError('The file ends too early.');
    done += bytesRead;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}
