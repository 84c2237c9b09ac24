import { OratorError } from '@orator/core/base/errors';
import { parseRequest, renderRequest } from '@orator/core/produce/request';
import { z } from 'zod';
import { jobOf } from '../jobs/job.ts';
import { checkInput } from '../jobs/job-input.ts';
import { jobView, jobViewOf } from '../jobs/job-view.ts';
import type { VideoOrder } from '../jobs/video-job.ts';
import type { Service } from '../service/service.ts';
import { chooseEngine } from '../studio/engines.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';
import { LONGEST_URL } from './uploads.ts';

/** A video that is asked for: every option of `orator make`, and the uploads it is made of. */
const videoBody = renderRequest
  .extend({
    image: z.string().max(LONGEST_URL).meta({ description: 'The id of an uploaded picture, or the address of one' }),
    audio: z.string().max(LONGEST_URL).optional().meta({
      description: 'The id of an uploaded recording, or the address of one; without it a voice speaks the text',
    }),
    fallback: z
      .enum(['portrait', 'none'])
      .default('none')
      .meta({ description: 'What may stand in for an engine that cannot run' }),
    webhook: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional()
      .meta({ description: 'An address that is told when the job is over' }),
    priority: z.int().min(-10).max(10).default(0).meta({ description: 'Higher ones come first' }),
  })
  .meta({ id: 'VideoRequest' });

/** `POST /api/v1/videos`: asks for a video and gives the job that makes it. */
export function videoRoutes(app: App, { queue, database, draining }: Service): void {
  app.post(
    '/api/v1/videos',
    {
      schema: {
        summary: 'Make a video',
        description: 'A second request with the same Idempotency-Key gives the first one’s job.',
        tags: ['videos'],
        headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
        body: videoBody,
        response: { 200: jobView, 202: jobView, '4xx': problem },
      },
    },
    async (request, reply) => {
      const { caller } = request;
      requireScope(caller, 'create');
      if (draining.aborted) throw new OratorError('runtime/exhausted', 'The service is about to stop. Try again soon.');
      const { image, audio, fallback, priority, webhook, ...options } = request.body;
      parseRequest(options);
      if (!audio && !options.text?.trim()) {
        throw new OratorError('request/invalid', 'There is nothing to say. Give a text, or a recording as audio.');
      }
      const { engine } = chooseEngine(options.engine, fallback);
      for (const input of [image, ...(audio ? [audio] : [])]) await checkInput(database, caller.owner, input);
      const order: VideoOrder = { image, audio, fallback, options };
      const { row, isNew } = await queue.add({
        owner: caller.owner,
        kind: `video.${engine}`,
        request: { ...order },
        priority,
        webhook,
        idempotencyKey: request.headers['idempotency-key'],
        correlationId: request.id,
      });
      reply.code(isNew ? 202 : 200).header('location', `/api/v1/jobs/${row.id}`);
      return jobViewOf(jobOf(row));
    },
  );
}
