import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import { type Kysely, sql } from 'kysely';
import type { KeyLimits } from '../jobs/limits.ts';
import type { Database } from '../store/database.ts';
import type { KeyRow, Tables } from '../store/tables.ts';

/** What a key may do. `admin` may do all. */
export const SCOPES = ['read', 'create', 'admin', 'internal'] as const;
/** One of them. */
export type Scope = (typeof SCOPES)[number];

/** Who asks. */
export interface Caller {
  /** Whose jobs and files these are: the key's id. */
  readonly owner: string;
  readonly scopes: readonly Scope[];
  /** What the key says; the settings say the rest. */
  readonly limits: KeyLimits;
  /** The only live session that it may do something with; any where absent. */
  readonly session?: string;
}

/** The caller where keys are turned off: everybody is one. */
export const EVERYBODY: Caller = { owner: 'local', scopes: SCOPES, limits: {} };

const PREFIX = 'ora_';
/** Keys that were looked up are believed for so long; a revoked one ends with that. */
const BELIEVED_MS = 5000;

/** A key that was just made, this once with itself. */
export interface NewKey {
  readonly id: string;
  readonly key: string;
}

/** API keys. A key itself is shown once; only its hash is kept, and found by it, so that no comparison tells its letters. */
export class Keys {
  readonly #database: Database;
  readonly #believed = new Map<string, { readonly caller: Caller; readonly until: number }>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Makes a key and gives it away. */
  async create(name: string, scopes: readonly Scope[], limits: KeyLimits = {}): Promise<NewKey> {
    return insert(this.#database.tables, name, scopes, limits);
  }

  /** Makes the first key, which may do all; null where there is a key that works, so that of processes that start at once one makes it. */
  async createFirst(): Promise<NewKey | null> {
    return this.#database.tables.transaction().execute(async (trx) => {
      await sql`lock table keys in share row exclusive mode`.execute(trx); // who else asks waits, and then sees what we made
      const working = await trx.selectFrom('keys').select('id').where('revoked_at', 'is', null).limit(1).execute();
      return working.length > 0 ? null : insert(trx, 'first', ['admin']);
    });
  }

  /** All keys, without themselves. */
  async list(): Promise<Pick<KeyRow, 'id' | 'name' | 'scopes' | 'limits' | 'created_at' | 'revoked_at'>[]> {
    return this.#database.tables
      .selectFrom('keys')
      .select(['id', 'name', 'scopes', 'limits', 'created_at', 'revoked_at'])
      .orderBy('created_at')
      .execute();
  }

  /** Ends a key. @throws {OratorError} `request/unknown` when there is none of that id. */
  async revoke(id: string): Promise<void> {
    const ended = await this.#database.tables
      .updateTable('keys')
      .set({ revoked_at: sql<Date>`coalesce(revoked_at, now())` })
      .where('id', '=', id)
      .executeTakeFirst();
    this.#believed.clear();
    if (ended.numUpdatedRows === 0n) throw new OratorError('request/unknown', `There is no key "${id.slice(0, 64)}".`);
  }

  /** Who a key belongs to. @throws {OratorError} `key/invalid` for a wrong or revoked one. */
  async callerOf(key: string): Promise<Caller> {
    const hash = hashOf(key);
    const known = this.#believed.get(hash);
    if (known && known.until > Date.now()) return known.caller;
    const caller = await this.#find('hash', hash);
    if (this.#believed.size > 10_000) this.#believed.clear();
    this.#believed.set(hash, { caller, until: Date.now() + BELIEVED_MS });
    return caller;
  }

  /** Who a key belongs to, by its id. @throws {OratorError} `key/invalid` for a revoked one. */
  async callerWithId(id: string): Promise<Caller> {
    return id === EVERYBODY.owner ? EVERYBODY : this.#find('id', id);
  }

  async #find(column: 'hash' | 'id', value: string): Promise<Caller> {
    const row = await this.#database.tables
      .selectFrom('keys')
      .selectAll()
      .where(column, '=', value)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    if (!row) throw new OratorError('key/invalid', 'This key is wrong or was revoked.');
    return { owner: row.id, scopes: row.scopes as Scope[], limits: row.limits as KeyLimits };
  }
}

async function insert(
  tables: Kysely<Tables>,
  name: string,
  scopes: readonly Scope[],
  limits: KeyLimits = {},
): Promise<NewKey> {
  const id = randomUUID();
  const key = PREFIX + randomBytes(24).toString('base64url');
  await tables
    .insertInto('keys')
    .values({
      id,
      name,
      hash: hashOf(key),
      scopes: JSON.stringify(scopes),
      limits: JSON.stringify(limits),
      revoked_at: null,
    })
    .execute();
  return { id, key };
}

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

/** @throws {OratorError} `key/forbidden` when a caller may not do something. */
export function requireScope({ scopes }: Caller, scope: Scope): void {
  if (scopes.includes(scope) || scopes.includes('admin')) return;
  throw new OratorError('key/forbidden', `This key may not do that: it lacks the scope "${scope}".`);
}
