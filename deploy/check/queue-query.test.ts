import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../scripts/setup.mjs';
import { Bell } from '../../server/src/jobs/bell.ts';
import { JobQueue } from '../../server/src/jobs/queue.ts';
import { openTestDatabase } from '../../server/src/store/test-database.ts';
import { findPostgres, openTestPostgres } from '../../server/src/store/test-postgres.ts';
import { readManifest } from './kubernetes.ts';

const SCALING = readManifest(join(ROOT, 'deploy/kubernetes/keda/worker-scaling.yaml')).find(
  ({ kind }) => kind === 'ScaledObject',
);
if (SCALING?.kind !== 'ScaledObject') throw new Error('There is no ScaledObject.');
const { query } = SCALING.spec.triggers[0].metadata;
const KINDS = ['video.portrait', 'avatar.wav2lip'];
const PER_KEY = 4;

/** Asks KEDA's question at every turn of a few jobs. */
async function followJobs(url?: string): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'orator-keda-'));
  try {
    await using database = await openTestDatabase(data, url);
    const queue = new JobQueue(database, new Bell());
    await queue.open(KINDS);
    const wanted = async () => {
      const { rows } = await sql.raw<Record<string, unknown>>(query).execute(database.tables);
      expect(rows).toHaveLength(1);
      return Object.values(rows[0]!);
    };
    const add = async (owner: string, kind = KINDS[0]!) =>
      (await queue.add({ owner, kind, request: {}, correlationId: 'test' })).row.id;
    expect(await wanted()).toEqual([0]);
    const first = await add('a');
    for (let k = 0; k < 5; k++) await add('a');
    expect(await wanted()).toEqual([PER_KEY]); // of six, only four may run at once
    const other = await add('b');
    await add('a', KINDS[1]);
    expect(await wanted()).toEqual([PER_KEY + 2]);

    const claimed = (await queue.claim([KINDS[1]!], 'worker', PER_KEY))!;
    expect(await wanted()).toEqual([PER_KEY + 2]); // who works on it is still wanted
    await queue.finish(claimed, { outcome: 'success', result: {} });
    expect(await wanted()).toEqual([PER_KEY + 1]);
    await queue.cancel('b', other);
    expect(await wanted()).toEqual([PER_KEY]);
    await queue.cancel('a', first);
    const failing = (await queue.claim([KINDS[0]!], 'worker', PER_KEY))!;
    await queue.fail(failing, new OratorError('request/invalid', 'It cannot be done.'));
    expect(await wanted()).toEqual([PER_KEY]); // four are left
    const next = (await queue.claim([KINDS[0]!], 'worker', PER_KEY))!;
    await queue.finish(next, { outcome: 'success', result: {} });
    expect(await wanted()).toEqual([PER_KEY - 1]);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

const programs = await findPostgres();

describe('KEDA asks for as many workers as there are jobs that can run', () => {
  test('on the embedded database', () => followJobs(), 120_000);

  test.skipIf(!programs)(
    `on PostgreSQL${programs ? '' : ' (it is not installed)'}`,
    async () => {
      await using postgres = await openTestPostgres(programs!);
      await followJobs(postgres.url);
    },
    120_000,
  );
});
