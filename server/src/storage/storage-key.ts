import { OratorError } from '@orator/core/base/errors';

/** File systems allow 255 bytes for a name; the rest is for what the disk storage adds to it. */
const LONGEST_SEGMENT = 200;
/** S3 allows 1,024 bytes; the rest is for a prefix of the bucket's owner. */
const LONGEST_KEY = 900;
const SEGMENT = /^[A-Za-z0-9._-]+$/;

/**
 * Makes sure that a key is one: parts of letters, digits, `.`, `_` and `-`, with `/` between them, and no `..` anywhere.
 * @throws {OratorError} `storage/bad-key`
 */
export function checkKey(key: string): void {
  const fault = faultOf(key);
  if (fault) throw badKey(key, fault);
}

/** Whether a key is one; other programs may have put files beside ours. */
export const isKey = (key: string): boolean => faultOf(key) === null;

/**
 * Makes sure that a text can be how keys begin.
 * @throws {OratorError} `storage/bad-key`
 */
export function checkKeyPrefix(prefix: string): void {
  const fault = prefix === '' ? null : faultOf(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
  if (fault) throw badKey(prefix, fault);
}

/** What is wrong with a key, or `null`. */
function faultOf(key: string): string | null {
  if (key.length > LONGEST_KEY) return `is longer than ${LONGEST_KEY} characters`;
  if (key.includes('..')) return 'contains ".."';
  for (const segment of key.split('/')) {
    if (segment === '') return 'has an empty part';
    if (segment === '.') return 'has a part "."';
    if (segment.length > LONGEST_SEGMENT) return `has a part of more than ${LONGEST_SEGMENT} characters`;
    if (!SEGMENT.test(segment)) return 'has something else than letters, digits, ".", "_" and "-" in a part';
  }
  return null;
}

function badKey(key: string, fault: string): OratorError {
  // Quoted and cut: it may be anything that somebody sent.
  const shown = JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key);
  return new OratorError('storage/bad-key', `The key ${shown} ${fault}. Keys look like "clips/4711/clip.mp4".`);
}
