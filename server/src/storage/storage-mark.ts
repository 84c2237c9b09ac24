import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { OratorError } from '@orator/core/base/errors';
import type { Database } from '../store/database.ts';
import { sharedSecret } from '../store/shared-secret.ts';
import type { Storage } from './storage.ts';

/** Leaves a mark in the storage by which workers on the same database know that it is theirs too. */
export async function markStorage(database: Database, storage: Storage): Promise<void> {
  if (database.embedded) return; // nobody else can open it
  const key = await markOf(database);
  if (!(await storage.stat(key)))
    await storage.put(key, Readable.from([Buffer.from('orator')]), { type: 'text/plain' });
}

/**
 * Makes sure that a worker's files go to where the service keeps its own: otherwise it would take jobs and find none of their files.
 * A database that no service has opened yet has nothing to be found.
 * @throws {OratorError} `storage/elsewhere`
 */
export async function requireMark(database: Database, storage: Storage): Promise<void> {
  const { tables } = database;
  const marked = await tables.selectFrom('secrets').select('name').where('name', '=', MARK).executeTakeFirst();
  if (!marked) return;
  const key = await markOf(database);
  for (let look = 0; look < LOOKS; look++) {
    if (await storage.stat(key)) return;
    await wait(LOOK_MS); // a service may be about to leave it
  }
  throw new OratorError(
    'storage/elsewhere',
    'The service on this database keeps its files elsewhere. Give this worker the same ORATOR_S3_BUCKET and ORATOR_S3_ENDPOINT, or the same shared ORATOR_DATA.',
  );
}

const MARK = 'storage mark';
const LOOKS = 4;
const LOOK_MS = 500;

/** The name of a mark is a secret of the database: no other one has the same. */
async function markOf(database: Database): Promise<string> {
  const secret = await sharedSecret(database, MARK);
  return `marks/${Buffer.from(secret).toString('hex')}`;
}
