import { OratorError } from '@orator/core/base/errors';
import { sql, type Transaction } from 'kysely';
import type { Tables } from '../store/tables.ts';

/** How many uploads may be open at once, and of how many bytes: those that were announced and are not all there. 0 = any amount. */
export interface OpenLimits {
  readonly perOwner: number;
  readonly bytesPerOwner: number;
  readonly inAll: number;
  readonly bytesInAll: number;
}

/**
 * Makes sure that one more upload may be open; until `trx` is over nobody else adds one. Who has none open may always send one, as large
 * as files may be.
 * @throws {OratorError} `limit/reached`
 */
export async function requireOpenRoom(
  trx: Transaction<Tables>,
  { owner, bytes }: { readonly owner: string; readonly bytes: number },
  limits: OpenLimits,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('open-uploads'))`.execute(trx);
  const { rows } = await sql<Record<'theirs' | 'their_bytes' | 'all' | 'all_bytes', number | string>>`
    select count(*) as "all", coalesce(sum(bytes), 0) as all_bytes,
      count(*) filter (where owner = ${owner}) as theirs, coalesce(sum(bytes) filter (where owner = ${owner}), 0) as their_bytes
    from uploads where finished_at is null and expires_at > now()`.execute(trx);
  const found = rows[0]!;
  const isFull = (open: number | string, most: number) => most > 0 && Number(open) >= most;
  const isTooMuch = (open: number | string, most: number) =>
    most > 0 && Number(open) > 0 && Number(open) + bytes > most;
  if (isFull(found.theirs, limits.perOwner) || isTooMuch(found.their_bytes, limits.bytesPerOwner)) {
    throw new OratorError(
      'limit/reached',
      `This key has ${found.theirs} uploads open, of ${megabytes(found.their_bytes)} MB. Finish some or give them up, then begin this one.`,
    );
  }
  if (isFull(found.all, limits.inAll) || isTooMuch(found.all_bytes, limits.bytesInAll)) {
    throw new OratorError('limit/reached', 'As many uploads are open here as may be. Begin this one later.');
  }
}

const megabytes = (bytes: number | string) => (Number(bytes) / 1e6).toFixed(1);
