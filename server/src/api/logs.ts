import { join } from 'node:path';
import { z } from 'zod';
import { findLogLines } from '../service/log-search.ts';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';

/** More than this of one request is seen in the files themselves. */
const MOST_LINES = 500;
const line = z
  .object({
    timestamp: z.string(),
    level: z.string(),
    component: z.string(),
    message: z.string(),
    error: z.string().nullable(),
  })
  .meta({ id: 'LogLine', description: 'A line of the log; it never holds scripts or keys' });

/** `GET /api/v1/logs/{id}`: what the log of this machine has of one request or job, for admins. */
export function logRoutes(app: App, { config, database, draining }: Service): void {
  app.get(
    '/api/v1/logs/:id',
    {
      schema: {
        operationId: 'getLog',
        summary: 'What the log of this machine has of a request, by its x-request-id, or of a job',
        description: 'Oldest first. Where ORATOR_LOG_FILES is off there is none.',
        tags: ['health'],
        params: z.object({ id: z.string().regex(/^[\w.-]{1,64}$/) }),
        response: { 200: z.object({ correlation_id: z.string(), lines: z.array(line) }), '4xx': problem },
      },
    },
    async ({ caller, params, raw }) => {
      requireScope(caller, 'admin');
      const job = await database.tables
        .selectFrom('jobs')
        .select('correlation_id')
        .where('id', '=', params.id)
        .executeTakeFirst();
      const leaving = new AbortController();
      raw.socket.once('close', () => leaving.abort());
      const signal = AbortSignal.any([leaving.signal, draining]);
      const id = job?.correlation_id ?? params.id;
      return {
        correlation_id: id,
        lines: [...(await findLogLines(join(config.data, 'logs'), id, MOST_LINES, signal))],
      };
    },
  );
}
