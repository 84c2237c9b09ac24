import type { Storage } from '../storage/storage.ts';
import type { Database } from '../store/database.ts';
import { PIECE_PREFIX, type ResumableUploads } from '../uploads/resumable-uploads.ts';

const EVERY_MS = 10 * 60_000;
/** Files removed at a time, so that nobody waits for the janitor. */
const BATCH = 100;
/** A clip without its record for so long was made by a worker that had lost its job. */
const ORPHAN_MS = 24 * 3600_000;

/** Removes what has had its day: expired files, uploads that nobody went on with, and files that nothing leads to. Several at once do no harm. */
export async function cleanUp(
  { tables }: Database,
  storage: Storage,
  uploads: ResumableUploads,
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
  for (const prefix of ['clips/', 'uploads/', 'avatars/', PIECE_PREFIX]) {
    const table = prefix === PIECE_PREFIX ? 'pieces' : 'assets';
    for await (const { key, modifiedAt } of storage.list(prefix)) {
      if (now - modifiedAt.getTime() < ORPHAN_MS) continue;
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
  return removed;
}

/** Cleans up now and then until it is disposed. */
export function openJanitor(
  database: Database,
  storage: Storage,
  uploads: ResumableUploads,
  onError: (error: unknown) => void,
): Disposable {
  const timer = setInterval(() => void cleanUp(database, storage, uploads).catch(onError), EVERY_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
