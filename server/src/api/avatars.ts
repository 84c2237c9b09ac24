import { z } from 'zod';
import type { AvatarRequest } from '../jobs/avatar-job.ts';
import { jobOf } from '../jobs/job.ts';
import { checkInput } from '../jobs/job-input.ts';
import { jobView, jobViewOf } from '../jobs/job-view.ts';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';
import { LONGEST_URL } from './uploads.ts';

/** What LiveTalking can use as the name of a folder. */
const AVATAR_ID = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

const avatarBody = z
  .strictObject({
    video: z
      .string()
      .max(LONGEST_URL)
      .meta({ description: 'The id of an uploaded training video, or the address of one' }),
    name: z
      .string()

      .regex(AVATAR_ID, 'letters, digits, dots, dashes and underlines, at most 128')
      .default('avatar'),
    model: z.enum(['wav2lip']).default('wav2lip'),
    faceSize: z
      .union([z.literal(96), z.literal(256)])
      .default(96)
      .meta({ description: 'Side of the face pictures; 256 for the LiveTalking of today' }),
    priority: z.int().min(-10).max(10).default(0),
    webhook: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional(),
  })
  .meta({ id: 'AvatarRequest' });

/** `POST /api/v1/avatars`: asks for an avatar from a training video and gives the job that builds it; its asset is the TAR. */
export function avatarRoutes(app: App, { queue, database }: Service): void {
  app.post(
    '/api/v1/avatars',
    {
      schema: {
        summary: 'Build an avatar from a training video',
        description: 'The job’s asset is the TAR that LiveTalking loads; list avatars as assets of kind "avatar".',
        tags: ['avatars'],
        headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
        body: avatarBody,
        response: { 200: jobView, 202: jobView, '4xx': problem },
      },
    },
    async (request, reply) => {
      const { caller } = request;
      requireScope(caller, 'create');
      const { video, name, model, faceSize, priority, webhook } = request.body;
      await checkInput(database, caller.owner, video);
      const order: AvatarRequest = { video, name, model, faceSize };
      const { row, isNew } = await queue.add({
        owner: caller.owner,
        kind: `avatar.${model}`,
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
