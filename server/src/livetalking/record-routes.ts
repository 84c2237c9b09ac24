import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { App } from '../api/app.ts';
import { requireScope } from '../api/keys.ts';
import { sendStored } from '../api/send-stored.ts';
import type { Service } from '../service/service.ts';
import { done, refused } from './replies.ts';
import { sessionid } from './session-field.ts';
import type { Talks } from './talks.ts';

const order = z.object({ sessionid, type: z.enum(['start_record', 'end_record']) });

/** `POST /record` starts and ends a recording; `GET /record/{sessionid}` is the latest one of a session, also when that is over. */
export function recordRoutes(app: App, { live, limits, database, storage }: Service, talks: Talks): void {
  app.post('/record', { schema: { body: order } }, async ({ caller, body }) => {
    requireScope(caller, 'create');
    const { session } = talks.find(caller, body.sessionid);
    if (body.type === 'end_record') {
      await live.endRecording(session);
    } else {
      await limits.requireRoom(caller);
      await live.record(session);
    }
    return done();
  });

  app.get(
    '/record/:sessionid',
    { schema: { params: z.object({ sessionid: z.string().max(64) }) } },
    async ({ caller, params, headers }, reply): Promise<FastifyReply> => {
      requireScope(caller, 'read');
      const clip = await database.tables
        .selectFrom('assets')
        .select('storage_key')
        .where('owner', '=', caller.owner)
        .where('kind', '=', 'clip')
        .where('name', '=', `${params.sessionid}.mp4`)
        .orderBy('created_at', 'desc')
        .executeTakeFirst();
      if (clip) return sendStored(reply, storage, clip.storage_key, headers);
      return reply.code(404).send(refused('There is no recording of this session.'));
    },
  );
}
