import { OratorError } from '@orator/core/base/errors';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Service } from '../service/service.ts';
import { contentDisposition } from '../storage/content-disposition.ts';
import { DiskStorage } from '../storage/disk-storage.ts';
import type { App } from './app.ts';
import { sendStored } from './send-stored.ts';

/** `GET /files/…`: what a link to the data folder leads to. The signature is the key. */
export function fileRoutes(app: App, { storage }: Service): void {
  if (!(storage instanceof DiskStorage)) return; // S3 answers its links itself
  app.get(
    '/files/*',
    { schema: { hide: true, params: z.object({ '*': z.string().max(1024) }) } },
    async (request, reply): Promise<FastifyReply> => {
      const query = new URLSearchParams(request.url.split('?')[1] ?? '');
      const verdict = storage.verifyLink(request.params['*'], query);
      if (!verdict.valid) {
        const why =
          verdict.reason === 'expired'
            ? 'This link has expired. Ask for a new one.'
            : 'This link is not as it was given.';
        throw new OratorError('key/forbidden', why);
      }
      reply.header('content-disposition', contentDisposition(verdict.disposition ?? 'inline', verdict.name ?? 'file'));
      return sendStored(reply, storage, verdict.key, request.headers);
    },
  );
}
