import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { type Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { PgBoss } from 'pg-boss';
import { makeBlankDatabase } from './blank-database.ts';
import { databaseFailure } from './database-failure.ts';
import { lockFolder } from './folder-lock.ts';
import type { Tables } from './tables.ts';
import { type Connection, openPglite, openTablesAndQueue } from './tables-and-queue.ts';

/** The tables and the queue, on the embedded database or on PostgreSQL: the same SQL for both. */
export interface Database extends AsyncDisposable {
  readonly tables: Kysely<Tables>;
  readonly boss: PgBoss;
  /** Whether it lies in the data folder of this process, which then is its only opener. */
  readonly embedded: boolean;
  /** @throws when it does not answer. */
  check(): Promise<void>;
  /** Tells all other processes on this database; nothing where there can be none. */
  announce(message: string): Promise<void>;
}

/** What a database is opened with. */
export interface DatabaseSettings {
  /** The data folder. */
  readonly data: string;
  /** Where PostgreSQL is; without it the embedded database is used. */
  readonly url?: string;
  /** Told of what goes wrong between calls: a lost connection, a failed clean-up. */
  readonly onError: (error: Error) => void;
  /** Told what other processes announce; one that is lost while the connection is down is not repeated. */
  readonly onAnnouncement: (message: string) => void;
  /** Called when the data folder went to a process on another machine while this one slept: this one has to end at once. */
  readonly onLost: () => void;
}

/** Connections of one process to PostgreSQL. */
const POOL = 10;
/** What announcements go through. */
const CHANNEL = 'orator';
/** How long after a lost connection another is tried. */
const RECONNECT_MS = 1000;

/**
 * Opens the database and brings its tables up to date.
 * @throws {OratorError} `data/locked` when another process has the embedded one; `database/unreachable` when PostgreSQL cannot be used.
 */
export async function openDatabase({
  data,
  url,
  onError,
  onAnnouncement,
  onLost,
}: DatabaseSettings): Promise<Database> {
  await using opening = new AsyncDisposableStack();
  const connection = url ? openPostgres(url, onError, opening) : await openEmbedded(data, onLost, opening);
  if (url) opening.use(hear(url, onAnnouncement, onError));
  const begun = await openTablesAndQueue(connection, onError).catch((thrown: unknown) => {
    throw url ? startError(thrown) : thrown;
  });
  const { tables, boss } = opening.use(begun);
  const closing = opening.move();
  return {
    tables,
    boss,
    embedded: !url,
    announce: async (message) => {
      if (url) await sql`select pg_notify(${CHANNEL}, ${message})`.execute(tables);
    },
    check: async () => {
      await tables.selectNoFrom((make) => make.val(1).as('one')).execute();
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** What keeps PostgreSQL from being used at the start: it is away, or it knows neither us nor the database, which it says itself. */
function startError(thrown: unknown): unknown {
  const { code, message } = thrown as { readonly code?: unknown; readonly message?: string };
  const isRefusal = typeof code === 'string' && /^(?:28|3D|42501)/.test(code);
  if (!isRefusal && !databaseFailure(thrown)) return thrown;
  const why = `PostgreSQL cannot be used (${message || code}). Check ORATOR_DATABASE_URL, and whether it runs.`;
  return new OratorError('database/unreachable', why, { cause: thrown });
}

function openPostgres(url: string, onError: (error: Error) => void, opening: AsyncDisposableStack): Connection {
  const pool = new pg.Pool({ connectionString: url, max: POOL, application_name: 'orator' });
  // A connection that breaks is replaced. While a transaction has it the pool does not listen, and unheard it would end the process.
  pool.on('connect', (client) => client.on('error', onError));
  pool.on('error', () => {}); // said by the connection already
  opening.defer(() => pool.end());
  return {
    dialect: new PostgresDialect({ pool }),
    queue: { connectionString: url, max: POOL, application_name: 'orator-queue' },
  };
}

async function openEmbedded(data: string, onLost: () => void, opening: AsyncDisposableStack): Promise<Connection> {
  opening.use(await lockFolder(data, onLost));
  const folder = join(data, 'database');
  if (!existsSync(folder)) await makeBlankDatabase(folder);
  return opening.use(await openPglite(folder));
}

/** Listens to announcements on a connection of its own, and connects again whenever it is lost. */
function hear(url: string, tell: (message: string) => void, onError: (error: Error) => void): AsyncDisposable {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const connect = async () => {
    const fresh = new pg.Client({ connectionString: url, application_name: 'orator-listen' });
    client = fresh;
    fresh.on('notification', ({ payload }) => tell(payload ?? ''));
    fresh.on('error', onError);
    fresh.on('end', again);
    try {
      await fresh.connect();
      await fresh.query(`listen ${CHANNEL}`);
    } catch (thrown) {
      onError(thrown as Error);
      await fresh.end().catch(() => {});
      again();
    }
  };
  const again = () => {
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(() => void connect(), RECONNECT_MS);
  };
  void connect();
  return {
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
