import { OratorError } from '@orator/core/base/errors';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { refuseDeep } from '../api/json-body.ts';
import { type Endpoint, leftBy } from './endpoint.ts';
import type { EndpointJob, EndpointResult } from './endpoint-jobs.ts';

const RESULT_BYTES = 20 << 20;
const CHUNK_BYTES = 1 << 20;
/** Pieces kept for a caller that does not read them: the oldest go first. */
const MOST_CHUNKS = 1000;
const LOOK_SECONDS = 1;

const worker = z.string().regex(/^[\w.-]{1,128}$/);
const byWorker = z.object({ worker });
const byJob = z.object({ worker, id: z.string().max(128) });
const takeQuery = z.object({
  job_in_progress: z.enum(['0', '1']).optional(),
  batch_size: z.coerce.number().int().min(1).max(100).default(1),
});
const report = z.object({
  status: z.string().optional(),
  output: z.unknown().optional(),
  error: z.string().optional(),
  stopPod: z.boolean().optional(),
});

/** The environment that a worker of this endpoint is started with, as RunPod sets it. */
export function workerEnvironment(origin: string, endpoint: string, workerId: string, key: string) {
  const base = `${origin}/v2/${endpoint}`;
  return {
    RUNPOD_WEBHOOK_GET_JOB: `${base}/job-take/$ID?gpu=none`,
    RUNPOD_WEBHOOK_POST_OUTPUT: `${base}/job-done/$RUNPOD_POD_ID/$ID?gpu=none`,
    RUNPOD_WEBHOOK_POST_STREAM: `${base}/job-stream/$RUNPOD_POD_ID/$ID?gpu=none`,
    RUNPOD_WEBHOOK_PING: `${base}/ping/$RUNPOD_POD_ID`,
    RUNPOD_AI_API_KEY: key,
    RUNPOD_POD_ID: workerId,
    RUNPOD_ENDPOINT_ID: endpoint,
  };
}

/** The side of an endpoint that its workers talk to. */
export function workerRoutes(instance: FastifyInstance, endpoint: Endpoint): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { setup, times, now, streams, workers, held } = endpoint;
  const { jobs, draining } = setup;
  const heard = (name: string, busy: boolean) => workers.set(name, { seenAt: now(), busy });
  const hide = { hide: true } as const;

  app.addHook('onRequest', async ({ headers }) => {
    await setup.admitWorker((headers.authorization ?? '').replace(/^Bearer /i, ''));
  });
  // Workers send JSON under this name, as RunPod's own do.
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    const refusal = refuseDeep(String(body));
    if (refusal) return done(refusal);
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(new OratorError('request/invalid', 'The body is no JSON.'));
    }
  });

  const take = async (name: string, count: number, signal: AbortSignal): Promise<EndpointJob[]> => {
    const end = performance.now() + times.takeWaitMs;
    while (!signal.aborted) {
      await endpoint.settle();
      const taken: EndpointJob[] = [];
      while (taken.length < count) {
        const job = await jobs.take(name);
        if (!job) break;
        taken.push(job);
      }
      const left = (end - performance.now()) / 1000;
      if (taken.length > 0 || left <= 0) return taken;
      await jobs.bell.wait((ring) => 'kind' in ring, Math.min(left, LOOK_SECONDS), signal);
    }
    return [];
  };

  for (const batch of [false, true]) {
    app.get(
      batch ? '/job-take-batch/:worker' : '/job-take/:worker',
      { schema: { ...hide, params: byWorker, querystring: takeQuery } },
      async (request, reply) => {
        const { params, query } = request;
        const { worker: name } = params;
        heard(name, query.job_in_progress === '1');
        const left = leftBy(reply);
        const taken = await take(name, batch ? query.batch_size : 1, AbortSignal.any([left, draining]));
        const giveBack = async () => {
          for (const { id } of taken) await jobs.giveBack(id, name);
        };
        if (left.aborted) {
          await giveBack();
          return reply;
        }
        reply.raw.once('close', () => {
          if (reply.raw.writableFinished) return;
          giveBack().catch((err: unknown) => request.log.warn({ err }, 'endpoint trouble'));
        });
        if (taken.length === 0) return reply.code(204).send();
        for (const { id } of taken) getOrMake(held, name).add(id);
        heard(name, true);
        const given = taken.map(({ id, order }) => ({
          id,
          input: order.input,
          ...(order.webhook ? { webhook: order.webhook } : {}),
          ...(order.s3Config ? { s3Config: order.s3Config } : {}),
        }));
        return batch ? given : given[0];
      },
    );
  }

  app.post(
    '/job-done/:worker/:id',
    { bodyLimit: RESULT_BYTES, schema: { ...hide, params: byJob, body: report } },
    async ({ params, body }) => {
      const { worker: name, id } = params;
      await endpoint.settle();
      const job = await jobs.get(id);
      if (!job) throw new OratorError('job/unknown', 'There is no such job, or not any more.');
      if (body.status === 'IN_PROGRESS') return { kept: await jobs.progress(id, name, body.output ?? null) };
      const result: EndpointResult = body.error === undefined ? { output: body.output ?? null } : { error: body.error };
      const ended = await jobs.done(id, name, result);
      held.get(name)?.delete(id);
      if (ended) endpoint.ended(ended);
      return { kept: ended !== null }; // a second post of the same result is as good as the first
    },
  );

  app.post(
    '/job-stream/:worker/:id',
    { bodyLimit: CHUNK_BYTES, schema: { ...hide, params: byJob, body: report } },
    async ({ params, body }) => {
      const job = await jobs.get(params.id);
      if (!job) throw new OratorError('job/unknown', 'There is no such job, or not any more.');
      if (job.status !== 'IN_PROGRESS' || job.worker !== params.worker) return { kept: false };
      const chunks = streams.get(job.id) ?? [];
      streams.set(job.id, [...chunks, body.output ?? null].slice(-MOST_CHUNKS));
      return { kept: true };
    },
  );

  app.get(
    '/ping/:worker',
    { schema: { ...hide, params: byWorker, querystring: z.object({ job_id: z.string().max(65_536).optional() }) } },
    async ({ params, query }) => {
      const ids = query.job_id?.split(',').filter(Boolean) ?? [];
      heard(params.worker, ids.length > 0);
      for (const id of ids) getOrMake(held, params.worker).add(id); // also those that another process gave out
      await jobs.keep(params.worker, ids);
      return {};
    },
  );

  app.get('/job-stop/:worker', { schema: { ...hide, params: byWorker } }, async ({ params }, reply) => {
    const { worker: name } = params;
    const left = leftBy(reply);
    const signal = AbortSignal.any([left, draining]);
    const end = performance.now() + times.takeWaitMs;
    const stops: string[] = [];
    while (!signal.aborted) {
      await endpoint.settle();
      for (const id of held.get(name) ?? []) {
        const job = await jobs.get(id);
        if (job?.status === 'IN_PROGRESS' && job.worker === name) continue;
        stops.push(id);
        held.get(name)?.delete(id);
      }
      const patience = (end - performance.now()) / 1000;
      if (stops.length > 0 || patience <= 0) break;
      await jobs.bell.wait((ring) => 'job' in ring, Math.min(patience, LOOK_SECONDS), signal);
    }
    if (left.aborted) for (const id of stops) getOrMake(held, name).add(id); // it did not hear of them
    return { jobsToStop: stops };
  });
}

function getOrMake(map: Map<string, Set<string>>, name: string): Set<string> {
  const found = map.get(name) ?? new Set<string>();
  map.set(name, found);
  return found;
}
