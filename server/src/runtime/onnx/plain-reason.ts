import { basename } from 'node:path';
import { OratorError } from '@orator/core/base/errors';

/**
 * Why something did not run, for receipts and doctor: without where in the library's source it was noticed, without advice, and without where
 * files lie on this machine. Paths are known by their quotation marks, or by being given.
 */
export function plainReason(thrown: unknown, path?: string): string {
  const words = OratorError.from(thrown)
    .message.replace(/^The network did not run: (?:\S+\.cc:\d+ .*? was false\. )?/, '')
    .replace(/\.? See orator doctor\.$/, '')
    .replace(/"[^"]*[\\/]([^"\\/]+)"/g, '"$1"');
  return path === undefined ? words : words.replaceAll(path, basename(path));
}
