import { statfs } from 'node:fs/promises';
import { z } from 'zod';
import { findFfmpeg } from '../media/ffmpeg.ts';
import type { Service } from '../service/service.ts';
import { ableEngines } from '../studio/engine-lack.ts';
import { VERSION } from '../version.ts';
import type { App } from './app.ts';

/** Less room than this and clips would soon fail. */
const LEAST_FREE_BYTES = 200e6;
/** A check that hangs is a check that failed. */
const PATIENCE_MS = 3000;
/** What was found is believed for so long: probes come often. */
const BELIEVED_MS = 2000;

const state = z.enum(['ok', 'failed']);
const checks = z
  .object({ database: state, storage: state, queue: state, ffmpeg: state, disk: state, engine: state })
  .meta({
    id: 'Checks',
    description:
      'What the service needs, and whether it is there; engine: whether its networks, kernels and voice were loaded, soon after the start',
  });
const readiness = z
  .object({ status: z.enum(['ready', 'not ready']), draining: z.boolean(), checks })
  .meta({ id: 'Readiness', description: 'Whether the service takes work' });
/** Routes that say how the service is. They need no key, and tell nothing that one would be needed for. */
export function healthRoutes(app: App, service: Service): void {
  const { config, database, storage, startedAt, draining } = service;
  const look = believed(() => lookAnew());
  const engines = believed(() => ableEngines(config));
  const lookAnew = async () => {
    const passes = async (check: () => Promise<unknown>): Promise<z.infer<typeof state>> => {
      const late = new Promise<never>((_, reject) => setTimeout(reject, PATIENCE_MS).unref());
      return Promise.race([check(), late]).then(
        () => 'ok' as const,
        () => 'failed' as const,
      );
    };
    const [base, files, queue, ffmpeg, disk] = await Promise.all([
      passes(() => database.check()),
      passes(() => storage.check()),
      passes(() => database.boss.getQueues()),
      passes(() => findFfmpeg(config)),
      passes(async () => {
        const { bavail, bsize } = await statfs(config.data);
        if (bavail * bsize < LEAST_FREE_BYTES) throw new Error('full');
      }),
    ]);
    const engine = service.engine.isWarm ? ('ok' as const) : ('failed' as const);
    return { database: base, storage: files, queue, ffmpeg, disk, engine };
  };

  app.get(
    '/api/v1/health',
    {
      schema: {
        operationId: 'getHealth',
        security: [],
        summary: 'How the service is',
        tags: ['health'],
        response: {
          200: z.object({
            status: z.enum(['healthy', 'degraded']),
            version: z.string(),
            backend: z.string(),
            uptime_seconds: z.number(),
            active_sessions: z.int(),
            engines: z.array(z.string()),
            checks,
          }),
        },
      },
    },
    async () => {
      const found = await look();
      return {
        status: Object.values(found).every((one) => one === 'ok') ? ('healthy' as const) : ('degraded' as const),
        version: VERSION,
        backend: config.values.ORATOR_BACKEND ?? 'auto',
        uptime_seconds: Math.round((Date.now() - startedAt.getTime()) / 100) / 10,
        active_sessions: service.live.sessions.active,
        engines: [...(await engines())],
        checks: found,
      };
    },
  );

  app.get(
    '/api/v1/live',
    {
      schema: {
        operationId: 'getLive',
        security: [],
        summary: 'Whether the process answers',
        tags: ['health'],
        response: { 200: z.object({ status: z.literal('alive') }) },
      },
    },
    async () => ({ status: 'alive' as const }),
  );

  app.get(
    '/api/v1/ready',
    {
      schema: {
        operationId: 'getReady',
        security: [],
        summary: 'Whether it takes work: 200, or 503 with what is missing',
        tags: ['health'],
        response: { 200: readiness, 503: readiness },
      },
    },
    async (_request, reply) => {
      const found = await look();
      const ready = !draining.aborted && Object.values(found).every((one) => one === 'ok');
      return reply
        .code(ready ? 200 : 503)
        .send({ status: ready ? 'ready' : 'not ready', draining: draining.aborted, checks: found });
    },
  );
}

/** Looks anew only when what was found last is no longer believed. */
function believed<Found>(lookAnew: () => Promise<Found>): () => Promise<Found> {
  let last: { readonly until: number; readonly found: Promise<Found> } | undefined;
  return () => {
    if (!last || last.until < Date.now()) last = { until: Date.now() + BELIEVED_MS, found: lookAnew() };
    return last.found;
  };
}
