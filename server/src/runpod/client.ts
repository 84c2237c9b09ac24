import { OratorError } from '@orator/core/base/errors';
import { timedOutMessage } from '../avatars/refusals.ts';
import { stopped } from '../net/stopped.ts';
import { type Answer, type AvatarAnswer, type AvatarOrder, bodyOf, readAnswer, resultOf } from './client-answer.ts';
import { pause } from './pause.ts';

/** How an endpoint is called. */
export interface RunPodSettings {
  readonly endpointId: string;
  readonly apiKey: string;
  /** RunPod's own when left out. */
  readonly baseUrl?: string;
  /** From the first request to the answer; half an hour when left out. The video's link lives for two hours. */
  readonly timeoutSeconds?: number;
  /** How long `/runsync` itself should wait; RunPod's 90 s when left out. */
  readonly waitMs?: number;
  /** A job that was sent before: it is followed, and nothing is sent. */
  readonly jobId?: string;
  /** Told the id of a job that was sent, before it is followed; when that fails, the job is cancelled. */
  readonly onJob?: (jobId: string) => unknown;
  /** Lets the job run on when `signal` fires, so that somebody can follow it later. */
  readonly leavesJob?: boolean;
  /** Told what the worker says of how far it is. */
  readonly onProgress?: (value: unknown) => void;
  readonly times?: Partial<ClientTimes>;
  readonly fetch?: typeof fetch;
}

/** Waits of the client in milliseconds. */
export interface ClientTimes {
  /** One request: `/runsync` may be held for five minutes. */
  readonly requestMs: number;
  /** The first wait between looks, which grows by half up to the longest: results of `/runsync` are kept for a minute only. */
  readonly pollMs: number;
  readonly longestPollMs: number;
  /** The first wait after 429 or 5xx; it doubles. */
  readonly backoffMs: number;
  readonly longestBackoffMs: number;
  /** How long cancelling may take. */
  readonly cancelMs: number;
}

/** What is used where a caller says nothing else. */
export const CLIENT_TIMES: ClientTimes = {
  requestMs: 330_000,
  pollMs: 1000,
  longestPollMs: 10_000,
  backoffMs: 1000,
  longestBackoffMs: 30_000,
  cancelMs: 10_000,
};

const BASE_URL = 'https://api.runpod.ai/v2';
const HALF_AN_HOUR = 1800;
/** An answer holds links, no files. */
const LONGEST_ANSWER_BYTES = 4 << 20;
/** Errors before a connection stands: nothing was sent, so the job is not there yet. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Has one avatar made on a RunPod endpoint and waits for it; the job is cancelled when the time is over or, unless it is to be left,
 * when `signal` fires. An error that the worker answers is a result: trying it again may not help.
 * @throws {OratorError} `request/invalid`, `runpod/refused`, `runpod/failed`, `runpod/timed-out`, `runpod/unreachable`, `cancelled`
 */
export async function requestAvatar(
  order: AvatarOrder,
  settings: RunPodSettings,
  signal: AbortSignal,
): Promise<AvatarAnswer> {
  const { timeoutSeconds = HALF_AN_HOUR, waitMs } = settings;
  const body = bodyOf(order);
  const overtime = new AbortController();
  const late = new OratorError('runpod/timed-out', timedOutMessage(timeoutSeconds));
  const timer = setTimeout(() => overtime.abort(late), timeoutSeconds * 1000);
  const endpoint = new Endpoint(settings);
  const stop = AbortSignal.any([signal, overtime.signal]);
  const status = (id: string) => endpoint.send('GET', `/status/${encodeURIComponent(id)}`, undefined, stop, stop);
  let job = settings.jobId ?? null;
  try {
    let answer: Answer;
    if (job === null) {
      answer = await endpoint.submit(waitMs === undefined ? '/runsync' : `/runsync?wait=${waitMs}`, body, stop);
      job = answer.id;
      await keepOrCancel(endpoint, job, settings);
    } else answer = await status(job);
    for (let wait = endpoint.times.pollMs; ; wait = Math.min(wait * 1.5, endpoint.times.longestPollMs)) {
      const result = resultOf(answer, order, settings.apiKey);
      if (result) return result;
      if (answer.output !== undefined) settings.onProgress?.(answer.output);
      await pause(wait, stop);
      answer = await status(job);
    }
  } catch (thrown) {
    if (!stop.aborted) throw thrown;
    const leaves = settings.leavesJob && !overtime.signal.aborted;
    if (job && !leaves) await endpoint.cancel(job);
    throw stopped(stop);
  } finally {
    clearTimeout(timer);
  }
}

