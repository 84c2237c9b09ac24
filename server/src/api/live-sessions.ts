import { randomUUID } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { leftBy } from '../runpod/endpoint.ts';
import type { Service } from '../service/service.ts';
import { configChange, sessionConfig, spokenText } from '../stream/client-message.ts';
import { orderSession, unusedOf } from '../stream/session-order.ts';
import { speakThrough } from '../stream/spoken.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';
import { sessionToolsOf } from './session-tools.ts';

const byId = z.object({ id: z.string().max(64) });
const order = z.object({
  asset_id: z.string().max(64).optional(),
  avatar_id: z.string().max(64).optional().meta({ description: 'A stored portrait avatar, in place of a picture' }),
  config: sessionConfig,
});

const opened = z
  .object({
    session_id: z.string(),
    width: z.int(),
    height: z.int(),
    fps: z.number(),
    warnings: z.array(z.string()),
    whep: z.string().meta({ description: 'Where to watch over WebRTC' }),
    whip: z.string().meta({ description: 'Where to send a microphone over WebRTC' }),
    unused: z.array(z.string()).optional().meta({ description: 'Fields of the config that have no effect' }),
  })
  .meta({ id: 'OpenedSession' });

/** Live sessions without a WebSocket: made, and spoken through, by requests. */
export function liveSessionRoutes(app: App, service: Service): void {
  const { live, draining } = service;
  const tools = sessionToolsOf(service);

  app.post(
    '/api/v1/stream/sessions',
    {
      schema: {
        operationId: 'beginLiveSession',
        summary: 'Begin a live session',
        description:
          'JSON with the id of an uploaded picture or of a portrait avatar; or multipart/form-data with the picture as file, and config as JSON. It lives on while nothing is said, and ends when nobody watches it for 30 s.',
        tags: ['live'],
        consumes: ['application/json', 'multipart/form-data'],
        body: order.nullish(),
        response: { 201: opened, '4xx': problem },
      },
    },
    async (request, reply) => {
      const { caller, body } = request;
      requireScope(caller, 'create');
      if (draining.aborted) throw new OratorError('session/busy', 'The service is about to stop. Try another one.');
      const { config, findSource } = body
        ? { config: body.config, findSource: () => tools.findSource(caller.owner, body) }
        : await readForm(request);
      const session = await orderSession(tools, {
        caller,
        id: randomUUID(),
        correlationId: request.id,
        config: { ...config, idle: true },
        findSource,
        signal: leftBy(reply),
      });
      const { id, fps, subject } = session;
      const path = `/api/v1/stream/sessions/${id}`;
      const { width, height } = subject.still;
      return reply
        .code(201)
        .header('location', path)
        .send({
          session_id: id,
          ...{ width, height, fps, warnings: [...subject.warnings] },
          ...{ whep: `${path}/whep`, whip: `${path}/whip`, ...unusedOf(config) },
        });
    },
  );

  app.post(
    '/api/v1/stream/sessions/:id/say',
    {
      schema: {
        operationId: 'sayInLiveSession',
        summary: 'Have a live session say something, after all that waits',
        tags: ['live'],
        params: byId,
        body: spokenText,
        response: { 202: z.object({ utterance: z.string() }), '4xx': problem },
      },
    },
    async ({ caller, params, body }, reply) => {
      requireScope(caller, 'create');
      const session = live.sessions.get(caller.owner, params.id);
      const { utterance } = (await speakThrough(session, { type: 'text', ...body }))!;
      return reply.code(202).send({ utterance: String(utterance) });
    },
  );

  app.post(
    '/api/v1/stream/sessions/:id/interrupt',
    {
      schema: {
        operationId: 'interruptLiveSession',
        summary: 'Silence a live session at once; what waits is forgotten',
        tags: ['live'],
        params: byId,
        response: { 204: z.null(), '4xx': problem },
      },
    },
    async ({ caller, params }, reply) => {
      requireScope(caller, 'create');
      await speakThrough(live.sessions.get(caller.owner, params.id), { type: 'interrupt' });
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/v1/stream/sessions/:id/config',
    {
      schema: {
        operationId: 'changeLiveSession',
        summary: 'Change emotion, intensity or gaze of a live session',
        tags: ['live'],
        params: byId,
        body: configChange,
        response: { 204: z.null(), '4xx': problem },
      },
    },
    async ({ caller, params, body }, reply) => {
      requireScope(caller, 'create');
      await speakThrough(live.sessions.get(caller.owner, params.id), { type: 'config', config: body });
      return reply.code(204).send(null);
    },
  );
}

async function readForm(request: FastifyRequest) {
  if (!request.isMultipart()) {
    throw new OratorError(
      'request/invalid',
      'Send JSON with asset_id or avatar_id, or the picture as a file in multipart/form-data.',
    );
  }
  let source: Uint8Array | undefined;
  let text = '{}';
  for await (const part of request.parts()) {
    if (part.type === 'file') source = await part.toBuffer();
    else if (part.fieldname === 'config') text = String(part.value);
  }
  if (!source) throw new OratorError('request/invalid', 'There is no file in the form. Add one field with a picture.');
  const picture = source;
  return { config: readConfig(text), findSource: async () => ({ type: 'picture', bytes: picture }) as const };
}

function readConfig(text: string): z.infer<typeof sessionConfig> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new OratorError('request/invalid', 'config is JSON. This was not.');
  }
  const parsed = sessionConfig.safeParse(given);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new OratorError('request/invalid', `config.${path.join('.')}: ${message}. See /docs for what is allowed.`);
}
