import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';

/** Whether an error that the handler answers is told inside the output (the contract) or fails the job. */
export type ErrorMode = 'output' | 'failed';

/** Where a worker takes its jobs and tells what became of them, as the pod's environment says. */
export interface WorkerPlace {
  readonly workerId: string;
  /** Sent as the `Authorization` header just as it is. */
  readonly apiKey?: string;
  readonly takeUrl: string;
  readonly doneUrl: string;
  readonly streamUrl?: string;
  readonly pingUrl?: string;
  readonly pingIntervalMs: number;
  readonly errorMode: ErrorMode;
}

/** A job as it is taken. */
export interface TakenJob {
  readonly id: string;
  readonly input: unknown;
}

/** What asking for jobs brought. `again` says how to go on when there is none: ask at once, later, or after a trouble. */
export interface Taken {
  readonly jobs: readonly TakenJob[];
  readonly again: 'now' | 'later' | 'trouble';
}

const environment = z.object({
  RUNPOD_WEBHOOK_GET_JOB: z.url(),
  RUNPOD_WEBHOOK_POST_OUTPUT: z.url(),
  RUNPOD_WEBHOOK_POST_STREAM: z.url().optional(),
  RUNPOD_WEBHOOK_PING: z.url().optional(),
  RUNPOD_AI_API_KEY: z.string().optional(),
  RUNPOD_POD_ID: z.string().regex(/^[\w.-]{1,128}$/),
  RUNPOD_PING_INTERVAL: z.coerce.number().int().min(10).max(600_000).default(10_000),
  ERROR_MODE: z.enum(['output', 'failed']).default('output'),
});

/** Reads the pod's environment; null where there is no endpoint to work for. @throws {OratorError} `request/invalid` */
export function readWorkerPlace(env: Readonly<Record<string, string | undefined>>): WorkerPlace | null {
  if (!env.RUNPOD_WEBHOOK_GET_JOB) return null;
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const checked = environment.safeParse(given);
  if (!checked.success) {
    const { path, message } = checked.error.issues[0]!;
    throw new OratorError('request/invalid', `${path.join('.')}: ${message}. Set it as RunPod does.`);
  }
  const { data } = checked;
  return {
    workerId: data.RUNPOD_POD_ID,
    apiKey: data.RUNPOD_AI_API_KEY,
    takeUrl: data.RUNPOD_WEBHOOK_GET_JOB,
    doneUrl: data.RUNPOD_WEBHOOK_POST_OUTPUT,
    streamUrl: data.RUNPOD_WEBHOOK_POST_STREAM,
    pingUrl: data.RUNPOD_WEBHOOK_PING,
    pingIntervalMs: data.RUNPOD_PING_INTERVAL,
    errorMode: data.ERROR_MODE,
  };
}

/** Where up to `count` jobs are asked for: more than one by the batch form. */
export function takeUrl({ takeUrl: url, workerId }: WorkerPlace, count: number, busy: boolean): string {
  const one = withQuery(url.replaceAll('$RUNPOD_POD_ID', workerId).replaceAll('$ID', workerId), {
    job_in_progress: busy ? '1' : '0',
  });
  if (count === 1 || !one.includes('/job-take/')) return one;
  return withQuery(one.replace('/job-take/', '/job-take-batch/'), { batch_size: String(count) });
}

/** Where jobs to stop are asked for; null when the take URL has not the usual form. */
export function stopUrl({ takeUrl: url, workerId }: WorkerPlace): string | null {
  if (!url.includes('/job-take/')) return null;
  return url.replaceAll('$RUNPOD_POD_ID', workerId).replaceAll('$ID', workerId).replace('/job-take/', '/job-stop/');
}

/** Where one job's result, or a piece of it, is posted. */
export const postUrl = (template: string, workerId: string, jobId: string, isStream = false): string =>
  withQuery(template.replaceAll('$RUNPOD_POD_ID', workerId).replaceAll('$ID', encodeURIComponent(jobId)), {
    isStream: String(isStream),
  });

