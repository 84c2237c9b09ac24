import { OratorError } from '@orator/core/base/errors';
import { type Guard, parseGuardedUrl } from '../net/guarded-request.ts';
import type { Storage } from '../storage/storage.ts';
import type { Database } from '../store/database.ts';
import type { Intake } from '../uploads/intake.ts';
import type { MediaKind } from '../uploads/media-check.ts';

/** Where inputs come from. */
export interface InputTools {
  readonly database: Database;
  readonly storage: Storage;
  readonly intake: Intake;
}

/** Whether an input is an address, and not the id of an asset, which has no colon. */
const isAddress = (input: string) => input.includes(':');

/**
 * Looks at what an order names before it becomes a job. An address is only read, not followed: that takes its time, and what goes
 * wrong then may pass.
 * @throws {OratorError} `asset/unknown`, also for somebody else's; `request/invalid`, `source/blocked` for an address that is never followed.
 */
export async function checkInput(
  { database, guard }: { readonly database: Database; readonly guard: Guard },
  owner: string,
  input: string,
): Promise<void> {
  if (isAddress(input)) parseGuardedUrl(input, guard);
  else await storageKeyOf(database, owner, input);
}

/**
 * Brings an input to `path`: an asset of the owner's, or what is at an address.
 * @throws {OratorError} `asset/unknown`; for an address, what `Intake.fetch` throws.
 */
export async function fetchInput(
  input: string,
  { path, kind, owner }: { readonly path: string; readonly kind: MediaKind; readonly owner: string },
  { database, storage, intake }: InputTools,
  signal: AbortSignal,
): Promise<void> {
  if (isAddress(input)) await intake.fetch(input, path, kind, signal);
  else await storage.fetchFile(await storageKeyOf(database, owner, input), path, signal);
}

/** Where the storage keeps an asset. @throws {OratorError} `asset/unknown`, also for somebody else's. */
export async function storageKeyOf(database: Database, owner: string, id: string): Promise<string> {
  const row = await database.tables
    .selectFrom('assets')
    .select('storage_key')
    .where('id', '=', id)
    .where('owner', '=', owner)
    .executeTakeFirst();
  if (!row) throw new OratorError('asset/unknown', `There is no file "${id.slice(0, 64)}". Upload it first.`);
  return row.storage_key;
}
