import { setTimeout as wait } from 'node:timers/promises';
import { findPostgres } from '../server/src/store/test-postgres.ts';
import { openStage, type Setup } from './chaos/stage.ts';
import { openShortJobs } from './short-jobs.ts';
import { rounded } from './table.ts';

export const title = 'A new job: from the answer to its order until an idle worker has it (reach: issue 3)';

const JOBS = 20;
/** Between two looks at a job. */
const LOOK_MS = 2;
/** An idle worker has nothing left to do for the job before. */
const REST_MS = 300;

/** Orders jobs one by one: of a worker in the process that is asked, and of other processes on PostgreSQL. */
export async function run(): Promise<Record<string, unknown>[]> {
  const rows = [await measure('in the same process', { database: 'embedded', files: 'folder' }, '≤ 50')];
  if (!(await findPostgres())) return rows;
  return [...rows, await measure('another process, PostgreSQL', { database: 'postgres', files: 's3' }, '≤ 500')];
}

async function measure(where: string, setup: Setup, reach: string) {
  await using stage = await openStage(setup);
  const { service } = stage;
  const order = await openShortJobs(service);
  const waits: number[] = [];
  for (let k = 0; k <= JOBS; k++) {
    await wait(REST_MS);
    const { id } = (await service.ask('/api/v1/videos', { body: order(k).body })).body;
    const ordered = performance.now();
    const job = async () => (await service.ask(`/api/v1/jobs/${id}`)).body.state;
    while ((await job()) === 'pending') await wait(LOOK_MS);
    if (k > 0) waits.push(performance.now() - ordered); // the first one warms up
    while ((await job()) === 'processing') await wait(10 * LOOK_MS);
  }
  const sorted = waits.toSorted((a, b) => a - b);
  return {
    figure: `${where}, p50 ms`,
    value: rounded(sorted[JOBS >> 1]!, 1),
    reach,
    ...{ min: rounded(sorted[0]!, 1), max: rounded(sorted.at(-1)!, 1) },
  };
}
