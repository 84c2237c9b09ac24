import { open } from 'node:fs/promises';
import { OratorError } from '@orator/core/base/errors';

/** So far into a file its readers look for what it is: PDF readers take a mark within the first kilobyte. */
const HEAD_BYTES = 1024;
/** What begins another kind of file, or a list that names further files. */
const FOREIGN = /%PDF-|#EXTM3U|ffconcat version|<\?php|<script[\s>]|<!doctype html|<html[\s>]/i;

/** A ZIP archive ends with its directory's end: this mark, 18 more bytes, and a comment of the length that the last two of them say. */
const ZIP_END = Buffer.from('PK\x05\x06', 'latin1');
const ZIP_END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;

/**
 * Refuses a picture, sound or video that is a web page, a script, a PDF, a playlist or an archive as well. Pictures that phones put
 * a film behind are none of these.
 * @throws {OratorError} `upload/unsupported`
 */
export async function refusePolyglot(path: string): Promise<void> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const read = async (at: number, bytes: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, at);
    return buffer.subarray(0, bytesRead);
  };
  const head = await read(0, HEAD_BYTES);
  const tailBytes = Math.min(size, ZIP_END_BYTES + LONGEST_COMMENT);
  if (!FOREIGN.test(head.toString('latin1')) && !endsAsZip(await read(size - tailBytes, tailBytes))) return;
  throw new OratorError(
    'upload/unsupported',
    'The file is of two kinds at once: media, and a page, script, list or archive. Save it anew from a program that plays it.',
  );
}

function endsAsZip(tail: Buffer): boolean {
  for (let at = tail.lastIndexOf(ZIP_END); at >= 0; at = at > 0 ? tail.lastIndexOf(ZIP_END, at - 1) : -1) {
    if (at + ZIP_END_BYTES <= tail.length && at + ZIP_END_BYTES + tail.readUInt16LE(at + 20) === tail.length)
      return true;
  }
  return false;
}
