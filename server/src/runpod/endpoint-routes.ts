import { OratorError } from '@orator/core/base/errors';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { answerProblem } from '../api/problem.ts';
import { type Guard, parseGuardedUrl } from '../net/guarded-request.ts';
import { ENDPOINT_TIMES, type Endpoint, type EndpointSetup, leftBy } from './endpoint.ts';
import { type EndpointJob, type EndpointOrder, isEnded, statusAnswer } from './endpoint-jobs.ts';
import { Webhooks } from './webhooks.ts';
import { workerRoutes } from './worker-routes.ts';

/** A ring may be lost: whoever waits looks by itself this often. */
const LOOK_SECONDS = 1;
const RUN_BYTES = 10 << 20;
const RUNSYNC_BYTES = 20 << 20;
/** RunPod's defaults. */
const EXECUTION_TIMEOUT_MS = 600_000;
const TTL_MS = 86_400_000;
const WEEK_MS = 7 * 24 * 3600 * 1000;

const submission = z.object({
  input: z.record(z.string(), z.unknown()),
  webhook: z.string().max(2048).nullish(),
  s3Config: z.record(z.string(), z.unknown()).nullish(),
  policy: z
    .object({
      executionTimeout: z.number().int().min(5000).max(WEEK_MS).optional(),
      ttl: z.number().int().min(10_000).max(WEEK_MS).optional(),
      lowPriority: z.boolean().optional(),
    })
    .nullish(),
});
const waitQuery = z.object({ wait: z.coerce.number().int().min(1000).max(300_000).optional() });
const byId = z.object({ id: z.string().max(128) });

/** An endpoint as RunPod hosts it, `/v2/{endpoint}/…`, for its callers and its workers. */
export function endpointRoutes(setup: EndpointSetup): FastifyPluginAsync {
  return async (app) => {
    const { jobs, now = Date.now } = setup;
    const times = { ...ENDPOINT_TIMES, ...setup.times };
    const told = (id: string) => jobs.told(id);
    const webhooks = new Webhooks(setup.guard, times.webhookRetryMs, told, setup.onLostWebhook ?? (() => {}));
    const ended = (job: EndpointJob) => webhooks.tell(job, now());
    const settle = async () => {
      for (const job of await jobs.sweep()) ended(job);
    };
    const endpoint: Endpoint = {
      setup,
      times,
      now,
      streams: new Map(),
      workers: new Map(),
      held: new Map(),
      ended,
      settle,
    };
    app.setValidatorCompiler(validatorCompiler);
    app.setSerializerCompiler(serializerCompiler);
    app.setErrorHandler(answerProblem);
    const timer = setInterval(() => {
      tidy(endpoint).catch((err: unknown) => app.log.warn({ err }, 'endpoint trouble'));
    }, times.sweepMs);
    timer.unref();
    app.addHook('onClose', async () => {
      clearInterval(timer);
      await webhooks[Symbol.asyncDispose]();
    });
    const prefix = `/v2/${setup.endpoint}`;
    await app.register(async (callers) => callerRoutes(callers, endpoint), { prefix });
    await app.register(async (workers) => workerRoutes(workers, endpoint), { prefix });
  };
}

