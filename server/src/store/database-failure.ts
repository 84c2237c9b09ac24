import { OratorError } from '@orator/core/base/errors';

/** PostgreSQL's codes for a server that is away, stops, starts or has no connection left (08…, 57P0…, 53200, 53300), and for a full disk. */
const AWAY = /^(?:08...|57P0.|53200|53300)$/;
const FULL = '53100';
/** What the system says of a server that cannot be reached. */
const NO_LINE: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
]);
/** What the driver says where a connection ends under it: these errors carry no code. */
const CUT =
  /^(?:Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

/** What an error of the database's driver means, where it is one that passes: the server is away, or its disk is full. Else null. */
export function databaseFailure(thrown: unknown): OratorError | null {
  if (!(thrown instanceof Error) || thrown instanceof OratorError) return null;
  const { code } = thrown as { readonly code?: unknown };
  if (code === FULL) {
    const why = 'There is no room left for the database. Free some space.';
    return new OratorError('output/disk-full', why, { cause: thrown });
  }
  const isAway = typeof code === 'string' ? AWAY.test(code) || NO_LINE.has(code) : CUT.test(thrown.message);
  if (!isAway) return null;
  return new OratorError('database/unreachable', 'The database does not answer. Try again soon.', { cause: thrown });
}
