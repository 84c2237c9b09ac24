import { pause } from './pause.ts';
import {
  isPassing,
  pingUrl,
  postHeaders,
  postUrl,
  progressBody,
  readStops,
  readTaken,
  refusedWhy,
  stopUrl,
  type Taken,
  takeUrl,
  type WorkerPlace,
} from './worker-protocol.ts';

/** How long things take at most, and how often they are tried. Tests have shorter ones. */
export interface LineTimes {
  /** The endpoint holds an idle question for long: this is what RunPod's own worker allows. */
  readonly longPollMs: number;
  readonly postMs: number;
  /** Waits between tries are Fibonacci numbers of this, up to `longestWaitMs`. */
  readonly retryUnitMs: number;
  readonly longestWaitMs: number;
  /** A result is worth minutes of work: 12 tries are about three minutes. */
  readonly resultTries: number;
}

/** What a worker in a pod uses. */
export const LINE_TIMES: LineTimes = {
  longPollMs: 90_000,
  postMs: 30_000,
  retryUnitMs: 1000,
  longestWaitMs: 30_000,
  resultTries: 12,
};

const PING_TRIES = 3;
const NEVER = new AbortController().signal;

/** The worker's side of the connection to its endpoint. */
export class WorkerLine {
  readonly place: WorkerPlace;
  readonly #times: LineTimes;
  readonly #fetch: typeof fetch;

  constructor(place: WorkerPlace, times: LineTimes = LINE_TIMES, send: typeof fetch = fetch) {
    this.place = place;
    this.#times = times;
    this.#fetch = send;
  }

  /** Asks for jobs and waits for some. @throws on an answer without sense, on a broken connection or when `signal` fires */
  async take(count: number, busy: boolean, signal: AbortSignal): Promise<Taken> {
    const { status, type, body } = await this.#get(takeUrl(this.place, count, busy), this.#times.longPollMs, signal);
    const taken = readTaken(status, type, body);
    if (taken.again === 'trouble')
      throw new Error(`job-take: ${status === 200 ? 'the answer is no job' : refusedWhy(status)}`);
    return taken;
  }

  /** Waits for jobs that are to be stopped; null when the endpoint has no such thing. @throws like `take` */
  async stops(signal: AbortSignal): Promise<readonly string[] | null> {
    const url = stopUrl(this.place);
    if (!url) return null;
    const { status, body } = await this.#get(url, this.#times.longPollMs, signal);
    if (status === 404 || status === 405) return null;
    if (status >= 400) throw new Error(`job-stop: ${refusedWhy(status)}`);
    return readStops(body);
  }

  /** Says that the worker lives. @throws when the endpoint did not hear it */
  async ping(jobIds: readonly string[], signal: AbortSignal): Promise<void> {
    const url = pingUrl(this.place, jobIds);
    if (!url) return;
    for (let tries = 1; ; tries++) {
      const { status } = await this.#get(url, this.place.pingIntervalMs * 2, signal);
      if (status < 400) return;
      if (!isPassing(status) || tries > PING_TRIES) throw new Error(`ping: ${refusedWhy(status)}`, { cause: status });
      await pause(this.#times.retryUnitMs, signal);
    }
  }

  /** Tells how far a job is, once. @throws when it was not heard */
  async progress(jobId: string, value: unknown, asStream: boolean): Promise<void> {
    const { doneUrl, streamUrl, workerId } = this.place;
    const status = await this.#post(postUrl(doneUrl, workerId, jobId), jobId, progressBody(value));
    if (status >= 400) throw new Error(`progress: HTTP ${status}`);
    if (!asStream || !streamUrl) return;
    const chunk = JSON.stringify({ output: value ?? null });
    const streamed = await this.#post(postUrl(streamUrl, workerId, jobId), jobId, chunk);
    if (streamed >= 400) throw new Error(`stream: HTTP ${streamed}`);
  }

  /**
   * Posts a result again and again until it is taken. Resolves to null, or to why it was given up: the endpoint refused it for good,
   * or every try failed.
   */
  async deliver(jobId: string, body: string): Promise<string | null> {
    const { doneUrl, workerId } = this.place;
    const { retryUnitMs, longestWaitMs, resultTries } = this.#times;
    let why = '';
    for (
      let tries = 1, last = 0, next = retryUnitMs;
      tries <= resultTries;
      tries++, [last, next] = [next, last + next]
    ) {
      try {
        const status = await this.#post(postUrl(doneUrl, workerId, jobId), jobId, body);
        if (status < 300) return null;
        why = `HTTP ${status}`;
        if (!isPassing(status)) return why;
      } catch (thrown) {
        why = thrown instanceof Error ? thrown.name : 'unknown';
      }
      if (tries < resultTries) await pause(Math.min(next, longestWaitMs), NEVER);
    }
    return why;
  }

  async #get(url: string, ms: number, signal: AbortSignal) {
    const { apiKey } = this.place;
    const response = await this.#fetch(url, {
      headers: apiKey ? { Authorization: apiKey } : {},
      redirect: 'error', // the key goes nowhere else
      signal: AbortSignal.any([signal, AbortSignal.timeout(ms)]),
    }).catch((thrown: unknown) => {
      throw connectionError(url, thrown);
    });
    return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
  }

  async #post(url: string, jobId: string, body: string): Promise<number> {
    const response = await this.#fetch(url, {
      method: 'POST',
      headers: postHeaders(this.place, jobId),
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(this.#times.postMs),
    });
    await response.arrayBuffer();
    return response.status;
  }
}

/** What fetch hides in the cause of a "fetch failed", beside where it failed. */
function connectionError(url: string, thrown: unknown): unknown {
  const cause = thrown instanceof TypeError ? thrown.cause : null;
  if (!(cause instanceof Error)) return thrown;
  const { message, code } = cause as NodeJS.ErrnoException;
  return new Error(`${new URL(url).origin} cannot be reached: ${message || code}`, { cause });
}
