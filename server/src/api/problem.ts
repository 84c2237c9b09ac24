import { STATUS_CODES } from 'node:http';
import { OratorError } from '@orator/core/base/errors';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';

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
  .meta({ id: 'Problem' });

/** Answers a request with what went wrong. Nothing of an unexpected failure is told but the request's id. */
export function answerProblem(thrown: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const error = errorOf(thrown);
  const { http: status } = error.policy;
  if (status >= 500) request.log.error({ err: thrown, code: error.code }, 'request failed');
  const hidden = error.code === 'internal';
  const detail = hidden ? `Something unexpected went wrong. The log has it under ${request.id}.` : error.message;
  if (error.policy.retry) reply.header('retry-after', '5');
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

/** What Fastify itself refuses, in our codes. */
function errorOf(thrown: FastifyError | Error): OratorError {
  if (thrown instanceof OratorError) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const { instancePath, message } = thrown.validation[0]!;
    const where = instancePath.replaceAll('/', '.').replace(/^\./, '') || 'The request';
    return new OratorError('request/invalid', `${where}: ${message}. See /docs for what is allowed.`, {
      cause: thrown,
    });
  }
  const status = (thrown as FastifyError).statusCode;
  if (status === 413)
    return new OratorError('request/too-large', `${thrown.message}. Send less, or raise ORATOR_UPLOAD_MB.`);
  if (status === 415)
    return new OratorError('upload/unsupported', `${thrown.message}. See /docs for what is read here.`);
  if (status === 429) return new OratorError('limit/reached', thrown.message);
  if (status === 404) return new OratorError('request/unknown', thrown.message);
  if (status !== undefined && status < 500)
    return new OratorError('request/invalid', `${thrown.message}.`, { cause: thrown });
  return OratorError.from(thrown);
}
