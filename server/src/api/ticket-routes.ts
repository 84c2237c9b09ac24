import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';
import { LONGEST_TICKET_SECONDS, TICKET_SCOPES } from './tickets.ts';

const body = z
  .strictObject({
    scopes: z.array(z.enum(TICKET_SCOPES)).min(1).optional().meta({ description: 'Those of the key unless told' }),
    path: z
      .string()
      .regex(/^\/api\/v1(?:\/[\w.-]+)+$/, 'a path such as "/api/v1/jobs/<id>"')
      .max(500)
      .optional()
      .meta({ description: 'The only path that it is for, with all below it' }),
    session: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .optional()
      .meta({ description: 'The only live session that it is for, over its WebSocket as well' }),
    seconds: z.int().min(1).max(LONGEST_TICKET_SECONDS).default(30),
  })
  .refine(({ path, session }) => path === undefined || session === undefined, 'a path or a session, not both');

/** Tickets: what browsers send where they cannot send a key. */
export function ticketRoutes(app: App, { tickets }: Service): void {
  app.post(
    '/api/v1/tickets',
    {
      schema: {
        operationId: 'createTicket',
        summary: 'Make a ticket that stands for the key in an address, for a minute at most',
        description:
          'Sent as ?ticket=… by what cannot send headers: WebSocket, EventSource, and what a page shows or downloads. It is good for GET alone, within its seconds as often as it is sent; what has begun goes on after it.',
        tags: ['keys'],
        body,
        response: { 201: z.object({ ticket: z.string(), expiresAt: z.iso.datetime() }), '4xx': problem },
      },
    },
    async ({ caller, body: { scopes, ...order } }, reply) => {
      const own = TICKET_SCOPES.filter((scope) => caller.scopes.includes(scope) || caller.scopes.includes('admin'));
      for (const scope of scopes ?? []) requireScope(caller, scope);
      if (own.length === 0) throw new OratorError('key/forbidden', 'This key may do nothing that a ticket is for.');
      const { ticket, expiresAt } = await tickets.issue(caller.owner, { ...order, scopes: scopes ?? own });
      reply.code(201).header('cache-control', 'no-store');
      return reply.send({ ticket, expiresAt: expiresAt.toISOString() });
    },
  );
}
