import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import type { Database } from '../store/database.ts';
import type { Caller, Keys } from './keys.ts';
import { Seal } from './seal.ts';

/** The longest that a ticket is good for, s: it stands in addresses, which others may see. */
export const LONGEST_TICKET_SECONDS = 60;
/** What a ticket may be good for. */
export const TICKET_SCOPES = ['read', 'create'] as const;
/** One of them. */
export type TicketScope = (typeof TICKET_SCOPES)[number];

/** What a ticket is for. */
export interface TicketOrder {
  readonly scopes: readonly TicketScope[];
  /** The only path, with all below it, that it is for. */
  readonly path?: string;
  /** The only live session that it is for. */
  readonly session?: string;
  readonly seconds: number;
}

const SEAL = { name: 'ticket', prefix: 'tkt_' } as const;
const SOCKET_PATH = '/api/v1/stream/ws';
const SESSIONS_PATH = '/api/v1/stream/sessions';

const content = z.object({
  owner: z.string(),
  scopes: z.array(z.enum(TICKET_SCOPES)).readonly(),
  path: z.string().optional(),
  session: z.string().optional(),
  /** Ms since 1970. */
  until: z.number(),
});
type Content = z.infer<typeof content>;

/** Short-lived stand-ins for keys in addresses, signed with a secret of the database, so that any process of the service knows them. */
export class Tickets {
  readonly #seal: Seal;
  readonly #keys: Keys;

  constructor(database: Database, keys: Keys) {
    this.#seal = new Seal(database, SEAL);
    this.#keys = keys;
  }

  /** Makes a ticket for an owner, who may do what it is for. */
  async issue(owner: string, { seconds, ...order }: TicketOrder): Promise<{ ticket: string; expiresAt: Date }> {
    const until = Date.now() + Math.min(seconds, LONGEST_TICKET_SECONDS) * 1000;
    const ticket = await this.#seal.seal({ owner, ...order, until } satisfies Content);
    return { ticket, expiresAt: new Date(until) };
  }

  /**
   * Who comes with a ticket, for a request that only reads: a download, an event stream, a WebSocket.
   * @throws {OratorError} `key/invalid` for one that is wrong or has expired, or whose key was revoked; `key/forbidden` for another place.
   */
  async callerOf(ticket: string, { method, url }: { readonly method: string; readonly url: string }): Promise<Caller> {
    const { owner, scopes, path, session, until } = await this.#read(ticket);
    if (until <= Date.now()) throw new OratorError('key/invalid', 'This ticket has expired. Ask for another one.');
    const place = url.split('?')[0]!;
    if (!['GET', 'HEAD'].includes(method) || !isWithin(place, path) || !isOfSession(place, session)) {
      throw new OratorError('key/forbidden', 'This ticket is not for that. Send the key, or ask for another ticket.');
    }
    const { limits } = await this.#keys.callerWithId(owner);
    return { owner, scopes, limits, ...(session === undefined ? {} : { session }) };
  }

  async #read(ticket: string): Promise<Content> {
    const said = await this.#seal.open(ticket);
    if (said === null) throw new OratorError('key/invalid', 'This ticket is not as it was given. Ask for another one.');
    return content.parse(said);
  }
}

const isWithin = (place: string, path: string | undefined) =>
  path === undefined || place === path || place.startsWith(`${path}/`);

const isOfSession = (place: string, session: string | undefined) =>
  session === undefined || place === SOCKET_PATH || isWithin(place, `${SESSIONS_PATH}/${session}`);