/** Cancels a job that nobody waits for any more, as far as that is possible. */
export async function cancelAvatar(jobId: string, settings: RunPodSettings): Promise<void> {
  await new Endpoint(settings).cancel(jobId);
}

async function keepOrCancel(endpoint: Endpoint, job: string, { onJob }: RunPodSettings): Promise<void> {
  try {
    await onJob?.(job);
  } catch (thrown) {
    await endpoint.cancel(job);
    throw thrown;
  }
}

class Endpoint {
  readonly times: ClientTimes;
  readonly #settings: RunPodSettings;

  constructor(settings: RunPodSettings) {
    this.times = { ...CLIENT_TIMES, ...settings.times };
    this.#settings = settings;
  }

  /** Sends the job. When `stop` fires meanwhile, its id is waited for a little, so that it can be cancelled. */
  async submit(path: string, body: string, stop: AbortSignal): Promise<Answer> {
    const giveUp = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const soon = () => (timer = setTimeout(() => giveUp.abort(), this.times.cancelMs));
    if (stop.aborted) throw stopped(stop);
    stop.addEventListener('abort', soon, { once: true });
    try {
      return await this.send('POST', path, body, stop, giveUp.signal);
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', soon);
    }
  }

  /** Cancels a job, as far as that is possible: whoever stops has no use for another error. */
  async cancel(job: string): Promise<void> {
    const limit = AbortSignal.timeout(this.times.cancelMs);
    await this.send('POST', `/cancel/${encodeURIComponent(job)}`, undefined, limit, limit).catch(() => {});
  }

  /** One request, again after 429 and 5xx until `stop` fires; `giveUp` ends it at once. */
  async send(
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    stop: AbortSignal,
    giveUp: AbortSignal,
  ): Promise<Answer> {
    const { endpointId, apiKey, baseUrl = BASE_URL, fetch: request = fetch } = this.#settings;
    const { backoffMs, longestBackoffMs, requestMs } = this.times;
    const url = `${baseUrl.replace(/\/+$/, '')}/${encodeURIComponent(endpointId)}${path}`;
    for (let wait = backoffMs; ; wait = Math.min(wait * 2, longestBackoffMs)) {
      if (stop.aborted) throw stopped(stop);
      let asked = 0;
      try {
        const response = await request(url, {
          method,
          headers: { Authorization: `Bearer ${apiKey}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
          ...(body === undefined ? {} : { body }),
          redirect: 'manual', // the key goes nowhere else
          signal: AbortSignal.any([giveUp, AbortSignal.timeout(requestMs)]),
        });
        const text = await readText(response);
        if (response.ok) return readAnswer(text);
        if (response.status !== 429 && response.status < 500) throw refused(response.status, path);
        asked = Number(response.headers.get('retry-after')) * 1000 || 0;
      } catch (thrown) {
        if (thrown instanceof OratorError) throw thrown;
        if (giveUp.aborted) throw stopped(stop.aborted ? stop : giveUp);
        const code = codeOf(thrown);
        // A job that was perhaps taken is not sent twice; a look is free.
        if (method === 'POST' && !NOT_CONNECTED.has(code)) {
          throw new OratorError('runpod/unreachable', `The connection to RunPod failed (${code}). Try again later.`);
        }
      }
      await pause(Math.max(wait, Math.min(asked, longestBackoffMs)), stop);
    }
  }
}

function refused(status: number, path: string): OratorError {
  if (status === 401 || status === 403) {
    return new OratorError('runpod/refused', `RunPod refused the API key (HTTP ${status}). Check the key.`);
  }
  if (status === 404 && path.startsWith('/status/')) {
    return new OratorError('runpod/failed', 'RunPod does not know the job any more. Try again.');
  }
  if (status === 404) return new OratorError('runpod/refused', 'RunPod has no such endpoint (HTTP 404). Check its id.');
  return new OratorError('runpod/refused', `RunPod refused the request (HTTP ${status}).`);
}

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > LONGEST_ANSWER_BYTES) throw new OratorError('runpod/failed', "RunPod's answer is too long.");
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Only the code of a broken connection is told: its message has the address. */
function codeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : undefined;
  if (!(cause instanceof Error)) return 'unknown';
  const { code } = cause as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : cause.name; // a DOMException's code is a number that says nothing
}
