import { PGlite } from '@electric-sql/pglite';
import { type Dialect, Kysely, PGliteDialect } from 'kysely';
import { type ConstructorOptions, fromPglite, PgBoss } from 'pg-boss';
import { migrate } from './migrations.ts';
import type { Tables } from './tables.ts';

/** How a database is reached: for the tables, and for the queue. */
export interface Connection {
  readonly dialect: Dialect;
  readonly queue: ConstructorOptions;
}

/** The tables and the queue, up to date and running. */
export interface TablesAndQueue extends AsyncDisposable {
  readonly tables: Kysely<Tables>;
  readonly boss: PgBoss;
}

/** Brings a database to where this version needs it and starts the queue. Disposing it leaves the connection open. */
export async function openTablesAndQueue(
  { dialect, queue }: Connection,
  onError: (error: Error) => void,
): Promise<TablesAndQueue> {
  const tables = new Kysely<Tables>({ dialect });
  await migrate(tables);
  const boss = new PgBoss({
    ...queue,
    useListenNotify: true,
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    persistWarnings: false,
    monitorVacuum: false,
  });
  boss.on('error', onError);
  await boss.start();
  return { tables, boss, [Symbol.asyncDispose]: () => boss.stop({ graceful: false }) };
}

/** Opens the folder of an embedded database, which nobody else has open, and makes one where there is none. */
export async function openPglite(folder: string): Promise<Connection & AsyncDisposable> {
  const pglite = await PGlite.create(folder);
  return {
    dialect: new PGliteDialect({ pglite }),
    queue: { db: fromPglite(pglite), backend: 'pglite' },
    [Symbol.asyncDispose]: () => pglite.close(),
  };
}
