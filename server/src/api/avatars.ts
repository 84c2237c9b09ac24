import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { checkInput } from '../jobs/job-input.ts';
import { jobView } from '../jobs/job-view.ts';
import type { Service } from '../service/service.ts';
import { contentDisposition } from '../storage/content-disposition.ts';
import type { App } from './app.ts';
import { avatarBody, avatarRequestOf } from './avatar-order.ts';
import { avatarModel, avatarView, avatarViewOf } from './avatar-view.ts';
import { placeOrder } from './job-order.ts';
import { requireScope } from './keys.ts';
import { pageOf, pageQuery } from './page.ts';
import { problem } from './problem.ts';
import { sendStored } from './send-stored.ts';

const byId = z.object({ id: z.string().max(64) });
const listQuery = pageQuery.extend({ model: avatarModel.optional(), name: z.string().max(128).optional() });

/** Routes about avatars: build, list, look, see, fetch, delete; `avatar-import.ts` has the way in. */
export function avatarRoutes(app: App, service: Service): void {
  const { storage, avatars, limits } = service;
  app.post(
    '/api/v1/avatars',
    {
      schema: {
        operationId: 'createAvatar',
        summary: 'Make an avatar from a training video or a photo',
        description: 'The asset of the job, once it is completed, has the id of the avatar.',
        tags: ['avatars'],
        headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
        body: avatarBody,
        response: { 200: jobView, 202: jobView, '4xx': problem },
      },
    },
    async (request, reply) => {
      const { caller, body } = request;
      requireScope(caller, 'create');
      const order = avatarRequestOf(body);
      const { priority, webhook } = body;
      return placeOrder(
        service,
        request,
        reply,
        { kind: `avatar.${order.model}`, request: { ...order }, priority, webhook },
        async () => {
          await limits.requireRoom(caller);
          await checkInput(service, caller.owner, order.model === 'portrait' ? order.image : order.video);
        },
      );
    },
  );

  app.get(
    '/api/v1/avatars',
    {
      schema: {
        operationId: 'listAvatars',
        summary: 'List avatars, newest first',
        tags: ['avatars'],
        querystring: listQuery,
        response: { 200: z.object({ avatars: z.array(avatarView), next: z.string().nullable() }), '4xx': problem },
      },
    },
    async ({ caller, query }) => {
      requireScope(caller, 'read');
      let select = avatars.select(caller.owner);
      if (query.model) select = select.where('model', '=', query.model);
      if (query.name) select = select.where('name', '=', query.name);
      const { rows, next } = await pageOf(select, query);
      return { avatars: rows.map(avatarViewOf), next };
    },
  );

  app.get(
    '/api/v1/avatars/:id',
    {
      schema: {
        operationId: 'getAvatar',
        summary: 'Look at an avatar',
        tags: ['avatars'],
        params: byId,
        response: { 200: avatarView, '4xx': problem },
      },
    },
    async ({ caller, params }) => {
      requireScope(caller, 'read');
      return avatarViewOf(await avatars.find(caller.owner, params.id));
    },
  );

  app.get(
    '/api/v1/avatars/:id/picture',
    {
      schema: {
        operationId: 'getAvatarPicture',
        summary: 'See an avatar: its first frame as a JPEG of at most 320 pixels',
        tags: ['avatars'],
        params: byId,
        produces: ['image/jpeg'],
      },
    },
    async ({ caller, params }, reply): Promise<FastifyReply> => {
      requireScope(caller, 'read');
      const picture = await avatars.picture(await avatars.find(caller.owner, params.id));
      return reply
        .header('content-type', 'image/jpeg')
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'private, max-age=3600')
        .send(Buffer.from(picture));
    },
  );

  app.get(
    '/api/v1/avatars/:id/export',
    {
      schema: {
        operationId: 'exportAvatar',
        summary: 'Fetch an avatar as TAR',
        description:
          'With for=livetalking, faces of 96 pixels are cut anew from the stored frames with 256, as today’s LiveTalking needs them; ranges are understood where nothing has to be made.',
        tags: ['avatars'],
        params: byId,
        querystring: z.object({ for: z.enum(['livetalking']).optional() }),
        produces: ['application/x-tar'],
      },
    },
    async ({ caller, params, query, headers }, reply): Promise<FastifyReply> => {
      requireScope(caller, 'read');
      const avatar = await avatars.find(caller.owner, params.id);
      const made = query.for && avatars.forLiveTalking(avatar);
      reply.header('content-disposition', contentDisposition('attachment', `${avatar.name}.tar`));
      if (!made) return sendStored(reply, storage, avatar.storage_key, headers);
      return reply.header('content-type', 'application/x-tar').header('x-content-type-options', 'nosniff').send(made);
    },
  );

  app.delete(
    '/api/v1/avatars/:id',
    {
      schema: {
        operationId: 'deleteAvatar',
        summary: 'Delete an avatar and its file',
        tags: ['avatars'],
        params: byId,
        response: { 204: z.null(), '4xx': problem },
      },
    },
    async ({ caller, params }, reply) => {
      requireScope(caller, 'create');
      await avatars.remove(await avatars.find(caller.owner, params.id));
      return reply.code(204).send(null);
    },
  );
}
