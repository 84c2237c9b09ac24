import { sql } from 'kysely';
import { z } from 'zod';
import { GONE_SECONDS } from '../service/engine-offer.ts';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';

const workerView = z
  .object({
    name: z.string().meta({ description: 'Its machine and process' }),
    kinds: z.array(z.string()).meta({ description: 'What it can do' }),
    speeds: z
      .record(z.string(), z.number())
      .meta({ description: 'For each kind that it has done: seconds of video made per second' }),
    working: z.int().meta({ description: 'Jobs at hand' }),
    startedAt: z.iso.datetime(),
    seenAt: z.iso
      .datetime()
      .meta({ description: 'It says so every ten seconds; one that was silent for 30 s is not listed' }),
  })
  .meta({ id: 'Worker' });

/** `GET /api/v1/workers`: who works on jobs, for admins. */
export function workerRoutes(app: App, { database }: Service): void {
  app.get(
    '/api/v1/workers',
    {
      schema: {
        operationId: 'listWorkers',
        summary: 'List the processes that work on jobs',
        tags: ['jobs'],
        response: { 200: z.object({ workers: z.array(workerView) }), '4xx': problem },
      },
    },
    async ({ caller }) => {
      requireScope(caller, 'admin');
      const rows = await database.tables
        .selectFrom('workers')
        .selectAll()
        .where('seen_at', '>', sql<Date>`now() - make_interval(secs => ${GONE_SECONDS})`)
        .orderBy('started_at')
        .execute();
      return {
        workers: rows.map(({ name, kinds, speeds, working, started_at, seen_at }) => ({
          ...{ name, kinds: [...kinds], speeds, working },
          startedAt: started_at.toISOString(),
          seenAt: seen_at.toISOString(),
        })),
      };
    },
  );
}
