import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { OratorError } from '@orator/core/base/errors';
import { type AllowList, isReachable } from './address-guard.ts';
import { stopped } from './stopped.ts';

/** Finds the addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** How requests to addresses that users name are kept harmless. */
export interface Guard {
  readonly allow: AllowList;
  /** The system's own unless a test has another. */
  readonly resolve?: Resolve;
}

/** One request. Its answer has to begin before `idleSeconds` have passed in silence. */
export interface GuardedRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string;
  readonly idleSeconds: number;
  /** Ends the request and the answer. */
  readonly signal: AbortSignal;
}

/** How long a connection may be silent, and what ends it. */
export type Patience = Pick<GuardedRequest, 'idleSeconds' | 'signal'>;

const systemResolve: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Reads a URL that somebody gave us.
 * @throws {OratorError} `request/invalid` for text that is no URL, `source/blocked` for one that we do not follow.
 */
export function parseSourceUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (!url)
    throw new OratorError('request/invalid', 'The address is not a URL. It looks like "https://example.com/file".');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new OratorError('source/blocked', `Addresses with "${url.protocol}" are not followed. Use https.`);
  }
  if (url.username || url.password) {
    throw new OratorError(
      'source/blocked',
      'Addresses with a user name or password are not followed. Use a signed URL.',
    );
  }
  return url;
}

/**
 * Reads a URL that is to be followed later, and refuses one whose host is an address that never will be. Names are looked up when they
 * are followed.
 * @throws {OratorError} what `parseSourceUrl` throws; `source/blocked`
 */
export function parseGuardedUrl(text: string, { allow }: Guard): URL {
  const url = parseSourceUrl(text);
  const host = hostOf(url);
  if (isIP(host) && !isReachable(host, host, allow)) throw blocked(host);
  return url;
}

/**
 * Sends a request to a host whose addresses were looked up once and are all harmless, and to no other address: a name that means
 * something else a moment later changes nothing. Follows no redirect. The receiver reads the answer to its end or destroys it.
 * @throws {OratorError} `source/blocked`, `source/unreachable`, `cancelled`
 */
export async function sendGuarded(url: URL, request: GuardedRequest, guard: Guard): Promise<IncomingMessage> {
  const { signal, idleSeconds } = request;
  const lookup = await pinnedLookup(url, request, guard);
  const { request: send } = url.protocol === 'https:' ? https : http;
  const sent = send(url, {
    method: request.method,
    headers: { connection: 'close', ...request.headers },
    // A connection of its own: one that is kept for later could belong to another look-up.
    agent: false,
    lookup,
    signal,
  });
  let response: IncomingMessage | undefined;
  // Destroying the request would end the answer too, but say nothing of why.
  sent.setTimeout(idleSeconds * 1000, () => (response ?? sent).destroy(silent(url, idleSeconds)));
  sent.on('error', () => {}); // who waits hears of it below, or from the answer
  sent.end(request.body);
  try {
    [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  } catch (thrown) {
    throw unreachable(url, thrown, signal);
  }
}

/** What a broken connection means. */
export function unreachable(url: URL, thrown: unknown, signal: AbortSignal): OratorError {
  if (signal.aborted) return stopped(signal);
  if (thrown instanceof OratorError) return thrown;
  const code = thrown instanceof Error ? ((thrown as NodeJS.ErrnoException).code ?? thrown.name) : 'unknown';
  return new OratorError(
    'source/unreachable',
    `The connection to "${url.hostname}" failed (${code}). Try again later.`,
    {
      cause: thrown,
    },
  );
}

const silent = (url: URL, idleSeconds: number): OratorError =>
  new OratorError('source/unreachable', `"${url.hostname}" was silent for ${idleSeconds} s. Try again later.`);

/**
 * Looks a URL's host up, once, and answers as the system's look-up would when the connection is made: with what was found, all of which
 * may be reached.
 * @throws {OratorError} `source/blocked`, `source/unreachable`, `cancelled`
 */
export async function pinnedLookup(url: URL, patience: Patience, guard: Guard): Promise<LookupFunction> {
  const host = hostOf(url);
  const found = isIP(host) ? [host] : await resolveInTime(url, host, patience, guard.resolve ?? systemResolve);
  // One bad address among good ones is refused as well: no public service has any.
  if (!found.every((address) => isReachable(host, address, guard.allow))) {
    throw blocked(host);
  }
  const pinned = found.map((address) => ({ address, family: isIP(address) }));
  return (_, options, done) => {
    if (options.all) done(null, pinned);
    else done(null, pinned[0]!.address, pinned[0]!.family);
  };
}

const hostOf = ({ hostname }: URL) => hostname.replace(/^\[|\]$/g, '');

/** What a name leads to stays unsaid: it could tell a stranger what is in our network. */
const blocked = (host: string) =>
  new OratorError('source/blocked', `"${host}" is not at a public address. Only public hosts are followed.`);

async function resolveInTime(url: URL, host: string, { signal, idleSeconds }: Patience, resolve: Resolve) {
  if (signal.aborted) throw stopped(signal);
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(stopped(signal));
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(() => reject(silent(url, idleSeconds)), idleSeconds * 1000);
  try {
    const found = await Promise.race([resolve(host), promise]);
    if (found.length > 0) return found;
  } catch (thrown) {
    throw unreachable(url, thrown, signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
  throw new OratorError('source/unreachable', `"${host}" has no address. Check the URL.`);
}
