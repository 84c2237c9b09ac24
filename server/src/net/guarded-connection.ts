import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Guard, type Patience, pinnedLookup, unreachable } from './guarded-request.ts';

/**
 * Connects to a URL's host, whose addresses were looked up once and are all harmless. `port` where the URL names none; `isSecure`: by
 * TLS, with a certificate that is right for the host. The receiver ends the socket, and hears of its errors.
 * @throws {OratorError} `source/blocked`, `source/unreachable`, `cancelled`
 */
export async function connectGuarded(
  url: URL,
  { port, isSecure, ...patience }: Patience & { readonly port: number; readonly isSecure: boolean },
  guard: Guard,
): Promise<Socket> {
  const { idleSeconds, signal } = patience;
  const lookup = await pinnedLookup(url, patience, guard);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const place = { host, port: url.port === '' ? port : Number(url.port), lookup };
  // Certificates that name an address name it without a server name (RFC 6066, 3).
  const socket = isSecure ? connectTls({ ...place, ...(isIP(host) ? {} : { servername: host }) }) : connectPlain(place);
  try {
    const stop = AbortSignal.any([signal, AbortSignal.timeout(idleSeconds * 1000)]);
    await once(socket, isSecure ? 'secureConnect' : 'connect', { signal: stop });
    return socket;
  } catch (thrown) {
    socket.on('error', () => {}).destroy();
    throw unreachable(url, thrown, signal);
  }
}
