import { OratorError } from '@orator/core/base/errors';
import type { SelectQueryBuilder } from 'kysely';
import { z } from 'zod';
import { type JobProgress, jobOf } from '../jobs/job.ts';
import { RETRIES } from '../jobs/queue.ts';
import type { Service } from '../service/service.ts';
import type { JobRow, Tables } from '../store/tables.ts';
import { checkPage, keyIn, requireInternal } from './admission.ts';
import type { App } from './app.ts';
import { problem } from './problem.ts';

/** How long the link to an avatar lasts: the most that a storage signs for. */
const LINK_SECONDS = 7 * 86_400;

const ID = /^[\w-]+$/;
const byId = z.object({ job_id: z.string().max(64) });
const status = z.object({
  running: z.int(),
  pending: z.int(),
  completed: z.int(),
  failed: z.int(),
  max_concurrent: z.int().meta({ description: 'Avatars built at once' }),
});
const jobBody = z
  .object({
    job_id: z.string(),
    avatar_id: z.string(),
    model: z.string(),
    status: z.enum(['pending', 'processing', 'completed', 'failed', 'cancelled']),
    attempts: z.int().meta({ description: 'Tries so far' }),
    max_retries: z.int(),
    progress: z.int().meta({ description: '0 to 100' }),
    runpod_job_id: z.string().nullable(),
    upload_url: z.string().nullable().meta({ description: 'A fresh link to the TAR' }),
    num_frames: z.int().nullable(),
    error: z.string().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'InternalAvatarJob' });
type JobBody = z.infer<typeof jobBody>;

/** `/api/v1/internal/avatar/jobs/…`: avatar jobs of all callers, for whoever has the internal key. */
export function internalRoutes(app: App, service: Service): void {
  const { database, queue } = service;
  const {
    ORATOR_RUNPOD_ENDPOINT_ID: remote,
    ORATOR_RUNPOD_CONCURRENT: concurrent = 3,
    ORATOR_WORKERS: workers = 1,
  } = service.config.values;
  app.addHook('onRequest', async (request) => {
    checkPage(request, service);
    await requireInternal(keyIn(request), service);
  });
  const find = async (id: string): Promise<JobRow> => {
    const select = avatarJobs(database.tables.selectFrom('jobs').selectAll()).where('id', '=', id);
    const row = ID.test(id) ? await select.executeTakeFirst() : undefined;
    if (!row) throw new OratorError('job/unknown', `There is no avatar job "${id.slice(0, 64)}".`);
    return row;
  };
  const described = (operationId: string, summary: string) => ({ operationId, summary, tags: ['internal'] });

  app.get(
    '/api/v1/internal/avatar/jobs/status',
    { schema: { ...described('countAvatarJobs', 'Count avatar jobs'), response: { 200: status, '4xx': problem } } },
    async () => {
      const select = database.tables
        .selectFrom('jobs')
        .select(['state', ({ fn }) => fn.countAll<string>().as('count')]);
      const rows = await avatarJobs(select).groupBy('state').execute();
      const count = (state: JobRow['state']) => Number(rows.find((row) => row.state === state)?.count ?? 0);
      return {
        running: count('processing'),
        pending: count('pending'),
        completed: count('completed'),
        failed: count('failed'),
        max_concurrent: remote ? concurrent : workers,
      };
    },
  );

  app.get(
    '/api/v1/internal/avatar/jobs/:job_id',
    {
      schema: {
        ...described('getAvatarJob', 'Look at an avatar job'),
        params: byId,
        response: { 200: jobBody, '4xx': problem },
      },
    },
    async ({ params }) => bodyOf(await find(params.job_id), service),
  );

  app.post(
    '/api/v1/internal/avatar/jobs/:job_id/retry',
    {
      schema: {
        ...described('retryAvatarJob', 'Try a failed avatar job again'),
        params: byId,
        response: { 202: jobBody, '4xx': problem },
      },
    },
    async ({ params }, reply) => {
      const { id, owner, state } = await find(params.job_id);
      if (state !== 'failed') {
        throw new OratorError('job/not-possible', `The job is ${state}; only one that has failed can be tried again.`);
      }
      return reply.code(202).send(await bodyOf(await queue.retry(owner, id), service));
    },
  );
}

const avatarJobs = <Output>(select: SelectQueryBuilder<Tables, 'jobs', Output>) =>
  select.where('kind', 'like', 'avatar.%');

/** A job in the words of the requirement. */
async function bodyOf(row: JobRow, { database, storage }: Service): Promise<JobBody> {
  const { tables } = database;
  const [build, asset] = await Promise.all([
    tables.selectFrom('remote_builds').select('runpod_job_id').where('job_id', '=', row.id).executeTakeFirst(),
    tables.selectFrom('assets').selectAll().where('id', '=', row.asset_id).executeTakeFirst(),
  ]);
  const job = jobOf(row);
  return {
    job_id: row.id,
    avatar_id: row.id, // what the endpoint is told: unique, and the same for every try
    model: row.kind.slice('avatar.'.length),
    status: row.state,
    attempts: row.attempt,
    max_retries: RETRIES,
    progress: job.state === 'completed' ? 100 : percentOf(job.state === 'processing' ? job.progress : null),
    runpod_job_id: build?.runpod_job_id ?? null,
    upload_url: asset
      ? await storage.downloadLink(asset.storage_key, { seconds: LINK_SECONDS, name: asset.name })
      : null,
    num_frames: job.state === 'completed' ? framesOf(job.result) : null,
    error: row.state === 'completed' ? null : row.error_message, // it may be that of an earlier try
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

const percentOf = (progress: JobProgress | null): number => Math.round((progress?.share ?? 0) * 100);

function framesOf(result: Readonly<Record<string, unknown>>): number | null {
  const { success, data } = z.object({ avatar: z.object({ frames: z.int() }) }).safeParse(result);
  return success ? data.avatar.frames : null;
}
