import { OratorError } from '@orator/core/base/errors';
import type { Bell } from '../jobs/bell.ts';

/** What a job can be, in RunPod's words. */
export type EndpointStatus = 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT';

/** The kind of ring when there is work. */
export const KIND = 'runpod.avatar';

/** Work that a caller sends. */
export interface EndpointOrder {
  /** Whose job it is: for everybody else there is none. */
  readonly owner: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Told of the end. */
  readonly webhook?: string;
  readonly s3Config?: Readonly<Record<string, unknown>>;
  readonly executionTimeoutMs: number;
  /** From its submission; after that it is gone, even when it runs. */
  readonly ttlMs: number;
  /** Sent by `/runsync`, whose results are kept for a minute only. */
  readonly sync: boolean;
}

/** A job as its endpoint knows it. Times are milliseconds since 1970. */
export interface EndpointJob {
  readonly id: string;
  readonly status: EndpointStatus;
  readonly order: EndpointOrder;
  readonly createdAt: number;
  /** When it was last put into the queue. */
  readonly queuedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Who has it, or had it last. */
  readonly worker: string | null;
  /** The result, or how far it is. */
  readonly output?: unknown;
  readonly error?: string;
}

/** What a worker reports. */
export type EndpointResult = { readonly output: unknown } | { readonly error: string };

/** How many jobs are in which state; what ended is counted since the start. */
export interface EndpointCounts {
  readonly completed: number;
  readonly failed: number;
  readonly inProgress: number;
  readonly inQueue: number;
  readonly retried: number;
}

/**
 * The jobs of one endpoint. A job that is unknown or expired is null. Each change rings `bell`: `{job}` with an id that is part of the
 * job's, `{kind}` when there is work. A ring may be lost.
 */
export interface EndpointJobs {
  readonly bell: Bell;
  add(order: EndpointOrder): Promise<EndpointJob>;
  get(id: string): Promise<EndpointJob | null>;
  /** Cancels a job unless it has ended; the job as it then is. */
  cancel(id: string): Promise<EndpointJob | null>;
  /** Queues a job again. @throws {OratorError} `request/invalid` unless it is FAILED or TIMED_OUT */
  retry(id: string): Promise<EndpointJob | null>;
  /** Gives the next job to a worker; null when there is none. */
  take(worker: string): Promise<EndpointJob | null>;
  /** Queues a job again that its worker did not receive. */
  giveBack(id: string, worker: string): Promise<void>;
  /** Keeps how far a job is. False when it is not this worker's. */
  progress(id: string, worker: string, value: unknown): Promise<boolean>;
  /** Ends a job. The ended job, or null when it was not this worker's any more and nothing changed. */
  done(id: string, worker: string, result: EndpointResult): Promise<EndpointJob | null>;
  /** The worker lives and has these jobs. */
  keep(worker: string, ids: readonly string[]): Promise<void>;
  /** The webhook of an ended job took the news, or never will. */
  told(id: string): Promise<void>;
  /** Ends what ran too long; the jobs that ended so, and other ended ones whose webhook is still to be told. */
  sweep(): Promise<readonly EndpointJob[]>;
  /** Cancels all queued jobs of an owner; those that were. */
  purge(owner: string): Promise<readonly EndpointJob[]>;
  counts(): Promise<EndpointCounts>;
}

/** How long an ended job can be asked for. */
export const keptMs = ({ sync }: Pick<EndpointOrder, 'sync'>): number => (sync ? 60_000 : 30 * 60_000);

/** Whether nothing more happens to it. */
export const isEnded = ({ status }: Pick<EndpointJob, 'status'>): boolean =>
  status !== 'IN_QUEUE' && status !== 'IN_PROGRESS';

/** Whether it is gone for its caller. */
export function isExpired({ createdAt, endedAt, order }: EndpointJob, now: number): boolean {
  if (now >= createdAt + order.ttlMs) return true;
  return endedAt !== null && now >= endedAt + keptMs(order);
}

/** Whether it has run for longer than its policy allows. */
export const isOvertime = ({ status, startedAt, order }: EndpointJob, now: number): boolean =>
  status === 'IN_PROGRESS' && startedAt !== null && now >= startedAt + order.executionTimeoutMs;

/** What a job that ran too long says. */
export const overtimeMessage = ({ executionTimeoutMs }: EndpointOrder): string =>
  `Execution timed out after ${executionTimeoutMs / 1000} seconds`;

/** A job as its caller reads it: `GET /status/{id}`, and the body of the webhook. */
export function statusAnswer(job: EndpointJob, now: number): Record<string, unknown> {
  const { id, status, queuedAt, startedAt, endedAt, worker, output, error } = job;
  return {
    id,
    status,
    delayTime: Math.max(0, Math.round((startedAt ?? endedAt ?? now) - queuedAt)),
    ...(startedAt === null ? {} : { executionTime: Math.max(0, Math.round((endedAt ?? now) - startedAt)) }),
    ...(worker === null ? {} : { workerId: worker }),
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
  };
}

/** @throws {OratorError} `request/invalid` for a job that cannot be tried again */
export function requireRetryable({ status }: EndpointJob): void {
  if (status === 'FAILED' || status === 'TIMED_OUT') return;
  throw new OratorError('request/invalid', `The job is ${status}. Only a FAILED or TIMED_OUT one can be tried again.`);
}
