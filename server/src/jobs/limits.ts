import { OratorError } from '@orator/core/base/errors';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Config } from '../config.ts';
import type { Database } from '../store/database.ts';
import { MOST_AT_ONCE } from './new-job.ts';

/** What one key may use. 0 = any amount. */
export const keyLimits = z
  .strictObject({
    requestsPerMinute: z.int().min(0).max(1_000_000).optional(),
    jobs: z.int().min(1).max(MOST_AT_ONCE).optional().meta({ description: 'Jobs that run at once' }),
    secondsPerDay: z.number().min(0).optional().meta({ description: 'Seconds of video made in 24 hours' }),
    sessions: z.int().min(0).optional().meta({ description: 'Live sessions at once' }),
    storedBytes: z.number().min(0).optional().meta({ description: 'Bytes of all its files together' }),
  })
  .meta({ id: 'KeyLimits', description: 'What the key may use; the settings say what is not said here.' });
/** The same, read. */
export type KeyLimits = z.infer<typeof keyLimits>;

/** Whose limits are asked for: an owner, and what their key says. */
export interface Limited {
  readonly owner: string;
  readonly limits: KeyLimits;
}

/** Holds callers to what their keys may use. */
export class Limits {
  readonly #database: Database;
  readonly #values: Config['values'];

  constructor(database: Database, { values }: Config) {
    this.#database = database;
    this.#values = values;
  }

  /** Requests in a minute; 0 = any. */
  requestsPerMinute({ limits }: Pick<Limited, 'limits'>): number {
    return limits.requestsPerMinute ?? this.#values.ORATOR_REQUESTS_PER_MINUTE ?? 0;
  }

  /**
   * `more`: bytes that are to come, as far as it is known.
   * @throws {OratorError} `limit/reached` when a caller's files take all the room they may, or would with those.
   */
  async requireRoom({ owner, limits }: Limited, more = 0): Promise<void> {
    const most = limits.storedBytes ?? (this.#values.ORATOR_STORED_MB_PER_KEY ?? 0) * 1e6;
    if (most === 0) return;
    const { stored } = await this.#database.tables
      .selectFrom('assets')
      .select(({ fn }) => fn.coalesce(fn.sum<number>('bytes'), sql<number>`0`).as('stored'))
      .where('owner', '=', owner)
      .executeTakeFirstOrThrow();
    if (Number(stored) < most && Number(stored) + more <= most) return;
    const coming = more > 0 ? `, and ${megabytes(more)} MB are to come` : '';
    throw new OratorError(
      'limit/reached',
      `The files of this key take ${megabytes(Number(stored))} MB of the ${megabytes(most)} MB they may${coming}. Delete some first.`,
    );
  }

  async #secondsLeft(owner: string, limits: KeyLimits): Promise<number> {
    const most = limits.secondsPerDay ?? this.#values.ORATOR_SECONDS_PER_KEY ?? 0;
    if (most === 0) return Number.POSITIVE_INFINITY;
    const { made } = await this.#database.tables
      .selectFrom('jobs')
      .select(({ fn }) => fn.coalesce(fn.sum<number>('seconds'), sql<number>`0`).as('made'))
      .where('owner', '=', owner)
      .where('seconds', 'is not', null)
      .where('finished_at', '>', sql<Date>`now() - interval '24 hours'`)
      .executeTakeFirstOrThrow();
    return Math.max(0, most - Number(made));
  }

  /**
   * Seconds of video that an owner may still make, Infinity where there is no limit. Where `limits` are left out, its key is asked.
   * @throws {OratorError} `limit/reached` when the video of a day has been made.
   */
  async requireSeconds(owner: string, limits?: KeyLimits): Promise<number> {
    const left = await this.#secondsLeft(owner, limits ?? (await this.#limitsOf(owner)));
    if (left > 0) return left;
    throw new OratorError('limit/reached', 'This key has made all the video that it may in 24 hours. Try again later.');
  }

  async #limitsOf(owner: string): Promise<KeyLimits> {
    const key = await this.#database.tables
      .selectFrom('keys')
      .select('limits')
      .where('id', '=', owner)
      .executeTakeFirst();
    return (key?.limits ?? {}) as KeyLimits;
  }
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
