import { OratorError } from '@orator/core/base/errors';
import type { ByteRange } from './storage.ts';

/**
 * The part of a file of `bytes` bytes that is asked for, with both its ends.
 * @throws {OratorError} `request/invalid` when no byte of the file is in it.
 */
export function clampRange(range: ByteRange, bytes: number): Required<ByteRange> {
  const end = Math.min(range.end ?? Number.POSITIVE_INFINITY, bytes - 1);
  const isWhole = Number.isSafeInteger(range.start) && Number.isSafeInteger(end);
  if (!isWhole || range.start < 0 || range.start > end) throw outOfRange(range, bytes);
  return { start: range.start, end };
}

/** No byte of a file lies in the range. */
export function outOfRange(range: ByteRange, bytes?: number): OratorError {
  const size = bytes === undefined ? '' : ` The file has ${bytes} bytes.`;
  const asked = `${range.start} to ${range.end ?? 'the end'}`;
  return new OratorError('request/invalid', `No byte of the file lies in the range from ${asked}.${size}`);
}
