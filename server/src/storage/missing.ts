import { OratorError } from '@orator/core/base/errors';

/** There is no file under a key. */
export const missing = (key: string): OratorError =>
  new OratorError('storage/missing', `There is no file "${key}". It may have been removed.`);
