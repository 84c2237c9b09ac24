import { OratorError } from '@orator/core/base/errors';
import type { FastifyRequest } from 'fastify';
import { isKey } from '../runpod/secrets.ts';
import type { Service } from '../service/service.ts';
import { type Caller, EVERYBODY, requireScope } from './keys.ts';
import { OWNER_HEADER } from './local-key.ts';

/** What decides who comes in. */
type Door = Pick<Service, 'config' | 'keys' | 'needsKey'>;

/** The key that a request carries, in any of its places: browsers can offer one on a WebSocket only as a protocol. */
export function keyIn({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const { authorization, 'x-api-key': header } = headers;
  const [, offered] = /(?:^|,)\s*key\.([\w-]+)\s*(?:,|$)/.exec(headers['sec-websocket-protocol'] ?? '') ?? [];
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? (typeof header === 'string' ? header : offered);
}

/** Who comes with a key; everybody where none is needed. @throws {OratorError} `key/missing` */
export async function callerOf(key: string | undefined, { needsKey, keys }: Door): Promise<Caller> {
  if (!needsKey) return EVERYBODY;
  if (!key) {
    throw new OratorError('key/missing', 'A key is needed: send it as "Authorization: Bearer …" or as x-api-key.');
  }
  return keys.callerOf(key);
}

/** Who asks: a program of this machine that has the local key, or as `callerOf` says. */
export async function requesterOf(request: Pick<FastifyRequest, 'headers'>, service: Service): Promise<Caller> {
  const key = keyIn(request);
  return service.localKey.callerOf(key, request.headers[OWNER_HEADER]) ?? callerOf(key, service);
}

/**
 * Lets in whoever has the key of ORATOR_INTERNAL_KEY, or one of ours with the scope "internal". Where that setting is made, a key is
 * asked for even where others need none.
 * @throws {OratorError} `key/missing`, `key/forbidden`
 */
export async function requireInternal(key: string | undefined, door: Door): Promise<void> {
  const { ORATOR_INTERNAL_KEY: internal } = door.config.values;
  if (internal && key && isKey(key, [internal])) return;
  if (internal && !door.needsKey) {
    throw new OratorError(
      'key/missing',
      'The internal key is needed: send it as "Authorization: Bearer …" or as x-api-key.',
    );
  }
  requireScope(await callerOf(key, door), 'internal');
}
