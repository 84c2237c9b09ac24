import { randomBytes } from 'node:crypto';
import type { Database } from './database.ts';

/** A secret that all processes of a service share, 192 bits in base64, made when it is first needed. */
export async function sharedSecret({ tables }: Database, name: string, prefix = ''): Promise<string> {
  const value = prefix + randomBytes(24).toString('base64');
  await tables
    .insertInto('secrets')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const row = await tables.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirstOrThrow();
  return row.value;
}
