import { basename } from 'node:path';
import { OratorError } from '@orator/core/base/errors';

/** The library's reason, without where in its source it was noticed, without advice, and without where files lie, which is nobody's business. */
export const plainReason = (thrown: unknown, path?: string): string => {
  const words = OratorError.from(thrown)
    .message.replace(/^The network did not run: (?:\S+\.cc:\d+ .*? was false\. )?/, '')
    .replace(/\.? See orator doctor\.$/, '');
  return path === undefined ? words : words.replaceAll(path, basename(path));
};
