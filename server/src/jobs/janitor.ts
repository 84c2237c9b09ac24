import type { Storage } from '../storage/storage.ts';
import type { Database } from '../store/database.ts';

const EVERY_MS = 10 * 60_000;
/** Files removed at a time, so that nobody waits for the janitor. */
const BATCH = 100;
/** A clip without its record for so long was made by a worker that had lost its job. */
const DAY_MS = 24 * 3600_000;
const ORPHAN_MS = DAY_MS;

/** How long things are kept. */
export interface Keeping {
  /** Days that jobs which are over are listed, with the news that was sent of them; 0 = for good. */
  readonly jobDays: number;
}

/** Removes what has had its day: expired files, files that nothing leads to, old jobs, lost workers. Several at once do no harm. */
export async function cleanUp(
  { tables }: Database,
  storage: Storage,
  { jobDays }: Keeping,
  now = Date.now(),
): Promise<number> {
  let removed = 0;
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
  for (const prefix of ['clips/', 'uploads/', 'avatars/']) {
    for await (const { key, modifiedAt } of storage.list(prefix)) {
      if (now - modifiedAt.getTime() < ORPHAN_MS) continue;
      const known = await tables.selectFrom('assets').select('id').where('storage_key', '=', key).executeTakeFirst();
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
  keeping: Keeping,
  onError: (error: unknown) => void,
): Disposable {
  const timer = setInterval(() => void cleanUp(database, storage, keeping).catch(onError), EVERY_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
