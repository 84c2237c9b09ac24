import { OratorError } from '@orator/core/base/errors';
import { type SelectQueryBuilder, sql } from 'kysely';
import { z } from 'zod';

/** How lists are read: newest first, some at a time. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().max(200).optional().meta({ description: 'The "next" of the page before' }),
});

interface Dated {
  readonly id: string;
  readonly created_at: Date;
}

/** When a row was made, in microseconds as the database counts: a Date has a thousandth of that precision, and skips rows. */
const MICROSECONDS = sql<string>`(extract(epoch from created_at) * 1000000)::bigint::text`;

/** Reads one page. `next` leads to the following one, null at the end; what is added meanwhile moves nothing. */
export async function pageOf<DB, Table extends keyof DB, Row extends Dated>(
  select: SelectQueryBuilder<DB, Table, Row>,
  { limit, after }: z.infer<typeof pageQuery>,
): Promise<{ readonly rows: Row[]; readonly next: string | null }> {
  // The columns are there on every table that is listed; Kysely cannot know that of a table it is not told.
  let query = select as unknown as SelectQueryBuilder<{ t: Dated }, 't', Row>;
  if (after !== undefined) {
    const { microseconds, id } = readPlace(after);
    const moment = sql<Date>`timestamptz 'epoch' + ${microseconds}::bigint * interval '1 microsecond'`;
    query = query.where((is) =>
      is.or([is('created_at', '<', moment), is.and([is('created_at', '=', moment), is('id', '<', id)])]),
    );
  }
  const rows = await query
    .select(MICROSECONDS.as('microseconds'))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last ? `${last.microseconds}-${last.id}` : null };
}

function readPlace(after: string): { readonly microseconds: string; readonly id: string } {
  const [, microseconds, id] = /^(\d{1,16})-([\w-]+)$/.exec(after) ?? [];
  if (!microseconds || !id) {
    throw new OratorError('request/invalid', 'The option after is not one that a list gave.');
  }
  return { microseconds, id };
}
