import { OratorError } from '@orator/core/base/errors';
import type { SelectQueryBuilder } from 'kysely';
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

/** Reads one page. `next` leads to the following one, null at the end; what is added meanwhile moves nothing. */
export async function pageOf<DB, Table extends keyof DB, Row extends Dated>(
  select: SelectQueryBuilder<DB, Table, Row>,
  { limit, after }: z.infer<typeof pageQuery>,
): Promise<{ readonly rows: Row[]; readonly next: string | null }> {
  // The columns are there on every table that is listed; Kysely cannot know that of a table it is not told.
  let query = select as unknown as SelectQueryBuilder<{ t: Dated }, 't', Row>;
  if (after !== undefined) {
    const { created_at, id } = readPlace(after);
    query = query.where((is) =>
      is.or([is('created_at', '<', created_at), is.and([is('created_at', '=', created_at), is('id', '<', id)])]),
    );
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last ? `${last.created_at.getTime()}-${last.id}` : null };
}

function readPlace(after: string): Dated {
  const [, time, id] = /^(\d{1,13})-([\w-]+)$/.exec(after) ?? [];
  if (!time || !id) throw new OratorError('request/invalid', 'The option after is not one that a list gave.');
  return { created_at: new Date(Number(time)), id };
}
