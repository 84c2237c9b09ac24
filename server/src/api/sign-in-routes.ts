import { OratorError } from '@orator/core/base/errors';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Service } from '../service/service.ts';
import { checkOwnPage, requesterOf } from './admission.ts';
import type { App } from './app.ts';
import { SCOPES } from './keys.ts';
import { problem } from './problem.ts';
import { signInOf } from './sign-ins.ts';

const view = z
  .object({
    keyNeeded: z.boolean().meta({ description: 'Whether callers need a key here' }),
    scopes: z
      .array(z.enum(SCOPES))
      .nullable()
      .meta({ description: 'What this caller may do; null before the sign-in' }),
  })
  .meta({ id: 'SignIn', description: 'Whether a browser is signed in' });

/** Signing in and out of browsers. A page sends the key once; after that a cookie stands for it. */
export function signInRoutes(app: App, service: Service): void {
  const { needsKey, keys, signIns, config } = service;
  const secure = config.values.ORATOR_PUBLIC_URL?.startsWith('https:') ?? false;

  app.get(
    '/api/v1/sign-in',
    {
      schema: {
        operationId: 'getSignIn',
        security: [],
        summary: 'Whether a key is needed, and what this caller may do',
        tags: ['keys'],
        response: { 200: view, '4xx': problem },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return { keyNeeded: needsKey, scopes: await scopesOf(request, service) };
    },
  );

  app.post(
    '/api/v1/sign-in',
    {
      schema: {
        operationId: 'signIn',
        security: [],
        summary: 'Sign a browser in with a key',
        description:
          'Only for pages that this service itself serves: the answer sets a cookie that scripts cannot read.',
        tags: ['keys'],
        body: z.strictObject({ key: z.string().min(1).max(200) }),
        response: { 200: view, '4xx': problem },
      },
    },
    async (request, reply) => {
      checkOwnPage(request, service);
      const { owner, scopes } = await keys.callerOf(request.body.key.trim());
      reply.header('set-cookie', await signIns.cookieFor(owner, secure)).header('cache-control', 'no-store');
      return { keyNeeded: needsKey, scopes: [...scopes] };
    },
  );

  app.post(
    '/api/v1/sign-out',
    {
      schema: {
        operationId: 'signOut',
        security: [],
        summary: 'Sign a browser out',
        tags: ['keys'],
        response: { 204: z.null(), '4xx': problem },
      },
    },
    async (request, reply) => {
      checkOwnPage(request, service);
      return reply.code(204).header('set-cookie', signIns.cookieOfNobody(secure)).send(null);
    },
  );
}

/** What a caller may do; null for one who must sign in first. */
async function scopesOf(request: FastifyRequest, service: Service) {
  if (service.needsKey && signInOf(request.headers) === undefined) return null;
  try {
    return [...(await requesterOf(request, service)).scopes];
  } catch (thrown) {
    if (OratorError.from(thrown).policy.http === 401) return null;
    throw thrown;
  }
}
