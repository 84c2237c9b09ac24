import { OratorError } from '@orator/core/base/errors';
import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { freePort } from '../net/test-server.ts';
import { databaseFailure } from './database-failure.ts';
import { openTestDatabase } from './test-database.ts';
import { findPostgres, openTestPostgres } from './test-postgres.ts';

const coded = (code: string, message = '') => Object.assign(new Error(message), { code });

test.each([
  ['a server that is told to stop', coded('57P01'), 'database/unreachable'],
  ['one without a free connection', coded('53300'), 'database/unreachable'],
  ['a full disk', coded('53100'), 'output/disk-full'],
  ['a connection that ends', new Error('Connection terminated unexpectedly'), 'database/unreachable'],
])('%s is told apart, and may pass', (_, thrown, code) => {
  expect(databaseFailure(thrown)).toMatchObject({ code, policy: { retry: true }, cause: thrown });
});

test.each([
  ['a broken rule of a table', coded('23505')],
  ['a wrong statement', coded('42601')],
  ['what somebody stopped', coded('57014')],
  ['an error of ours', new OratorError('source/unreachable', 'Connection terminated')],
  ['anything else', new TypeError('x is not a function')],
])('%s is no failure of the database', (_, thrown) => {
  expect(databaseFailure(thrown)).toBeNull();
});

test('a port at which nobody listens is a database that is away', async () => {
  const client = new pg.Client({ host: '127.0.0.1', port: await freePort() });
  const failure = await client.connect().catch(databaseFailure);
  expect(failure).toMatchObject({ code: 'database/unreachable' });
});

const programs = await findPostgres();
describe.skipIf(!programs)(`PostgreSQL${programs ? '' : ' (it is not installed)'}`, () => {
  test('that is killed during a query is away, and so it is afterwards', async () => {
    await using postgres = await openTestPostgres(programs!);
    await using database = await openTestDatabase('', postgres.url);
    const asked = sql`select pg_sleep(60)`.execute(database.tables).catch(databaseFailure);
    await expect
      .poll(async () => {
        const { rows } = await sql`select 1 from pg_stat_activity where query like 'select pg_sleep%'`.execute(
          database.tables,
        );
        return rows.length;
      })
      .toBe(1);
    await postgres.kill();
    expect(await asked).toMatchObject({ code: 'database/unreachable' });
    expect(await database.check().catch(databaseFailure)).toMatchObject({ code: 'database/unreachable' });
  }, 120_000);
});
