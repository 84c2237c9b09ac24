import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openTestDatabase } from '../store/test-database.ts';
import { findPostgres, openTestPostgres } from '../store/test-postgres.ts';
import { Keys } from './keys.ts';

const programs = await findPostgres();

describe('the first key', () => {
  test.skipIf(!programs)(
    `is one, also when many processes start at once on an empty database${programs ? '' : ' (PostgreSQL is not installed)'}`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'orator-keys-'));
      await using postgres = await openTestPostgres(programs!);
      await using opened = new AsyncDisposableStack();
      const databases = await Promise.all([1, 2, 3, 4].map(() => openTestDatabase(folder, postgres.url)));
      for (const database of databases) opened.use(database);
      const all = databases.map((database) => new Keys(database));
      const made = await Promise.all([...all, ...all, ...all].map((keys) => keys.createFirst()));
      const firsts = made.filter((key) => key !== null);
      expect(firsts).toHaveLength(1);
      expect(await all[0]!.list()).toMatchObject([{ id: firsts[0]!.id, name: 'first', scopes: ['admin'] }]);
      expect(await all[1]!.callerOf(firsts[0]!.key)).toMatchObject({ owner: firsts[0]!.id });
      await rm(folder, { recursive: true, force: true });
    },
    60_000,
  );

  test('is made again where all others were revoked, and only there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orator-keys-'));
    {
      await using database = await openTestDatabase(folder);
      const keys = new Keys(database);
      const { id } = await keys.create('reader', ['read']);
      expect(await keys.createFirst()).toBeNull();
      await keys.revoke(id);
      expect(await keys.createFirst()).toMatchObject({ key: expect.stringMatching(/^ora_/) });
      expect(await keys.createFirst()).toBeNull();
    }
    await rm(folder, { recursive: true, force: true });
  }, 60_000);
});