/** Where the heartbeat goes; null when the pod has none, as without a key. */
export function pingUrl({ pingUrl: url, workerId, apiKey }: WorkerPlace, jobIds: readonly string[]): string | null {
  if (!url || !apiKey) return null;
  const ids: Record<string, string> = jobIds.length > 0 ? { job_id: jobIds.join(',') } : {};
  return withQuery(url.replaceAll('$RUNPOD_POD_ID', workerId).replaceAll('$ID', workerId), {
    ...ids,
    runpod_version: 'orator',
  });
}

const withQuery = (url: string, query: Readonly<Record<string, string>>): string =>
  `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(query).toString().replaceAll('%2C', ',')}`;

/** The headers of a post: the content type is what RunPod's own worker says, though the body is JSON. */
export const postHeaders = ({ apiKey }: WorkerPlace, jobId: string): Record<string, string> => ({
  'X-Request-ID': jobId,
  'Content-Type': 'application/x-www-form-urlencoded',
  charset: 'utf-8',
  ...(apiKey ? { Authorization: apiKey } : {}),
});

/** How a handler ended. */
export type Outcome =
  | { readonly kind: 'output'; readonly output: Readonly<Record<string, unknown>> }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * The body that reports an outcome. A handler may answer `refresh_worker: true` beside its output to have the pod recycled, which is
 * not part of the result.
 */
export function resultBody(outcome: Outcome, mode: ErrorMode, stopPod: boolean): string {
  const stop = stopPod ? { stopPod: true } : {};
  if (outcome.kind === 'failed') return JSON.stringify({ error: outcome.message, ...stop });
  const { refresh_worker: _, ...output } = outcome.output;
  const { status, error } = output;
  // A top-level error has to be text: an object would show as COMPLETED without output.
  if (mode === 'failed' && status === 'error') return JSON.stringify({ error: String(error), ...stop });
  return JSON.stringify({ output, ...stop });
}

/** The body that tells how far a job is, to the same URL as its result. */
export const progressBody = (value: unknown): string =>
  JSON.stringify({ status: 'IN_PROGRESS', output: value ?? null });

const takenJob = z.object({ id: z.string().min(1).max(256), input: z.unknown().refine((input) => input != null) });
const stopList = z.object({ jobsToStop: z.array(z.string()) });

/** Reads the answer to asking for jobs. What is no JSON, or no job, counts as none. */
export function readTaken(status: number, contentType: string | null, body: string): Taken {
  if (status === 429) return { jobs: [], again: 'later' };
  if (status === 204 || status === 400) return { jobs: [], again: 'now' }; // 400 is FlashBoot's way to say none
  if (status !== 200) return { jobs: [], again: 'trouble' };
  const given = contentType?.includes('application/json') ? parseJson(body) : undefined;
  if (given === undefined) return { jobs: [], again: 'now' };
  const jobs = (Array.isArray(given) ? given : [given]).flatMap((one: unknown) => {
    const { success, data } = takenJob.safeParse(one);
    return success ? [{ id: data.id, input: data.input }] : [];
  });
  const none = Array.isArray(given) && given.length === 0;
  return { jobs, again: jobs.length > 0 || none ? 'now' : 'trouble' };
}

/** Reads which jobs are to be stopped. */
export const readStops = (body: string): readonly string[] => {
  const { success, data } = stopList.safeParse(parseJson(body));
  return success ? data.jobsToStop : [];
};

/** A status that is no success, with the cure where there is one. */
export const refusedWhy = (status: number): string =>
  status === 401 || status === 403
    ? `HTTP ${status}: the endpoint refuses the key of this worker. Set ORATOR_INTERNAL_KEY to the server's; in a pod, RUNPOD_AI_API_KEY`
    : `HTTP ${status}`;

/** Whether the same post may succeed when it is sent again. */
export const isPassing = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500;

function parseJson(text: string): unknown {
  try {
    return text.trim() ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
