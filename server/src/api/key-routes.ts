import { z } from 'zod';
import { type KeyLimits, keyLimits } from '../jobs/limits.ts';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { requireScope, SCOPES } from './keys.ts';
import { problem } from './problem.ts';

const scopes = z.array(z.enum(SCOPES)).min(1);
const keyView = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes,
    limits: keyLimits,
    createdAt: z.iso.datetime(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Key', description: 'A key, without itself' });

/** Routes about keys, for admins. */
export function keyRoutes(app: App, { keys }: Service): void {
  app.get(
    '/api/v1/keys',
    {
      schema: {
        operationId: 'listKeys',
        summary: 'List keys',
        tags: ['keys'],
        response: { 200: z.object({ keys: z.array(keyView) }), '4xx': problem },
      },
    },
    async ({ caller }) => {
      requireScope(caller, 'admin');
      const rows = await keys.list();
      return {
        keys: rows.map((row) => ({
          id: row.id,
          name: row.name,
          scopes: row.scopes as z.infer<typeof scopes>,
          limits: row.limits as KeyLimits,
          createdAt: row.created_at.toISOString(),
          revokedAt: row.revoked_at?.toISOString() ?? null,
        })),
      };
    },
  );

  app.post(
    '/api/v1/keys',
    {
      schema: {
        operationId: 'createKey',
        summary: 'Make a key; it is shown this once',
        tags: ['keys'],
        body: z.strictObject({
          name: z.string().min(1).max(100),
          scopes: scopes.default(['read', 'create']),
          limits: keyLimits.default({}),
        }),
        response: { 201: z.object({ id: z.string(), key: z.string() }), '4xx': problem },
      },
    },
    async ({ caller, body }, reply) => {
      requireScope(caller, 'admin');
      return reply.code(201).send(await keys.create(body.name, body.scopes, body.limits));
    },
  );

  app.delete(
    '/api/v1/keys/:id',
    {
      schema: {
        operationId: 'revokeKey',
        summary: 'Revoke a key; within seconds it no longer works anywhere',
        tags: ['keys'],
        params: z.object({ id: z.string().max(64) }),
        response: { 204: z.null(), '4xx': problem },
      },
    },
    async ({ caller, params }, reply) => {
      requireScope(caller, 'admin');
      await keys.revoke(params.id);
      return reply.code(204).send(null);
    },
  );
}
