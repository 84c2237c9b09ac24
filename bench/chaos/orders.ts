import type { ShortOrder } from '../short-jobs.ts';
import { pause } from './actor.ts';

/** An order that a client has placed, and what became of it. */
export interface Placed {
  readonly id: string;
  readonly seconds: number;
  readonly state: string;
  readonly attempt: number;
  readonly asset: string | null;
  readonly content: string | null;
  readonly code: string | null;
}

/** What a run of orders has come to so far. */
export interface Progress {
  /** Orders in all. */
  readonly orders: number;
  /** Orders that are over. */
  over: number;
  /** Orders that may be placed so far. */
  allowed: number;
}

const AT_ONCE = 8;
const LOOK_MS = 300;
const RETRY_MS = 200;
const ANSWER_MS = 10_000;
/** A job that has not ended so long after another one did, is stuck. */
export const STUCK_MS = 150_000;

/** The answer's JSON and its status; asks again whenever the service is away or in trouble, as a good client does. */
export async function askPatiently(url: string, init: RequestInit = {}): Promise<{ status: number; body: Answer }> {
  for (const end = performance.now() + STUCK_MS; ; await pause(RETRY_MS)) {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS) });
      const body = (await response.json()) as Answer;
      if (response.status < 500) return { status: response.status, body };
      if (performance.now() > end) throw new Error(`${url} answers ${response.status}`);
    } catch (thrown) {
      if (performance.now() > end) throw thrown;
    }
  }
}

interface Answer {
  readonly [name: string]: string & number & Answer[];
}

/** Places an order under a key of its own: a second time gives the same job. */
export async function place(url: string, k: number, { body }: ShortOrder): Promise<string> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': `chaos-${k}` };
  const answer = await askPatiently(`${url}/api/v1/videos`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (answer.status !== 202 && answer.status !== 200) {
    throw new Error(`An order was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  return answer.body.id!;
}

/** Places orders, some at a time, and follows each until it is over, or until nothing has ended for long. */
export async function placeAll(url: string, order: (k: number) => ShortOrder, progress: Progress): Promise<Placed[]> {
  const placed: Placed[] = [];
  let next = 0;
  let lastEnd = performance.now();
  const client = async () => {
    while (next < progress.orders) {
      const k = next++;
      while (k >= progress.allowed) await pause(LOOK_MS);
      const short = order(k);
      const id = await place(url, k, short);
      for (;;) {
        const job = (await askPatiently(`${url}/api/v1/jobs/${id}`)).body;
        const isOver = ['completed', 'failed', 'cancelled'].includes(job.state!);
        if (isOver || performance.now() - lastEnd > STUCK_MS) {
          placed[k] = placedOf(job, id, short.seconds);
          progress.over++;
          if (isOver) lastEnd = performance.now();
          break;
        }
        await pause(LOOK_MS);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return placed;
}

const placedOf = (job: Answer, id: string, seconds: number): Placed => ({
  ...{ id, seconds },
  state: job.state ?? `unknown: ${job.code}`,
  attempt: job.attempt ?? 0,
  asset: job.asset ?? null,
  content: job.content ?? null,
  code: job.code ?? null,
});
