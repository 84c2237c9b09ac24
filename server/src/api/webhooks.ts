import { z } from 'zod';
import { replay, webhookSecret } from '../jobs/webhooks.ts';
import type { Service } from '../service/service.ts';
import type { DeliveryRow } from '../store/tables.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { pageOf, pageQuery } from './page.ts';
import { problem } from './problem.ts';

const deliveryView = z
  .object({
    id: z.string(),
    job: z.string(),
    url: z.string(),
    attempts: z.int(),
    lastStatus: z.int().nullable().meta({ description: 'What the address answered last' }),
    lastError: z.string().nullable().meta({ description: 'Why nothing was answered' }),
    createdAt: z.iso.datetime(),
    deliveredAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Delivery', description: 'What an address was told, or is still to be told' });

const viewOf = (row: DeliveryRow): z.infer<typeof deliveryView> => ({
  id: row.id,
  job: row.job_id,
  url: row.url,
  attempts: row.attempts,
  lastStatus: row.last_status,
  lastError: row.last_error,
  createdAt: row.created_at.toISOString(),
  deliveredAt: row.delivered_at?.toISOString() ?? null,
});

/** Routes about what was told to whom. */
export function webhookRoutes(app: App, { database }: Service): void {
  app.get(
    '/api/v1/webhooks',
    {
      schema: {
        operationId: 'listDeliveries',
        summary: 'List deliveries, newest first',
        tags: ['webhooks'],
        querystring: pageQuery,
        response: { 200: z.object({ deliveries: z.array(deliveryView), next: z.string().nullable() }), '4xx': problem },
      },
    },
    async ({ caller, query }) => {
      requireScope(caller, 'read');
      const select = database.tables.selectFrom('deliveries').selectAll().where('owner', '=', caller.owner);
      const { rows, next } = await pageOf(select, query);
      return { deliveries: rows.map(viewOf), next };
    },
  );

  app.post(
    '/api/v1/webhooks/:id/replay',
    {
      schema: {
        operationId: 'replayDelivery',
        summary: 'Send a delivery once more',
        tags: ['webhooks'],
        params: z.object({ id: z.string().max(64) }),
        response: { 202: deliveryView, '4xx': problem },
      },
    },
    async ({ caller, params }, reply) => {
      requireScope(caller, 'create');
      return reply.code(202).send(viewOf(await replay(database, caller.owner, params.id)));
    },
  );

  app.get(
    '/api/v1/webhooks/secret',
    {
      schema: {
        operationId: 'getWebhookSecret',
        summary: 'The secret that deliveries are signed with (Standard Webhooks)',
        tags: ['webhooks'],
        response: { 200: z.object({ secret: z.string() }), '4xx': problem },
      },
    },
    async ({ caller }) => {
      requireScope(caller, 'admin');
      return { secret: await webhookSecret(database) };
    },
  );
}
