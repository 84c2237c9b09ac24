import { sql } from 'kysely';
import { z } from 'zod';
import { isOver, jobOf } from '../jobs/job.ts';
import { jobView, jobViewOf } from '../jobs/job-view.ts';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { SILENCE_SECONDS, sendEvents } from './event-stream.ts';
import { requireScope } from './keys.ts';
import { pageOf, pageQuery } from './page.ts';
import { problem } from './problem.ts';

const byId = z.object({ id: z.string().max(64) });
const listQuery = pageQuery.extend({
  state: z.enum(['pending', 'processing', 'completed', 'failed', 'cancelled']).optional(),
  outcome: z.enum(['success', 'fallback']).optional(),
  kind: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'Such as video.portrait; its first word stands for all such kinds, as video' }),
});

/** Routes about jobs: list, look, cancel, try again, and follow. */
export function jobRoutes(app: App, { queue, bell, database, draining }: Service): void {
  const answers = { 200: jobView, '4xx': problem };

  app.get(
    '/api/v1/jobs',
    {
      schema: {
        operationId: 'listJobs',
        summary: 'List jobs, newest first',
        tags: ['jobs'],
        querystring: listQuery,
        response: { 200: z.object({ jobs: z.array(jobView), next: z.string().nullable() }), '4xx': problem },
      },
    },
    async ({ caller, query }) => {
      requireScope(caller, 'read');
      const { state, outcome, kind } = query;
      let select = database.tables.selectFrom('jobs').selectAll().where('owner', '=', caller.owner);
      if (state) select = select.where('state', '=', state);
      if (outcome) select = select.where('outcome', '=', outcome);
      if (kind) {
        select = select.where((is) =>
          is.or([is('kind', '=', kind), is(sql<string>`split_part(kind, '.', 1)`, '=', kind)]),
        );
      }
      const { rows, next } = await pageOf(select, query);
      return { jobs: rows.map((row) => jobViewOf(jobOf(row))), next };
    },
  );

  app.get(
    '/api/v1/jobs/:id',
    { schema: { operationId: 'getJob', summary: 'Look at a job', tags: ['jobs'], params: byId, response: answers } },
    async ({ caller, params }) => {
      requireScope(caller, 'read');
      return jobViewOf(jobOf(await queue.get(caller.owner, params.id)));
    },
  );

  app.post(
    '/api/v1/jobs/:id/cancel',
    { schema: { operationId: 'cancelJob', summary: 'Cancel a job', tags: ['jobs'], params: byId, response: answers } },
    async ({ caller, params }) => {
      requireScope(caller, 'create');
      return jobViewOf(jobOf(await queue.cancel(caller.owner, params.id)));
    },
  );

  app.post(
    '/api/v1/jobs/:id/retry',
    {
      schema: {
        operationId: 'retryJob',
        summary: 'Try a failed or cancelled job again',
        tags: ['jobs'],
        params: byId,
        response: { 202: jobView, '4xx': problem },
      },
    },
    async ({ caller, params }, reply) => {
      requireScope(caller, 'create');
      const row = await queue.retry(caller.owner, params.id);
      return reply.code(202).send(jobViewOf(jobOf(row)));
    },
  );

  app.get(
    '/api/v1/jobs/:id/events',
    {
      schema: {
        operationId: 'streamJob',
        summary: 'Follow a job: server-sent events "job", the last one when it is over',
        tags: ['jobs'],
        params: byId,
        response: {
          200: { description: 'Each state that it comes to', content: { 'text/event-stream': { schema: jobView } } },
          '4xx': problem,
        },
      },
    },
    async ({ caller, params }, reply) => {
      requireScope(caller, 'read');
      using watch = bell.watch((ring) => 'job' in ring && ring.job === params.id);
      let row = await queue.get(caller.owner, params.id);
      const states = async function* (signal: AbortSignal) {
        for (;;) {
          yield jobViewOf(jobOf(row));
          if (isOver(row) || signal.aborted) return;
          await watch.rest(SILENCE_SECONDS, signal);
          row = await queue.get(caller.owner, params.id).catch(() => row); // a database that is away comes back
        }
      };
      await sendEvents(reply, 'job', states, draining);
    },
  );
}
