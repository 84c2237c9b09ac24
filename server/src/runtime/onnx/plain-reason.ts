import { basename } from 'node:path';
import { OratorError } from '@orator/core/base/errors';

/** Where in the library's source something was noticed, in the three ways in which the library says it. */
const PLACE = /^\S+\.cc:\d+ (?:.*? was false\. |.*?\[ONNXRuntimeError\] : \d+ : \w+ : |\w+ )/;

/** The library's words without where in its source something was noticed: that can be longer than all the rest. */
export const withoutPlace = (words: string): string => words.replace(PLACE, '');

/**
 * Why something did not run, for receipts and doctor: without where in the library's source it was noticed, without advice, and without where
 * files lie on this machine. Paths are known by their quotation marks, or by being given.
 */
export function plainReason(thrown: unknown, path?: string): string {
  const words = withoutPlace(OratorError.from(thrown).message.replace(/^The network did not run: /, ''))
    .replace(/\.? See orator doctor\.$/, '')
    .replace(/"[^"]*[\\/]([^"\\/]+)"/g, '"$1"');
  return path === undefined ? words : words.replaceAll(path, basename(path));
}
