import { OratorError } from '@orator/core/base/errors';
import type { FastifyRequest } from 'fastify';
import { isKey } from '../runpod/secrets.ts';
import { isLoopback, type Service } from '../service/service.ts';
import { type Caller, EVERYBODY, requireScope } from './keys.ts';
import { OWNER_HEADER } from './local-key.ts';
import { signInOf } from './sign-ins.ts';

/** What decides who comes in. */
type Door = Pick<Service, 'config' | 'keys' | 'needsKey'>;

/** The key that a request carries, in any of its places: browsers can offer one on a WebSocket only as a protocol. */
export function keyIn({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const { authorization, 'x-api-key': header } = headers;
  const [, offered] = /(?:^|,)\s*key\.([\w-]+)\s*(?:,|$)/.exec(headers['sec-websocket-protocol'] ?? '') ?? [];
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? (typeof header === 'string' ? header : offered);
}

/** Who comes with a key; everybody where none is needed. @throws {OratorError} `key/missing`, `key/invalid` */
export async function callerOf(key: string | undefined, { needsKey, keys }: Door): Promise<Caller> {
  if (!needsKey) return EVERYBODY;
  if (!key) {
    throw new OratorError(
      'key/missing',
      'A key is needed: send it as "Authorization: Bearer …" or as x-api-key, or a ticket as ?ticket=….',
    );
  }
  return keys.callerOf(key);
}

/**
 * Who asks: a program of this machine that has the local key, who has a ticket or is signed in where a key is needed, or as `callerOf`
 * says.
 * @throws {OratorError} `key/missing`, `key/invalid`; `key/forbidden` as `checkPage` says, for tickets of another place, and for sign-ins that another
 * page makes use of.
 */
export async function requesterOf(request: FastifyRequest, service: Service): Promise<Caller> {
  const key = keyIn(request);
  const { ticket } = request.query as Readonly<Record<string, unknown>>;
  if (key === undefined && typeof ticket === 'string' && service.needsKey) {
    return service.tickets.callerOf(ticket, request);
  }
  const signIn = signInOf(request.headers);
  if (key === undefined && signIn !== undefined && service.needsKey) {
    if (!isReading(request)) checkOwnPage(request, service);
    return service.signIns.callerOf(signIn);
  }
  const local = service.localKey.callerOf(key, request.headers[OWNER_HEADER]);
  if (!local) checkPage(request, service);
  return local ?? callerOf(key, service);
}

/**
 * Where nobody needs a key because only this machine can call, any page in a browser on it could: browsers let pages open WebSockets and
 * send forms to anywhere, and a page whose host name comes to mean this machine may even read the answers. Pages from this machine may
 * call, and those of ORATOR_CORS_ORIGINS and ORATOR_PUBLIC_URL; ORATOR_AUTH=none, said aloud, lets all in.
 * @throws {OratorError} `key/forbidden`
 */
export function checkPage({ headers }: Pick<FastifyRequest, 'headers'>, { needsKey, config }: Door): void {
  const { ORATOR_AUTH, ORATOR_CORS_ORIGINS: listed = [], ORATOR_PUBLIC_URL: own } = config.values;
  if (needsKey || ORATOR_AUTH === 'none') return;
  const { origin, host } = headers;
  const isKnown = (address: string) => {
    const url = URL.parse(address);
    return url !== null && (isLoopback(url.hostname) || url.host === URL.parse(own ?? '')?.host);
  };
  if (host !== undefined && !isKnown(`http://${host}`)) {
    throw new OratorError(
      'key/forbidden',
      `This service is not called "${host.slice(0, 100)}". Set ORATOR_PUBLIC_URL if that is where it is reached.`,
    );
  }
  if (origin === undefined || listed.includes('*') || listed.includes(origin) || isKnown(origin)) return;
  throw new OratorError(
    'key/forbidden',
    `Pages of ${origin.slice(0, 100)} may not call this service. Add the origin to ORATOR_CORS_ORIGINS.`,
  );
}

/** Whether a request changes nothing: a WebSocket begins as GET, and then takes orders. */
const isReading = ({ method, headers }: FastifyRequest) =>
  ['GET', 'HEAD'].includes(method) && headers.upgrade === undefined;

/**
 * Browsers send a cookie along for whatever page makes them ask: where one counts, only pages of this service may.
 * @throws {OratorError} `key/forbidden`
 */
export function checkOwnPage({ headers }: Pick<FastifyRequest, 'headers'>, { config }: Pick<Door, 'config'>): void {
  const from = URL.parse(headers.origin ?? '')?.host;
  const own = [headers.host, URL.parse(config.values.ORATOR_PUBLIC_URL ?? '')?.host];
  if (from !== undefined && own.includes(from)) return;
  throw new OratorError(
    'key/forbidden',
    'Only pages of this service itself may make use of a sign-in. Others send a key: see /docs.',
  );
}

/**
 * Lets in whoever has the key of ORATOR_INTERNAL_KEY, or one of ours with the scope "internal". Where that setting is made, a key is
 * asked for even where others need none.
 * @throws {OratorError} `key/missing`, `key/invalid`, `key/forbidden`
 */
export async function requireInternal(key: string | undefined, door: Door): Promise<void> {
  const { ORATOR_INTERNAL_KEY: internal } = door.config.values;
  if (internal && key && isKey(key, [internal])) return;
  if (internal && !door.needsKey) {
    throw new OratorError(
      key ? 'key/invalid' : 'key/missing',
      'The internal key is needed: send it as "Authorization: Bearer …" or as x-api-key.',
    );
  }
  requireScope(await callerOf(key, door), 'internal');
}
