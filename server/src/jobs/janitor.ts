import type { Storage } from '../storage/storage.ts';
import type { Database } from '../store/database.ts';
import { PIECE_PREFIX, type ResumableUploads } from '../uploads/resumable-uploads.ts';

const EVERY_MS = 10 * 60_000;
/** Files removed at a time, so that nobody waits for the janitor. */
const BATCH = 100;
/** A clip without its record for so long was made by a worker that had lost its job. */
const DAY_MS = 24 * 3600_000;
const ORPHAN_MS = DAY_MS;
/** Files without a record, by where they lie. An endpoint's results have none: the links to them last for a week. */
const ORPHANS = {
  'clips/': ORPHAN_MS,
  'uploads/': ORPHAN_MS,
  'avatars/': ORPHAN_MS,
  [PIECE_PREFIX]: ORPHAN_MS,
  'runpod/': ORPHAN_MS,
  'endpoint/': 8 * ORPHAN_MS,
} as const;
/** An endpoint may put the avatars of others into our bucket, as avatars/42/name.tar; ours are named by job and try. */
const FOREIGN = /^avatars\/(?![0-9a-f-]{36}\/\d+\.tar$)/;

/** How long things are kept. */
export interface Keeping {
  /** Days that jobs which are over are listed, with the news that was sent of them; 0 = for good. */
  readonly jobDays: number;
}

/**
 * Removes what has had its day: expired files, uploads that nobody went on with, files that nothing leads to, old jobs, lost workers.
 * Several at once do no harm.
 */
export async function cleanUp(
  { tables }: Database,
  storage: Storage,
  uploads: Pick<ResumableUploads, 'removeExpired'>,
  { jobDays }: Keeping,
  now = Date.now(),
): Promise<number> {
  let removed = await uploads.removeExpired(now);
  for (;;) {
    const expired = await tables
      .selectFrom('assets')
      .select(['id', 'storage_key'])
      .where('expires_at', '<', new Date(now))
      .limit(BATCH)
      .execute();
    for (const { id, storage_key } of expired) {
      await storage.remove(storage_key); // the file first: a record without a file is found again, a file without one is not
      await tables.deleteFrom('assets').where('id', '=', id).execute();
      removed++;
    }
    if (expired.length < BATCH) break;
  }
  for (const [prefix, orphanMs] of Object.entries(ORPHANS)) {
    const table = prefix === PIECE_PREFIX ? 'pieces' : 'assets';
    for await (const { key, modifiedAt } of storage.list(prefix)) {
      if (now - modifiedAt.getTime() < orphanMs || FOREIGN.test(key)) continue;
      const known = await tables
        .selectFrom(table)
        .select('storage_key')
        .where('storage_key', '=', key)
        .executeTakeFirst();
      if (known) continue;
      await storage.remove(key);
      removed++;
    }
  }
  if (jobDays > 0) {
    const day = new Date(now - jobDays * DAY_MS);
    await tables.deleteFrom('deliveries').where('created_at', '<', day).execute();
    const { numDeletedRows } = await tables.deleteFrom('jobs').where('finished_at', '<', day).executeTakeFirst();
    removed += Number(numDeletedRows);
  }
  await tables
    .deleteFrom('workers')
    .where('seen_at', '<', new Date(now - DAY_MS))
    .execute();
  return removed;
}

/** Cleans up now and then until it is disposed. */
export function openJanitor(
  database: Database,
  storage: Storage,
  uploads: Pick<ResumableUploads, 'removeExpired'>,
  keeping: Keeping,
  onError: (error: unknown) => void,
): Disposable {
  const timer = setInterval(() => void cleanUp(database, storage, uploads, keeping).catch(onError), EVERY_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
