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
  readonly #closing = new AbortController();
  readonly #sending = new Set<Promise<void>>();

  constructor(guard: Guard, retryMs: number, lost: (jobId: string, why: string) => void) {
    this.#guard = guard;
    this.#retryMs = retryMs;
    this.#lost = lost;
  }

  tell(job: EndpointJob, now: number): void {
    if (!job.order.webhook) return;
    const sending = this.#send(job.id, job.order.webhook, JSON.stringify(statusAnswer(job, now)));
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
    let why = '';
    for (let tries = 1; tries <= TRIES && !signal.aborted; tries++) {
      try {
        const status = await postJson(url, json, { timeoutSeconds: TIMEOUT_SECONDS, signal }, this.#guard);
        if (status === 200) return;
        why = `HTTP ${status}`;
      } catch (thrown) {
        why = OratorError.from(thrown).code;
        if (why === 'source/blocked') break;
      }
      if (tries < TRIES) await pause(this.#retryMs, signal);
    }
    this.#lost(jobId, why || 'closed');
  }
}
