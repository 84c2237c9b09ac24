import type { IncomingHttpHeaders } from 'node:http';
import { OratorError } from '@orator/core/base/errors';
import fastify, { type FastifyInstance } from 'fastify';
import { parseAllowList } from '../net/address-guard.ts';
import type { Handler } from './avatar-job.ts';
import type { EndpointTimes } from './endpoint.ts';
import type { EndpointJobs } from './endpoint-jobs.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { MemoryJobs } from './memory-jobs.ts';
import { isKey } from './secrets.ts';
import { type LoopTimes, runWorker, type WorkerSetup } from './worker-loop.ts';
import { readWorkerPlace } from './worker-protocol.ts';
import { workerEnvironment } from './worker-routes.ts';

/** An endpoint on this machine for tests, which keeps its time by `clock`. */
export interface TestEndpoint extends AsyncDisposable {
  readonly origin: string;
  readonly jobs: EndpointJobs;
  readonly clock: { now: number };
  /** Every request to it: the path, and what matters of its headers. */
  readonly asked: { readonly url: string; readonly headers: IncomingHttpHeaders }[];
  readonly lostWebhooks: string[];
  ask(path: string, body?: unknown, more?: RequestInit): Promise<{ status: number; body: Answer }>;
  until(id: string, status: string, seconds?: number): Promise<Answer>;
}

/** A JSON answer of any shape. */
export interface Answer {
  readonly id: string;
  readonly status: string;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}

/** What callers and workers of a test endpoint send. */
export const CALLER_KEY = 'caller-key';
/** What another caller sends. */
export const OTHER_KEY = 'another';
/** The worker's. */
export const WORKER_KEY = 'worker-key';
const ENDPOINT = 'ep1';

/** Opens an endpoint, with its jobs in memory unless they are `kept` elsewhere. `prepare` may add hooks that break connections. */
export async function openTestEndpoint(
  times: Partial<EndpointTimes> = {},
  prepare: (app: FastifyInstance) => void = () => {},
  kept?: EndpointJobs,
): Promise<TestEndpoint> {
  const clock = { now: 1_000_000 };
  const jobs = kept ?? new MemoryJobs(() => clock.now);
  const leaving = new AbortController();
  const app = fastify({ forceCloseConnections: true });
  const asked: TestEndpoint['asked'] = [];
  const lostWebhooks: string[] = [];
  app.addHook('onRequest', async ({ url, headers }) => {
    asked.push({ url, headers });
  });
  prepare(app);
  await app.register(
    endpointRoutes({
      endpoint: ENDPOINT,
      jobs,
      ownerOf: async (key = '') => {
        if (!isKey(key, [OTHER_KEY, CALLER_KEY])) throw new OratorError('key/missing', 'No caller.');
        return isKey(key, [CALLER_KEY]) ? 'ann' : 'bob';
      },
      admitWorker: async (key) => {
        if (!isKey(key, [WORKER_KEY])) throw new OratorError('key/missing', 'No worker.');
      },
      guard: { allow: parseAllowList(['127.0.0.1']), resolve: async () => ['10.0.0.1'] },
      draining: leaving.signal,
      onLostWebhook: (id) => lostWebhooks.push(id),
      now: () => clock.now,
      times: { waitMs: 10_000, takeWaitMs: 5000, sweepMs: 60_000, webhookRetryMs: 1, ...times },
    }),
  );
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const ask: TestEndpoint['ask'] = async (path, body, more = {}) => {
    const response = await fetch(`${origin}/v2/${ENDPOINT}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...more,
      headers: { authorization: `Bearer ${CALLER_KEY}`, 'content-type': 'application/json', ...more.headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text ? JSON.parse(text) : null) as Answer };
  };
  return {
    origin,
    jobs,
    clock,
    asked,
    lostWebhooks,
    ask,
    async until(id, status, seconds = 10) {
      for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
        const { body } = await ask(`/status/${id}`);
        if (body.status === status) return body;
        await jobs.bell.wait(() => true, 0.02, leaving.signal);
      }
      throw new Error(`The job did not become ${status}.`);
    },
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await app.close();
    },
  };
}

/** A worker of a test endpoint, with what it reported. */
export interface TestWorker extends AsyncDisposable {
  readonly said: string[];
  readonly end: Promise<'drained' | 'refresh'>;
  drain(): void;
}

const FAST: Partial<LoopTimes> = {
  longPollMs: 5000,
  postMs: 5000,
  retryUnitMs: 2,
  longestWaitMs: 10,
  drainMs: 2000,
  graceMs: 1000,
  idleMs: 1,
  limitedMs: 5,
  progressEveryMs: 1,
};

/** Starts a worker. */
export function startTestWorker(
  { origin }: Pick<TestEndpoint, 'origin'>,
  handler: Handler,
  { env = {}, times, ...more }: Partial<Omit<WorkerSetup, 'place'>> & { readonly env?: Record<string, string> } = {},
): TestWorker {
  const said: string[] = [];
  const draining = new AbortController();
  const place = readWorkerPlace({
    ...workerEnvironment(origin, ENDPOINT, 'w1', WORKER_KEY),
    RUNPOD_PING_INTERVAL: '50',
    ...env,
  })!;
  const end = runWorker(
    {
      place,
      handler,
      reports: {
        started: () => said.push('started'),
        ended: (_, outcome) => said.push(`ended: ${outcome}`),
        lost: (_, why) => said.push(`lost: ${why}`),
        troubled: (what) => said.push(what),
      },
      ...more,
      times: { ...FAST, ...times },
    },
    draining.signal,
  );
  const drain = () => draining.abort();
  return {
    said,
    end,
    drain,
    async [Symbol.asyncDispose]() {
      drain();
      await end;
    },
  };
}
