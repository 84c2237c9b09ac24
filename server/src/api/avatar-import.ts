import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { avatarName } from './avatar-order.ts';
import { avatarView, avatarViewOf } from './avatar-view.ts';
import { announcedBytes, formBody } from './form-body.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';

/** `POST /api/v1/avatars/import`: takes in an avatar that was made elsewhere. */
export function avatarImportRoutes(app: App, { avatars, config, limits }: Service): void {
  const mostMegabytes = config.values.ORATOR_AVATAR_MB ?? 4000;
  app.post(
    '/api/v1/avatars/import',
    {
      schema: {
        operationId: 'importAvatar',
        summary: 'Take in an avatar as TAR',
        description:
          'multipart/form-data with one file: a TAR from here, from LiveTalking or from MuseTalk, gzipped or not. Everything in it is checked.',
        tags: ['avatars'],
        consumes: ['multipart/form-data'],
        body: formBody,
        querystring: z.object({
          name: avatarName.optional().meta({ description: 'What to call it; by default as the file' }),
        }),
        response: { 201: avatarView, '4xx': problem },
      },
    },
    async (request, reply) => {
      const { caller, query, raw } = request;
      requireScope(caller, 'create');
      await limits.requireRoom(caller, announcedBytes(request));
      if (!request.isMultipart()) throw new OratorError('request/invalid', 'Send the TAR as multipart/form-data.');
      const part = await request.file({ limits: { fileSize: mostMegabytes * 1e6 } });
      if (!part) throw new OratorError('request/invalid', 'There is no file in the form. Add one field with the TAR.');
      const gone = new AbortController();
      raw.on('aborted', () => gone.abort());
      const { file, filename } = part;
      try {
        const source = file.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
        const arrival = { owner: caller.owner, name: query.name ?? nameOf(filename), correlationId: request.id };
        const avatar = await avatars.import(arrival, source, gone.signal);
        return await reply.code(201).header('location', `/api/v1/avatars/${avatar.id}`).send(avatarViewOf(avatar));
      } catch (thrown) {
        if (!file.truncated) throw thrown;
        throw new OratorError(
          'request/too-large',
          `The TAR is larger than ${mostMegabytes} MB. Send a smaller one, or raise ORATOR_AVATAR_MB.`,
        );
      } finally {
        file.resume(); // the rest of the request has to be read before it can be answered
      }
    },
  );
}

/** A file's name as the name of an avatar. */
function nameOf(filename: string | undefined): string {
  const stem = (filename ?? '').replace(/(?:\.tar)?(?:\.gz|\.tgz)?$/i, '');
  const plain = stem.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/\.{2,}/g, '.');
  return avatarName.safeParse(plain.replace(/^[^A-Za-z0-9]+/, '').slice(0, 128)).data ?? 'avatar';
}
