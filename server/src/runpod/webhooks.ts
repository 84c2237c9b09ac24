import { OratorError } from '@orator/core/base/errors';
import type { Guard } from '../net/guarded-request.ts';
import { postJson } from '../net/post-json.ts';
import { type EndpointJob, statusAnswer } from './endpoint-jobs.ts';
import { pause } from './pause.ts';

const TRIES = 3;
const TIMEOUT_SECONDS = 10;

/** Tells callers of the end of their jobs: anything but 200 is tried twice more. */
export class Webhooks implements AsyncDisposable {
  readonly #guard: Guard;
  readonly #retryMs: number;
  readonly #lost: (jobId: string, why: string) => void;
  readonly #told: (jobId: string) => Promise<void>;
  readonly #closing = new AbortController();
  readonly #sending = new Set<Promise<void>>();

  /** `told` hears of each job whose caller took the news or never will; one that is given up by closing is told by the next process. */
  constructor(
    guard: Guard,
    retryMs: number,
    told: (jobId: string) => Promise<void>,
    lost: (jobId: string, why: string) => void,
  ) {
    this.#guard = guard;
    this.#retryMs = retryMs;
    this.#told = told;
    this.#lost = lost;
  }

  tell(job: EndpointJob, now: number): void {
    if (!job.order.webhook) return;
    const sending = this.#send(job.id, job.order.webhook, JSON.stringify(statusAnswer(job, now))).catch(() => {
      // the database is away: the caller is told once more when it is back
    });
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  /** Gives up what is not sent yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#sending);
  }

  async #send(jobId: string, url: string, json: string): Promise<void> {
    const { signal } = this.#closing;
    let trouble: string | null = 'closed';
    for (let tries = 1; tries <= TRIES && !signal.aborted; tries++) {
      try {
        const status = await postJson(url, json, { timeoutSeconds: TIMEOUT_SECONDS, signal }, this.#guard);
        trouble = status === 200 ? null : `HTTP ${status}`;
      } catch (thrown) {
        trouble = OratorError.from(thrown).code;
      }
      if (trouble === null || trouble === 'source/blocked') break;
      if (tries < TRIES) await pause(this.#retryMs, signal);
    }
    if (trouble !== null) this.#lost(jobId, trouble);
    if (trouble === null || !signal.aborted) await this.#told(jobId);
  }
}
