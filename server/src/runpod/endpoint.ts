import type { FastifyReply } from 'fastify';
import type { Guard } from '../net/guarded-request.ts';
import type { EndpointJob, EndpointJobs } from './endpoint-jobs.ts';

/** How an endpoint is offered. */
export interface EndpointSetup {
  /** The id in its URLs: `/v2/{endpoint}/run`. */
  readonly endpoint: string;
  readonly jobs: EndpointJobs;
  /** Whose jobs the bearer of a key may see. @throws {OratorError} `key/missing`, `key/forbidden` */
  readonly ownerOf: (key: string | undefined) => Promise<string>;
  /** Lets a worker in by its key. @throws {OratorError} `key/missing`, `key/forbidden` */
  readonly admitWorker: (key: string) => Promise<void>;
  /** Keeps webhooks to public addresses. */
  readonly guard: Guard;
  /** Ends all waiting: the service leaves. */
  readonly draining: AbortSignal;
  /** A webhook that was not taken: only the job's id is told. */
  readonly onLostWebhook?: (jobId: string, why: string) => void;
  readonly now?: () => number;
  readonly times?: Partial<EndpointTimes>;
}

/** Waits of an endpoint in milliseconds. */
export interface EndpointTimes {
  /** How long `/runsync` waits unless its caller says otherwise. */
  readonly waitMs: number;
  /** How long a worker's question is held. Its client gives up after 90 s. */
  readonly takeWaitMs: number;
  readonly sweepMs: number;
  readonly webhookRetryMs: number;
}

/** RunPod's own. */
export const ENDPOINT_TIMES: EndpointTimes = {
  waitMs: 90_000,
  takeWaitMs: 30_000,
  sweepMs: 1000,
  webhookRetryMs: 10_000,
};

/** What the routes of callers and of workers share. */
export interface Endpoint {
  readonly setup: EndpointSetup;
  readonly times: EndpointTimes;
  readonly now: () => number;
  /** What workers streamed and nobody has read, by job. */
  readonly streams: Map<string, unknown[]>;
  readonly workers: Map<string, { readonly seenAt: number; readonly busy: boolean }>;
  /** The jobs of each worker, to tell it when one is no longer its own. */
  readonly held: Map<string, Set<string>>;
  /** Tells the webhook of a job that has just ended. */
  ended(job: EndpointJob): void;
  /** Ends what ran too long. */
  settle(): Promise<void>;
}

/** Fires when whoever asked has gone. */
export function leftBy(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  if (reply.raw.closed) left.abort();
  else reply.raw.once('close', () => left.abort());
  return left.signal;
}
