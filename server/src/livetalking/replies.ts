import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { suggestRetry, tellProblem } from '../api/problem.ts';

/** What LiveTalking answers when all went well. */
export interface Done<T> {
  readonly code: 0;
  readonly msg: 'ok';
  readonly data?: T;
}

/** All went well; `data` is left out where there is none. */
export const done = <T>(data?: T): Done<T> => ({ code: 0, msg: 'ok', ...(data === undefined ? {} : { data }) });

/** Something went wrong; callers look at `code`, for the HTTP status is 200. */
export const refused = (msg: string, code = -1) => ({ code, msg });

/** What callers of LiveTalking cannot know, because it asks nobody for a key, has its own HTTP status. */
const OF_THE_DOOR: readonly string[] = ['key/missing', 'key/invalid', 'key/forbidden', 'limit/reached'];

/** Answers a request with what went wrong as LiveTalking does, in our words. */
export function answerRefusal(thrown: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const { error, detail } = tellProblem(thrown, request);
  const status = OF_THE_DOOR.includes(error.code) ? error.policy.http : 200;
  if (status === 429) suggestRetry(reply);
  reply
    .code(status)
    .type('application/json')
    .send(JSON.stringify(refused(detail)));
}
