import { z } from 'zod';
import type { Service } from '../service/service.ts';
import { portraitToDraw, tagOfPortrait } from '../stream/portrait-to-draw.ts';
import type { Subject } from '../studio/subject.ts';
import type { App } from './app.ts';
import { CodedBody } from './coded-body.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';

/** What a viewer needs to draw a session for himself, from the motion that comes over the WebSocket. */
export function sessionPortraitRoutes(app: App, { live }: Service): void {
  const bodies = new WeakMap<Subject, CodedBody>();
  app.get(
    '/api/v1/stream/sessions/:id/portrait',
    {
      schema: {
        operationId: 'getPortraitToDraw',
        summary: 'What drawing a session takes: its photo, and how it moves',
        description:
          'A packet in the format of docs/live.md, for who watches in the mode motion. It stays the same for a session.',
        tags: ['live'],
        produces: ['application/octet-stream'],
        params: z.object({ id: z.string().max(64) }),
        response: { 200: z.unknown(), 304: z.unknown(), '4xx': problem },
      },
    },
    async (request, reply) => {
      const { caller, params } = request;
      requireScope(caller, 'read');
      const { subject } = live.sessions.get(caller.owner, params.id);
      const body = bodies.get(subject) ?? new CodedBody(() => portraitToDraw(subject));
      bodies.set(subject, body);
      reply.type('application/octet-stream').header('cache-control', 'private, max-age=86400');
      return body.send(request, reply, tagOfPortrait(subject));
    },
  );
}
