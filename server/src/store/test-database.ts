import { type Database, openDatabase } from './database.ts';

/** A database for tests that listen to nothing it says by itself: PostgreSQL at `url`, else the embedded one in a data folder. */
export function openTestDatabase(data: string, url?: string): Promise<Database> {
  const unheard = () => {};
  return openDatabase({ data, url, onError: unheard, onAnnouncement: unheard, onLost: unheard });
}
