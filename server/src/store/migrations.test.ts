import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { migrate } from './migrations.ts';
import type { Tables } from './tables.ts';
import { findPostgres, openTestPostgres } from './test-postgres.ts';

const programs = await findPostgres();

/** An avatar as it was kept when it was only the file of a job, beside other files and jobs. */
async function fillOld(tables: Kysely<Tables>): Promise<void> {
  await migrate(tables, '0002-webhooks');
  await sql`
    insert into assets (id, owner, kind, storage_key, name, type, bytes, sha256, created_at) values
      ('a', 'ann', 'avatar', 'avatars/j/1.tar', 'woman.tar', 'application/x-tar', 5e9, '00', '2026-01-02T03:04:05Z'),
      ('c', 'ann', 'clip', 'clips/k/1.mp4', 'k.mp4', 'video/mp4', 5, '00', now())`.execute(tables);
  await sql`
    insert into jobs (id, owner, kind, request, state, most_attempts, asset_id, result, request_hash, correlation_id) values
      ('j', 'ann', 'avatar.wav2lip', '{}', 'completed', 4, 'a',
        '{"avatar": {"model": "wav2lip", "faceSize": 96, "frames": 250, "width": 720, "height": 1280}}', '', ''),
      ('k', 'ann', 'video.portrait', '{}', 'completed', 4, 'c', '{"receipt": {}}', '', ''),
      ('l', 'ann', 'avatar.wav2lip', '{}', 'failed', 4, null, null, '', '')`.execute(tables);
}

async function check(tables: Kysely<Tables>): Promise<void> {
  expect(await tables.selectFrom('avatars').selectAll().execute()).toEqual([
    {
      id: 'a',
      owner: 'ann',
      name: 'woman',
      model: 'wav2lip',
      face_size: 96,
      frames: 250,
      width: 720,
      height: 1280,
      job_id: 'j',
      picture: null,
      created_at: new Date('2026-01-02T03:04:05Z'),
    },
  ]);
  await tables.deleteFrom('assets').where('id', '=', 'a').execute();
  expect(await tables.selectFrom('avatars').select('id').execute()).toEqual([]);
}

describe('an avatar from before there was a table of them is in it, and goes with its file', () => {
  test('on the embedded database', async () => {
    const tables = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: await PGlite.create() }) });
    await fillOld(tables);
    await migrate(tables);
    await check(tables);
    await tables.destroy();
  }, 120_000);

  test.skipIf(!programs)(
    `on PostgreSQL${programs ? '' : ' (it is not installed)'}`,
    async () => {
      await using postgres = await openTestPostgres(programs!);
      const pool = new pg.Pool({ connectionString: postgres.url });
      const tables = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
      await fillOld(tables);
      await migrate(tables);
      await check(tables);
      await tables.destroy();
    },
    120_000,
  );
});
