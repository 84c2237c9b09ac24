import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { callerOf, checkPage, requireInternal } from '../api/admission.ts';
import type { App } from '../api/app.ts';
import { requireScope } from '../api/keys.ts';
import { makeFolder } from '../folder.ts';
import { parseAllowList } from '../net/address-guard.ts';
import type { Service } from '../service/service.ts';
import { avatarHandler } from './avatar-job.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { type AvatarStore, builder, openBucket, reportsTo } from './pod.ts';
import { isKey } from './secrets.ts';
import { StoredJobs } from './stored-jobs.ts';
import { runWorker } from './worker-loop.ts';
import { readWorkerPlace } from './worker-protocol.ts';
import { workerEnvironment } from './worker-routes.ts';

/** Where avatars go that no bucket is named for: into our own storage, apart from everything else. */
const PREFIX = 'endpoint/';

/** An endpoint that the service offers as RunPod hosts it. */
export interface OfferedEndpoint {
  /** `/v2/{endpoint}` */
  readonly path: string;
  /** Works on its jobs here, as many at once as ORATOR_WORKERS says. `origin` is where the service listens. Disposing waits for the end. */
  work(origin: string): AsyncDisposable;
}

/**
 * Adds the routes of an endpoint to the service. Callers need a key with the scope "create" where keys are needed, and see their own jobs
 * only; workers need the internal key, or one with the scope "internal".
 */
export async function offerEndpoint(app: App, service: Service): Promise<OfferedEndpoint> {
  const { config, database, bell, draining, log } = service;
  const endpoint = config.values.ORATOR_RUNPOD_SERVED_ID ?? 'orator';
  const jobs = new StoredJobs(database, bell, endpoint);
  const ownKey = randomBytes(24).toString('base64url');
  const routes = endpointRoutes({
    endpoint,
    jobs,
    ownerOf: async (key) => {
      const caller = await callerOf(key, service);
      requireScope(caller, 'create');
      return caller.owner;
    },
    admitWorker: async (key) => {
      if (!isKey(key, [ownKey])) await requireInternal(key, service);
    },
    guard: { allow: parseAllowList(config.values.ORATOR_ALLOW_ADDRESSES ?? []) },
    draining,
    onLostWebhook: (job, why) => log('endpoint').warn({ correlation_id: job, why }, 'webhook lost'),
  });
  await app.register(async (guarded) => {
    guarded.addHook('onRequest', async (request) => checkPage(request, service));
    await guarded.register(routes);
  });
  return {
    path: `/v2/${endpoint}`,
    work: (origin) => {
      const working = workHere(
        service,
        jobs,
        workerEnvironment(origin, endpoint, `${hostname()}-${process.pid}`, ownKey),
      );
      const ended = working.catch((err: unknown) => log('endpoint').error({ err }, 'worker trouble')); // its jobs go to others after a while
      return { [Symbol.asyncDispose]: () => ended };
    },
  };
}

/** Works through the endpoint's own HTTP, so that this worker is like all others; leaving, it hands its jobs back. */
async function workHere(service: Service, jobs: StoredJobs, env: ReturnType<typeof workerEnvironment>): Promise<void> {
  const { config, clips, storage, draining, log } = service;
  const concurrency = config.values.ORATOR_WORKERS ?? 1;
  if (concurrency === 0) return;
  const scratch = join(config.data, 'scratch', String(process.pid), 'endpoint');
  await makeFolder(scratch);
  const open = (bucket: string | undefined): AvatarStore =>
    bucket ? openBucket(config, bucket, scratch) : { storage, prefix: PREFIX, [Symbol.asyncDispose]: async () => {} };
  const reports = reportsTo(log('endpoint'));
  const held = new Set<string>();
  await runWorker(
    {
      place: readWorkerPlace(env)!,
      handler: avatarHandler(builder(config, clips, scratch, open)),
      concurrency,
      leavesJobs: true,
      reports: {
        ...reports,
        started: (job) => {
          held.add(job);
          reports.started(job);
        },
        ended: (job, outcome) => {
          if (outcome !== 'left') held.delete(job);
          reports.ended(job, outcome);
        },
      },
      times: { drainMs: 0 },
    },
    draining,
  );
  for (const job of held) await jobs.giveBack(job, env.RUNPOD_POD_ID);
}
