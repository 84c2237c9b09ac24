import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../store/database.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { findPostgres, openTestPostgres } from '../store/test-postgres.ts';
import { pageOf } from './page.ts';

const programs = await findPostgres();

describe.each(['the embedded database', 'PostgreSQL'] as const)('a list in pages, on %s', (on) => {
  const missing = on === 'PostgreSQL' && !programs;
  describe.skipIf(missing)(missing ? 'it is not installed' : 'it is installed', () => {
    let folder: string;
    let database: Database;
    const closing = new AsyncDisposableStack();
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'orator-page-'));
      closing.defer(() => rm(folder, { recursive: true, force: true }));
      const url = on === 'PostgreSQL' ? closing.use(await openTestPostgres(programs!)).url : undefined;
      database = closing.use(await openTestDatabase(folder, url));
      // Twelve in one millisecond, 70 µs apart; three of each moment; with ids in another order than the times.
      await sql`
        insert into assets (id, owner, kind, storage_key, name, type, bytes, sha256, created_at)
        select md5(n::text), 'ann', 'upload', n::text, n::text, 'image/png', 1, '00',
          timestamptz '2026-01-02T03:04:05.678Z' + n / 3 * interval '70 microseconds'
        from generate_series(0, 35) as n`.execute(database.tables);
    }, 60_000);
    afterAll(() => closing.disposeAsync());

    const page = (limit: number, after?: string) =>
      pageOf(database.tables.selectFrom('assets').selectAll().where('owner', '=', 'ann'), { limit, after });

    test.each([1, 5, 6, 12])('has every row once, newest first, %i at a time', async (limit) => {
      const { rows: all, next: end } = await page(200);
      expect(end).toBeNull();
      expect(all).toHaveLength(36);
      const found: string[] = [];
      for (let after: string | undefined | null; after !== null; ) {
        const { rows, next } = await page(limit, after);
        found.push(...rows.map(({ id }) => id));
        after = next;
      }
      expect(found).toEqual(all.map(({ id }) => id));
    });

    test('goes on where it was, whatever is added meanwhile', async () => {
      const first = await page(6);
      await sql`
        insert into assets (id, owner, kind, storage_key, name, type, bytes, sha256)
        values ('new', 'ann', 'upload', 'new', 'new', 'image/png', 1, '00')`.execute(database.tables);
      const second = await page(6, first.next!);
      await sql`delete from assets where id = 'new'`.execute(database.tables);
      expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual((await page(12)).rows.map(({ id }) => id));
    });

    test.each(['', '12', 'x-y', '99999999999999999999-a', "1-a'--"])('refuses the place %j', async (after) => {
      await expect(page(5, after)).rejects.toMatchObject({ code: 'request/invalid' });
    });
  });
});
