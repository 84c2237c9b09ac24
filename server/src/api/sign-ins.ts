import type { IncomingHttpHeaders } from 'node:http';
import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import type { Database } from '../store/database.ts';
import type { Caller, Keys } from './keys.ts';
import { Seal } from './seal.ts';

const COOKIE = 'orator_sign_in';
const SEAL = { name: 'sign-in', prefix: 'in_' } as const;
/** Who does not come for so long signs in again. */
const LASTS_SECONDS = 7 * 86_400;

const content = z.object({
  owner: z.string(),
  /** Ms since 1970. */
  until: z.number(),
});

/** Sign-ins of browsers: a cookie that scripts cannot read stands for the key, which stays nowhere. It ends when the key is revoked. */
export class SignIns {
  readonly #seal: Seal;
  readonly #keys: Keys;

  constructor(database: Database, keys: Keys) {
    this.#seal = new Seal(database, SEAL);
    this.#keys = keys;
  }

  /** The header `set-cookie` that signs an owner in; `secure` where browsers come over HTTPS. */
  async cookieFor(owner: string, secure: boolean): Promise<string> {
    const until = Date.now() + LASTS_SECONDS * 1000;
    return cookie(await this.#seal.seal({ owner, until } satisfies z.infer<typeof content>), LASTS_SECONDS, secure);
  }

  /** The header `set-cookie` that signs out. */
  cookieOfNobody(secure: boolean): string {
    return cookie('', 0, secure);
  }

  /** Who comes with a sign-in. @throws {OratorError} `key/missing` for one that is wrong or over, or whose key was revoked. */
  async callerOf(signIn: string): Promise<Caller> {
    const said = content.safeParse(await this.#seal.open(signIn));
    if (!said.success || said.data.until <= Date.now()) {
      throw new OratorError('key/missing', 'You are not signed in any more. Sign in again.');
    }
    return this.#keys.callerWithId(said.data.owner);
  }
}

/** The sign-in that a request carries. */
export function signInOf({ cookie: all = '' }: IncomingHttpHeaders): string | undefined {
  const pairs = all.split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1] || undefined;
}

const cookie = (value: string, seconds: number, secure: boolean) =>
  `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
