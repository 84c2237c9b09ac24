/** Where a session is, and how to come in. */
export interface SessionAddress {
  /** Of the server: `https://host`, and a path where it has one. */
  readonly server: string;
  /** Of the session; not there before it is begun. */
  readonly session: string | undefined;
  readonly key: string | undefined;
}

const PATH = /^(.*?)\/api\/v1\/stream\/(?:sessions\/([\w-]+)|ws)\/?$/;

/**
 * Reads what a page says of a session: nothing for its own server, the address of one, of its WebSocket, or of one of its sessions as it is given when that
 * is begun. WebSocket addresses name the session as `?session=`.
 * @throws {TypeError} for what is no address.
 */
export function readAddress(source: string, key: string | undefined, base: string): SessionAddress {
  const url = new URL(source || '/', base);
  url.protocol = url.protocol.replace(/^ws/, 'http');
  const [, path, session] = PATH.exec(url.pathname) ?? [undefined, url.pathname.replace(/\/$/, ''), undefined];
  return { server: url.origin + path, session: session ?? url.searchParams.get('session') ?? undefined, key };
}

/** The headers that let a request in. */
export const headersOf = ({ key }: SessionAddress): Record<string, string> =>
  key ? { authorization: `Bearer ${key}` } : {};

/** The address of a session, or of something that belongs to it. */
export const pathOf = ({ server, session }: SessionAddress, part = ''): string =>
  `${server}/api/v1/stream/sessions${session === undefined ? '' : `/${session}`}${part}`;

/** What went wrong at a server, in the words and with the code that it gave. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly code: string;
  /** Whether trying again is of use. */
  readonly isFinal: boolean;
  /** After how many seconds another try may help, where the server says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, message: string, isFinal = false, retryAfterSeconds?: number) {
    super(message);
    this.code = code;
    this.isFinal = isFinal;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const lost = (cause: unknown) => new SessionError('connection/lost', `The server cannot be reached. ${cause}`);

/** The whole body of an answer. @throws {SessionError} `connection/lost` when it breaks off. */
export const bytesOf = (response: Response): Promise<ArrayBuffer> =>
  response.arrayBuffer().catch((cause: unknown) => {
    throw lost(cause);
  });

/** The answer of a server that did what it was asked for. @throws {SessionError} with its own words when it did not. */
export async function answerOf(request: Promise<Response>): Promise<Response> {
  const response = await request.catch((cause: unknown) => {
    throw lost(cause);
  });
  if (response.ok) return response;
  const { code, detail } = await response.json().catch(() => ({}));
  const isFinal = response.status < 500 && response.status !== 429;
  const later = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  const words = detail ?? `The server answered ${response.status}.`;
  throw new SessionError(code ?? 'internal', words, isFinal, Number.isNaN(later) ? undefined : later);
}
