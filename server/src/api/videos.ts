import { OratorError } from '@orator/core/base/errors';
import { portrait } from '@orator/core/engines/portrait/engine';
import { parseRequest, type RenderRequest, renderRequest } from '@orator/core/produce/request';
import { z } from 'zod';
import type { ShelvedAvatar } from '../avatars/avatar-shelf.ts';
import { checkInput } from '../jobs/job-input.ts';
import { jobView } from '../jobs/job-view.ts';
import type { VideoOrder } from '../jobs/video-job.ts';
import { lackOfOffer } from '../service/engine-offer.ts';
import type { Service } from '../service/service.ts';
import { FALLBACKS, type Fallback, mayStandIn, requireEngine } from '../studio/engines.ts';
import type { App } from './app.ts';
import { placeOrder } from './job-order.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';
import { LONGEST_URL } from './uploads.ts';

/** A video that is asked for: every option of `orator make`, and the uploads it is made of. */
const videoBody = renderRequest
  .extend({
    image: z
      .string()
      .max(LONGEST_URL)
      .optional()
      .meta({ description: 'The id of an uploaded picture, or the address of one' }),
    avatar: z
      .string()
      .optional()
      .meta({ description: 'In place of image: the id of an avatar of the model portrait, which is ready at once' }),
    video: z.string().max(LONGEST_URL).optional().meta({
      description: 'In place of image, for engines that animate a video: the id of an uploaded one, or its address',
    }),
    audio: z.string().max(LONGEST_URL).optional().meta({
      description: 'The id of an uploaded recording, or the address of one; without it a voice speaks the text',
    }),
    fallback: z
      .enum(FALLBACKS)
      .default('none')
      .meta({ description: 'What may stand in for an engine that cannot run' }),
    webhook: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional()
      .meta({ description: 'An address that is told when the job is over' }),
    priority: z.int().min(-10).max(10).default(0).meta({ description: 'Higher ones come first' }),
  })
  .meta({ id: 'VideoRequest', description: 'A video that is asked for' });

/** `POST /api/v1/videos`: asks for a video and gives the job that makes it. */
export function videoRoutes(app: App, service: Service): void {
  const { avatars, limits } = service;
  app.post(
    '/api/v1/videos',
    {
      schema: {
        operationId: 'createVideo',
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
      const { image, avatar, video, audio, fallback, priority, webhook, ...options } = request.body;
      parseRequest(options);
      if (!audio && !options.text?.trim()) {
        throw new OratorError('request/invalid', 'There is nothing to say. Give a text, or a recording as audio.');
      }
      const engine = await engineFor(options.engine, fallback, service);
      if ([image, avatar, video].filter((subject) => subject !== undefined).length !== 1) {
        throw new OratorError('request/invalid', 'Give either image, or avatar, or video.');
      }
      if (video !== undefined && options.engine === 'portrait') {
        throw new OratorError(
          'request/invalid',
          'The engine "portrait" animates a picture. Give image, or another engine.',
        );
      }
      const order: VideoOrder = { image, avatar, video, audio, fallback, options };
      return placeOrder(
        service,
        request,
        reply,
        { kind: `video.${engine}`, request: { ...order }, priority, webhook },
        async () => {
          await limits.requireRoom(caller);
          await limits.requireSeconds(caller.owner, caller.limits);
          if (avatar !== undefined) checkSubject(await avatars.find(caller.owner, avatar), engine, options.face);
          for (const input of [image, video, audio]) {
            if (input !== undefined) await checkInput(service, caller.owner, input);
          }
        },
      );
    },
  );
}

/**
 * Whose job it is. Where nobody can run the engine and something may stand in for it, that is the built-in engine's, which every worker has: it
 * tries, and says why it fell back.
 * @throws {OratorError} `engine/unavailable`, `model/missing`, `backend/none`, `request/invalid`
 */
async function engineFor(asked: string, fallback: Fallback, service: Service): Promise<string> {
  try {
    const engine = requireEngine(asked);
    const lack = await lackOfOffer(engine, service);
    if (lack) throw lack;
    return engine.id;
  } catch (thrown) {
    if (mayStandIn(OratorError.from(thrown).code, asked, fallback)) return portrait.id;
    throw thrown;
  }
}

/** @throws {OratorError} `avatar/unsuitable` for an avatar that the engine cannot draw, `request/invalid` for another face of it. */
function checkSubject({ name, model }: ShelvedAvatar, engine: string, face: RenderRequest['face']): void {
  if (engine !== portrait.id) {
    throw new OratorError(
      'avatar/unsuitable',
      `The engine ${engine} draws on pictures and videos. Give it image or video.`,
    );
  }
  if (model !== engine) {
    throw new OratorError(
      'avatar/unsuitable',
      `The avatar "${name}" was made for ${model}, and the engine ${engine} cannot draw it. Use one of the model ${engine}.`,
    );
  }
  if (face !== renderRequest.shape.face.parse(undefined)) {
    throw new OratorError('request/invalid', 'Which face it is was chosen when the avatar was made. Leave face out.');
  }
}
