import { OratorError } from '@orator/core/base/errors';

/** A server that helps peers to find one another (STUN), or stands between them (TURN). */
export interface IceServer {
  /** `stun:host:port`, `turn:host:port?transport=udp`. */
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}

const SERVER =
  /^(stuns?|turns?):(?:([^\s:@]+):([^\s@]+)@)?((?:\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?)$/i;

/**
 * Reads a server as the setting has it: `stun:host:port`, `turn:user:password@host:port?transport=tcp`. Signs that an address cannot hold
 * are written with their percent code.
 * @throws {OratorError} `request/invalid`
 */
export function readIceServer(text: string): IceServer {
  const [, scheme = '', user, password, place] = SERVER.exec(text) ?? [];
  const isTurn = scheme.toLowerCase().startsWith('turn');
  if (!place || isTurn !== (user !== undefined)) {
    throw new OratorError(
      'request/invalid',
      'A server for ICE is stun:host:port, or turn:user:password@host:port. See docs/live.md.',
    );
  }
  const urls = `${scheme.toLowerCase()}:${place}`;
  if (user === undefined || password === undefined) return { urls };
  return { urls, username: decodeURIComponent(user), credential: decodeURIComponent(password) };
}

/** The `Link` headers that tell a WHEP or WHIP client of the servers. */
export const iceLinks = (servers: readonly IceServer[]): string[] =>
  servers.map(({ urls, username, credential }) => {
    const link = `<${urls}>; rel="ice-server"`;
    if (username === undefined) return link;
    return `${link}; username=${quoted(username)}; credential=${quoted(credential ?? '')}; credential-type="password"`;
  });

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
