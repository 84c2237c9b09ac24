import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import { type Caller, EVERYBODY } from './keys.ts';

/** Names whose files and jobs a call is about; only the local key may say so. */
export const OWNER_HEADER = 'x-orator-owner';
const OWNER = /^[\w-]{1,64}$/;

/** The key of one process, for programs of the same user on the same machine. It may do all, for whichever owner it names. */
export class LocalKey {
  readonly value = `local_${randomBytes(32).toString('base64url')}`;
  readonly #hash = hashOf(this.value);

  /**
   * Who asks with this key; null when `key` is another one.
   * @throws {OratorError} `request/invalid` for an owner that cannot be one.
   */
  callerOf(key: string | undefined, owner: string | string[] | undefined): Caller | null {
    if (key === undefined || !timingSafeEqual(hashOf(key), this.#hash)) return null;
    if (owner === undefined) return EVERYBODY;
    if (typeof owner !== 'string' || !OWNER.test(owner)) {
      throw new OratorError('request/invalid', `${OWNER_HEADER} is the id of a key, or ${EVERYBODY.owner}.`);
    }
    return { ...EVERYBODY, owner };
  }
}

const hashOf = (key: string) => createHash('sha256').update(key).digest();
