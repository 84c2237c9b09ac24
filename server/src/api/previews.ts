import { OratorError } from '@orator/core/base/errors';
import { writeWav } from '@orator/core/media/wav';
import { parseRequest, renderRequest } from '@orator/core/produce/request';
import { z } from 'zod';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';

/** The longest preview, s: long enough to judge a voice and a mood. */
const MOST_SECONDS = 20;

const { engine: _engine, size: _size, crop: _crop, face: _face, maxDuration: _longest, ...said } = renderRequest.shape;

/** What a face is to say and how; no picture. */
const previewBody = z
  .strictObject({
    ...said,
    audio: z
      .uuid()
      .optional()
      .meta({ description: 'The id of an uploaded recording; without it a voice speaks the text' }),
    seconds: z.number().min(1).max(MOST_SECONDS).default(8).meta({ description: 'The most that is wanted' }),
  })
  .meta({ id: 'PreviewRequest', description: 'What a face is to say and how, without the face' });

const base64 = z.string().meta({ description: 'In base64' });
const preview = z
  .object({
    seconds: z.number(),
    fps: z.int(),
    sound: base64.meta({ description: 'A WAV file, in base64' }),
    motion: z
      .array(base64)
      .meta({ description: 'How the face stands in each frame: packets of docs/live.md, in base64' }),
    words: z.array(
      z.object({
        start: z.number(),
        end: z.number(),
        from: z.int().optional().meta({ description: 'Where in the text it begins' }),
        to: z.int().optional(),
      }),
    ),
  })
  .meta({ id: 'Preview', description: 'The first seconds of what a face says, for who draws it for himself' });

/** `POST /api/v1/previews`: hear a text, and draw how a face says it, while the picture stays where it is. */
export function previewRoutes(app: App, { previews, draining }: Service): void {
  app.post(
    '/api/v1/previews',
    {
      schema: {
        operationId: 'createPreview',
        summary: 'Hear the first seconds of what a face says, and how it moves',
        description: 'Nothing is kept. The same seed moves as the video does.',
        tags: ['videos'],
        body: previewBody,
        response: { 200: preview, '4xx': problem },
      },
    },
    async ({ caller, body: { audio, seconds, ...options }, raw }, reply) => {
      requireScope(caller, 'create');
      const request = parseRequest(options);
      if (!audio && !request.text?.trim()) {
        throw new OratorError('request/invalid', 'There is nothing to say. Give a text, or a recording as audio.');
      }
      const leaving = new AbortController();
      raw.socket.once('close', () => leaving.abort());
      const signal = AbortSignal.any([leaving.signal, draining]);
      const { rate, pcm, motion, words } = await previews.perform(caller.owner, { request, audio, seconds }, signal);
      reply.header('cache-control', 'no-store');
      return {
        seconds: motion.length / request.fps,
        fps: request.fps,
        sound: Buffer.from(writeWav(pcm, rate)).toString('base64'),
        motion: motion.map((packet) => Buffer.from(packet).toString('base64')),
        words: words.map(({ start, end, from, to }) => ({ start, end, from, to })),
      };
    },
  );
}
