import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { assetView, assetViewOf } from './asset-view.ts';
import { announcedBytes, formBody, takeOnlyFile } from './form-body.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';

/** The longest address of a file: signed ones are long. */
export const LONGEST_URL = 8000;

/** `POST /api/v1/uploads`: takes a picture, a recording or a video, sent or by its address. */
export function uploadRoutes(app: App, { intake, limits }: Service): void {
  app.post(
    '/api/v1/uploads',
    {
      schema: {
        operationId: 'createUpload',
        summary: 'Upload a picture, a recording or a video',
        description: 'multipart/form-data with one file; what it is, is read from the file itself.',
        tags: ['files'],
        consumes: ['multipart/form-data'],
        body: formBody,
        response: { 201: assetView, '4xx': problem },
      },
    },
    async (request, reply) => {
      requireScope(request.caller, 'create');
      await limits.requireRoom(request.caller, announcedBytes(request));
      if (!request.isMultipart()) throw new OratorError('request/invalid', 'Send the file as multipart/form-data.');
      const row = await takeOnlyFile(intake, request);
      return reply.code(201).header('location', `/api/v1/assets/${row.id}`).send(assetViewOf(row));
    },
  );
  app.post(
    '/api/v1/uploads/url',
    {
      schema: {
        operationId: 'uploadFromUrl',
        summary: 'Fetch a picture, a recording or a video from its address',
        description:
          'Answers when the file is here. Private addresses are refused unless ORATOR_ALLOW_ADDRESSES has them.',
        tags: ['files'],
        body: z.strictObject({ url: z.string().min(1).max(LONGEST_URL) }).meta({ id: 'UploadFromUrl' }),
        response: { 201: assetView, '4xx': problem },
      },
    },
    async ({ caller, body }, reply) => {
      requireScope(caller, 'create');
      await limits.requireRoom(caller);
      const left = new AbortController();
      reply.raw.once('close', () => left.abort());
      const row = await intake.takeFrom(body.url, caller.owner, left.signal);
      return reply.code(201).header('location', `/api/v1/assets/${row.id}`).send(assetViewOf(row));
    },
  );
}