function callerRoutes(instance: FastifyInstance, endpoint: Endpoint): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { setup, times, now, streams, workers } = endpoint;
  const { jobs, draining } = setup;
  const owners = new WeakMap<FastifyRequest, string>();
  const ownerOf = (request: unknown) => owners.get(request as FastifyRequest)!;
  app.addHook('onRequest', async (request) => {
    const key = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    owners.set(request, await setup.ownerOf(key));
  });
  const answer = (job: EndpointJob) => statusAnswer(job, now());
  const look = async (id: string, owner: string): Promise<EndpointJob> => {
    await endpoint.settle();
    const job = await jobs.get(id);
    if (job?.order.owner === owner) return job;
    if (!job) streams.delete(id);
    throw new OratorError('job/unknown', 'There is no such job, or not any more.');
  };
  /** Waits for the job's end; the job as it then is. */
  const wait = async (id: string, owner: string, ms: number, signal: AbortSignal): Promise<EndpointJob> => {
    const end = performance.now() + ms;
    for (;;) {
      const job = await look(id, owner);
      const left = (end - performance.now()) / 1000;
      if (isEnded(job) || left <= 0 || signal.aborted) return job;
      await jobs.bell.wait((ring) => 'job' in ring && id.includes(ring.job), Math.min(left, LOOK_SECONDS), signal);
    }
  };
  const summary = (text: string) => ({ summary: text, tags: ['runpod'] });

  app.post(
    '/run',
    { bodyLimit: RUN_BYTES, schema: { ...summary('Queue a job'), body: submission } },
    async (request) => {
      const { id, status } = await jobs.add(orderOf(request.body, ownerOf(request), false, endpoint.setup.guard));
      return { id, status };
    },
  );

  app.post(
    '/runsync',
    { bodyLimit: RUNSYNC_BYTES, schema: { ...summary('Do a job'), body: submission, querystring: waitQuery } },
    async (request, reply) => {
      const { body, query } = request;
      const owner = ownerOf(request);
      const { id } = await jobs.add(orderOf(body, owner, true, endpoint.setup.guard));
      const job = await wait(id, owner, query.wait ?? times.waitMs, AbortSignal.any([leftBy(reply), draining]));
      return isEnded(job) ? answer(job) : { id, status: job.status };
    },
  );

  app.route({
    method: ['GET', 'POST'], // POST is what RunPod's local test server has
    url: '/status/:id',
    schema: { ...summary('Look at a job'), params: byId },
    handler: async (request) => answer(await look(request.params.id, ownerOf(request))),
  });

  app.get(
    '/status-sync/:id',
    { schema: { ...summary('Wait for a job'), params: byId, querystring: waitQuery } },
    async (request, reply) => {
      const { params, query } = request;
      const left = AbortSignal.any([leftBy(reply), draining]);
      return answer(await wait(params.id, ownerOf(request), query.wait ?? times.waitMs, left));
    },
  );

  app.get('/stream/:id', { schema: { ...summary('Read what came since'), params: byId } }, async (request) => {
    const { id, status } = await look(request.params.id, ownerOf(request));
    const stream = streams.get(id) ?? [];
    streams.delete(id);
    return { id, status, stream: stream.map((output) => ({ output })) };
  });

  app.post('/cancel/:id', { schema: { ...summary('Cancel a job'), params: byId } }, async (request) => {
    const before = await look(request.params.id, ownerOf(request));
    const job = (await jobs.cancel(before.id)) ?? before;
    if (!isEnded(before) && job.status === 'CANCELLED') endpoint.ended(job);
    return { id: job.id, status: job.status };
  });

  app.post('/retry/:id', { schema: { ...summary('Try a job again'), params: byId } }, async (request) => {
    const { id } = await look(request.params.id, ownerOf(request));
    const { status = 'IN_QUEUE' } = (await jobs.retry(id)) ?? {};
    return { id, status };
  });

  app.post('/purge-queue', { schema: summary('Cancel all queued jobs') }, async (request) => {
    const removed = await jobs.purge(ownerOf(request));
    for (const job of removed) endpoint.ended(job);
    return { removed: removed.length, status: 'completed' };
  });

  app.get('/health', { schema: summary('Count jobs and workers') }, async () => {
    await endpoint.settle();
    const alive = [...workers.values()].filter(({ seenAt }) => now() - seenAt < ALIVE_MS);
    const running = alive.filter(({ busy }) => busy).length;
    return { jobs: await jobs.counts(), workers: { idle: alive.length - running, running } };
  });
}

/** Ends what ran too long and forgets what nobody can ask for any more. */
async function tidy({ setup, now, settle, streams, workers, held }: Endpoint): Promise<void> {
  await settle();
  for (const id of streams.keys()) if (!(await setup.jobs.get(id))) streams.delete(id);
  for (const [name, { seenAt }] of workers) {
    if (now() - seenAt < FORGOTTEN_MS) continue;
    workers.delete(name);
    held.delete(name);
  }
}

const FORGOTTEN_MS = 3_600_000;
/** A worker not heard of for so long is not counted: three heartbeats. */
const ALIVE_MS = 30_000;

function orderOf(body: z.infer<typeof submission>, owner: string, sync: boolean, guard: Guard): EndpointOrder {
  const { input, webhook, s3Config, policy } = body;
  if (webhook) parseGuardedUrl(webhook, guard);
  return {
    owner,
    input,
    ...(webhook ? { webhook } : {}),
    ...(s3Config ? { s3Config } : {}),
    executionTimeoutMs: policy?.executionTimeout ?? EXECUTION_TIMEOUT_MS,
    ttlMs: policy?.ttl ?? TTL_MS,
    sync,
  };
}
