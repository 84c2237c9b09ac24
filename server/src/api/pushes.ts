import { z } from 'zod';
import type { Push } from '../push/push.ts';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';

const PATH = '/api/v1/stream/sessions/:id/push';
const byId = z.object({ id: z.string().max(64) });
const byPush = byId.extend({ push: z.string().max(64) });

const pushView = z
  .object({
    id: z.string(),
    target: z.string().meta({ description: 'The server; path and key are not told' }),
    state: z.enum(['connecting', 'live', 'retrying', 'failed']),
    reason: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .meta({ description: 'Why the last connection was lost or not made' }),
    connections: z.int().meta({ description: 'How often it was connected' }),
    bytes: z.int(),
    dropped: z.int().meta({ description: 'Pictures that were left out because the server was too slow' }),
    startedAt: z.iso.datetime(),
  })
  .meta({ id: 'Push' });

const pushViewOf = ({ id, shown, state, reason, connections, bytes, dropped, startedAt }: Push) => ({
  ...{ id, target: shown, state, connections, bytes, dropped },
  reason: reason ? { code: reason.code, message: reason.message } : null,
  startedAt: startedAt.toISOString(),
});

/** Sends live sessions on to streaming servers. */
export function pushRoutes(app: App, { live: { sessions }, pushes }: Service): void {
  app.post(
    PATH,
    {
      schema: {
        operationId: 'pushLiveSession',
        summary: 'Push a live session to a streaming server',
        description:
          'rtmp://host/app with the name of the stream as key (rtmps too), or the address of a WHIP endpoint with its token as key. It connects again when the connection is lost, and ends with the session.',
        tags: ['live'],
        params: byId,
        body: z.strictObject({ url: z.string().max(2000), key: z.string().min(1).max(2000).optional() }),
        response: { 201: pushView, '4xx': problem },
      },
    },
    async ({ caller, params, body }, reply) => {
      requireScope(caller, 'create');
      const session = sessions.get(caller.owner, params.id);
      const push = await pushes.begin(session, body.url, body.key);
      return reply
        .code(201)
        .header('location', `/api/v1/stream/sessions/${session.id}/push/${push.id}`)
        .send(pushViewOf(push));
    },
  );

  app.get(
    PATH,
    {
      schema: {
        operationId: 'listPushes',
        summary: 'List where a live session is pushed to',
        tags: ['live'],
        params: byId,
        response: { 200: z.object({ pushes: z.array(pushView) }), '4xx': problem },
      },
    },
    async ({ caller, params }) => {
      requireScope(caller, 'read');
      return { pushes: pushes.list(sessions.get(caller.owner, params.id)).map(pushViewOf) };
    },
  );

  app.get(
    `${PATH}/:push`,
    {
      schema: {
        operationId: 'getPush',
        summary: 'Look at a push',
        tags: ['live'],
        params: byPush,
        response: { 200: pushView, '4xx': problem },
      },
    },
    async ({ caller, params }) => {
      requireScope(caller, 'read');
      return pushViewOf(pushes.find(sessions.get(caller.owner, params.id), params.push));
    },
  );

  app.delete(
    `${PATH}/:push`,
    {
      schema: {
        operationId: 'endPush',
        summary: 'End a push',
        tags: ['live'],
        params: byPush,
        response: { 204: z.null(), '4xx': problem },
      },
    },
    async ({ caller, params }, reply) => {
      requireScope(caller, 'create');
      await pushes.end(sessions.get(caller.owner, params.id), params.push);
      return reply.code(204).send(null);
    },
  );
}
