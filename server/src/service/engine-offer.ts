import { OratorError } from '@orator/core/base/errors';
import type { EngineInfo } from '@orator/core/engines/engine';
import { sql } from 'kysely';
import type { Config } from '../config.ts';
import { isWanted } from '../job-kinds.ts';
import type { Database } from '../store/database.ts';
import { lackOf } from '../studio/engine-lack.ts';
import { processName } from './process-name.ts';

/** A worker that has not said for so long that it is there is gone. */
export const GONE_SECONDS = 30;

/**
 * Why nobody would make a video with an engine: neither this process nor any worker that shares its database. `null` where somebody would.
 * What needs no weights is always taken: it waits for a worker.
 */
export async function lackOfOffer(
  engine: EngineInfo,
  { config, database }: { readonly config: Config; readonly database: Database },
): Promise<OratorError | null> {
  if (engine.models.length === 0) return null;
  const kind = `video.${engine.id}`;
  const { ORATOR_WORK: wanted, ORATOR_WORKERS: workers = 1 } = config.values;
  const lack = await lackOf(engine, config);
  const isOurs = workers > 0 && isWanted(kind, wanted);
  if (lack === null && isOurs) return null;
  const rows = await database.tables
    .selectFrom('workers')
    .select('kinds')
    .where('name', '!=', processName()) // its own files were just looked at
    .where('seen_at', '>', sql<Date>`now() - make_interval(secs => ${GONE_SECONDS})`)
    .execute();
  if (rows.some(({ kinds }) => kinds.includes(kind))) return null;
  if (lack !== null) return withoutPlaces(engine, lack);
  return new OratorError(
    'engine/unavailable',
    `Nobody works on ${kind}. Set ORATOR_WORK and ORATOR_WORKERS so that this service or another worker does.`,
  );
}

/** What is lacking, for callers: where our folders are is nothing that they have to know. */
function withoutPlaces({ name, models }: EngineInfo, lack: OratorError): OratorError {
  const cures: Readonly<Record<string, string>> = {
    'model/missing': `${name} has no weights here. Its operator runs: orator models pull ${models[0]} --accept-licence`,
    'backend/none': `${name} needs ONNX Runtime, which is not installed here. Its operator runs: orator doctor`,
  };
  return new OratorError(lack.code, cures[lack.code] ?? lack.message, { cause: lack });
}
