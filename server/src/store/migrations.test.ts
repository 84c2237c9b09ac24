import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { findPostgres, openTestPostgres } from './test-postgres.ts';

const programs = await findPostgres();
const open = async (url?: string, data?: string) =>
  openDatabase({
    data: data ?? (await mkdtemp(join(tmpdir(), 'orator-migrations-'))),
    url,
    onError: () => {},
    onAnnouncement: () => {},
  });

/** Puts a database back to where avatars were only files of jobs, with one of them. */
async function goBack({ tables }: Database): Promise<void> {
  await sql`drop table avatars`.execute(tables);
  await sql`delete from kysely_migration where name >= '0004'`.execute(tables);
  const asset = { owner: 'ann', type: 'application/x-tar', bytes: 5e9, sha256: '00', expires_at: null };
  await tables
    .insertInto('assets')
    .values([
      { ...asset, id: 'a', kind: 'avatar', storage_key: 'avatars/j/1.tar', name: 'woman.tar' },
      { ...asset, id: 'c', kind: 'clip', storage_key: 'clips/k/1.mp4', name: 'k.mp4' },
    ])
    .execute();
  const job = { owner: 'ann', request: '{}', state: 'completed', attempt: 1, most_attempts: 4, priority: 0 } as const;
  const facts = { model: 'wav2lip', faceSize: 96, frames: 250, width: 720, height: 1280 };
  await tables
    .insertInto('jobs')
    .values(
      [
        { ...job, id: 'j', kind: 'avatar.wav2lip', asset_id: 'a', result: JSON.stringify({ avatar: facts }) },
        { ...job, id: 'k', kind: 'video.portrait', asset_id: 'c', result: JSON.stringify({ receipt: {} }) },
        { ...job, id: 'l', kind: 'avatar.wav2lip', asset_id: null, result: null, state: 'failed' as const },
      ].map((row) => ({ ...row, request_hash: '', correlation_id: '' })),
    )
    .execute();
}

async function check({ tables }: Database): Promise<void> {
  const [avatar, ...more] = await tables.selectFrom('avatars').selectAll().execute();
  expect(more).toEqual([]);
  expect(avatar).toMatchObject({
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
  });
  const { created_at } = await tables
    .selectFrom('assets')
    .select('created_at')
    .where('id', '=', 'a')
    .executeTakeFirstOrThrow();
  expect(avatar!.created_at).toEqual(created_at);
  await tables.deleteFrom('assets').where('id', '=', 'a').execute();
  expect(await tables.selectFrom('avatars').select('id').execute()).toEqual([]);
}

describe('an avatar from before there was a table of them is in it', () => {
  test('on the embedded database', async () => {
    const data = await mkdtemp(join(tmpdir(), 'orator-migrations-'));
    {
      await using before = await open(undefined, data);
      await goBack(before);
    }
    await using after = await open(undefined, data);
    await check(after);
  }, 120_000);

  test.skipIf(!programs)(
    `on PostgreSQL${programs ? '' : ' (it is not installed)'}`,
    async () => {
      await using postgres = await openTestPostgres(programs!);
      {
        await using before = await open(postgres.url);
        await goBack(before);
      }
      await using after = await open(postgres.url);
      await check(after);
    },
    120_000,
  );
});
