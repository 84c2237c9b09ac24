import { STATUS_CODES } from 'node:http';
import { OratorError } from '@orator/core/base/errors';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { databaseFailure } from '../store/database-failure.ts';

/** What every error looks like: RFC 9457 problem details with our code. */
export const problem = z
  .object({
    type: z.string().meta({ description: 'about:blank: the code says it all' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'What happened, for programs: face/not-found' }),
    detail: z.string().meta({ description: 'What happened and what to do next, for people' }),
    instance: z.string().meta({ description: 'The id of the request, as in the logs' }),
  })
  .meta({ id: 'Problem', description: 'What every error looks like: RFC 9457 problem details with a code' });

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of what went wrong, once its caller is told. */
    failure?: string;
  }
}

/** What a caller is told of a failed request. */
export interface Told {
  readonly error: OratorError;
  /** For people; of an unexpected failure nothing but the request's id. */
  readonly detail: string;
}

/** What somebody asks for in vain while nothing is wrong here: addresses that do not answer, engines that are not here, no room now. */
const EXPECTED = /^(?:source\/|engine\/|backend\/|session\/|runtime\/exhausted)/;

/** Finds the words for what went wrong with a request, and logs what is not its caller's doing. */
export function tellProblem(thrown: FastifyError | Error, request: FastifyRequest): Told {
  const error = request.raw.readableAborted ? gone(thrown) : errorOf(thrown, request);
  request.failure = error.code;
  if (error.policy.http >= 500 && !EXPECTED.test(error.code))
    request.log.error({ err: thrown, correlation_id: request.id, code: error.code }, 'request failed');
  const hidden = error.code === 'internal';
  const detail = hidden ? `Something unexpected went wrong. The log has it under ${request.id}.` : error.message;
  return { error, detail };
}

/** Answers a request with what went wrong, as problem details. */
export function answerProblem(thrown: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const { error, detail } = tellProblem(thrown, request);
  const { http: status } = error.policy;
  if (error.policy.retry) suggestRetry(reply);
  reply
    .code(status)
    .header('content-type', 'application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: STATUS_CODES[status] ?? 'Error',
        status,
        code: error.code,
        detail,
        instance: request.id,
      } satisfies z.infer<typeof problem>),
    );
}

/** Says when to try again, unless whoever refused the request has said so. */
export function suggestRetry(reply: FastifyReply): void {
  if (!reply.hasHeader('retry-after')) reply.header('retry-after', '5');
}

/** A caller who left before the request was whole: nobody hears the answer, and nothing is wrong with the service. */
const gone = (cause: Error) => new OratorError('cancelled', 'The caller went away.', { cause });

/** What the reader of forms says of one that has no boundary or breaks off; its errors carry no status. */
const BROKEN_FORM = /^Multipart: Boundary not found|unexpected end of multipart data/i;
/** PostgreSQL's codes for text that it cannot hold: U+0000 or half a surrogate pair, plain and in JSON. */
const NO_TEXT: ReadonlySet<unknown> = new Set(['22021', '22P05', '22P02']);

/** What Fastify itself, the reader of forms and the database refuse, in our codes. */
function errorOf(thrown: FastifyError | Error, { routeOptions }: Pick<FastifyRequest, 'routeOptions'>): OratorError {
  if (thrown instanceof OratorError) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const { instancePath, message } = thrown.validation[0]!;
    const where = instancePath.replaceAll('/', '.').replace(/^\./, '') || 'The request';
    return new OratorError('request/invalid', `${where}: ${message}. See /docs for what is allowed.`, {
      cause: thrown,
    });
  }
  const status = (thrown as FastifyError).statusCode;
  if (status === 413) {
    const most = routeOptions?.bodyLimit === undefined ? '' : `; ${routeOptions.bodyLimit} bytes are taken`;
    return new OratorError('request/too-large', `${thrown.message}${most}. Send less.`);
  }
  if (status === 415) return new OratorError('request/wrong-type', `${thrown.message}. Send JSON.`);
  if (status === 429) return new OratorError('limit/reached', thrown.message);
  if (status === 404) return new OratorError('request/unknown', thrown.message);
  if (status !== undefined && status < 500)
    return new OratorError('request/invalid', `${thrown.message}.`, { cause: thrown });
  if (BROKEN_FORM.test(thrown.message)) {
    return new OratorError('request/invalid', 'The form is broken or breaks off. Send it whole.', { cause: thrown });
  }
  if (NO_TEXT.has((thrown as { code?: unknown }).code)) {
    const why = 'There is a text with U+0000 or half a surrogate pair in the request. Send it without.';
    return new OratorError('request/invalid', why, { cause: thrown });
  }
  return databaseFailure(thrown) ?? OratorError.from(thrown);
}
