import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import websocket from '@fastify/websocket';
import { OratorError } from '@orator/core/base/errors';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import {
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { livetalkingRoutes } from '../livetalking/routes.ts';
import type { Service } from '../service/service.ts';
import { VERSION } from '../version.ts';
import { requesterOf } from './admission.ts';
import { assetRoutes } from './assets.ts';
import { avatarImportRoutes } from './avatar-import.ts';
import { avatarRoutes } from './avatars.ts';
import { catalogueRoutes } from './catalogue.ts';
import { docsRoutes, documentedRoute } from './docs.ts';
import { doctorRoutes } from './doctor.ts';
import { faceNetworkRoutes } from './face-networks.ts';
import { fileRoutes } from './files.ts';
import { healthRoutes } from './health.ts';
import { internalRoutes } from './internal.ts';
import { jobRoutes } from './jobs.ts';
import { readJsonBodies } from './json-body.ts';
import { keyRoutes } from './key-routes.ts';
import type { Caller } from './keys.ts';
import { checkQuery } from './known-query.ts';
import { liveSessionRoutes } from './live-sessions.ts';
import { logRoutes } from './logs.ts';
import { machineRoutes } from './machine.ts';
import { modelRoutes } from './models.ts';
import { previewRoutes } from './previews.ts';
import { answerProblem } from './problem.ts';
import { pushRoutes } from './pushes.ts';
import { endQuietBodies } from './quiet-bodies.ts';
import { logRequest } from './request-log.ts';
import { resumableOptions, resumableRoutes } from './resumable.ts';
import { sessionPortraitRoutes } from './session-portrait.ts';
import { signInRoutes } from './sign-in-routes.ts';
import { streamRoutes } from './stream.ts';
import { studioFileRoutes } from './studio-files.ts';
import { ticketRoutes } from './ticket-routes.ts';
import { uploadRoutes } from './uploads.ts';
import { videoRoutes } from './videos.ts';
import { webFileRoutes } from './web-files.ts';
import { webhookRoutes } from './webhooks.ts';
import { webrtcOptions, webrtcRoutes } from './webrtc.ts';
import { workerRoutes } from './workers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, on routes that need a key. */
    caller: Caller;
  }
}

/** The app as routes see it: schemas give the types. */
export type App = FastifyInstance<
  import('http').Server,
  import('http').IncomingMessage,
  import('http').ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** JSON bodies: a long script is 10 kB. */
const BODY_BYTES = 1 << 20;
const UPLOAD_FIELDS = 10;
/** How long the largest avatar may take to come over a slow line. */
const LONGEST_REQUEST_MS = 6 * 3600_000;
/** Characters for a byte. */
const BASE64 = 4 / 3;
/** What browsers offer on a WebSocket, with `key.<key>` beside it where a key is needed. */
const PROTOCOL = 'orator';

/** The HTTP service: routes are thin doors onto `service`. */
export async function createApp(service: Service): Promise<App> {
  const { config, limits } = service;
  const log = service.log('http');
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES,
    genReqId: (request) => correlationIdOf(request.headers['x-request-id']),
    requestIdHeader: false,
    trustProxy: false,
    requestTimeout: LONGEST_REQUEST_MS,
    forceCloseConnections: true, // event streams would hold up the end
    frameworkErrors: (thrown, request, reply) => {
      answerProblem(thrown, request, reply); // addresses that reach no route, and no hook
      logRequest(log, request, reply);
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  readJsonBodies(app);
  endQuietBodies(app);
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler((request, reply) =>
    answerProblem(
      new OratorError('request/unknown', `There is no ${request.method} ${request.url.split('?')[0]}.`),
      request,
      reply,
    ),
  );
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    service.figures.request(request, reply);
    logRequest(log, request, reply);
  });
  await app.register(cors, {
    origin: [...(config.values.ORATOR_CORS_ORIGINS ?? [])],
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    exposedHeaders: [...EXPOSED],
  });
  await app.register(websocket, {
    options: {
      maxPayload: Math.ceil((config.values.ORATOR_UPLOAD_MB ?? 50) * 1e6 * BASE64) + BODY_BYTES,
      handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
    },
  });
  await app.register(multipart, {
    limits: { fileSize: (config.values.ORATOR_UPLOAD_MB ?? 50) * 1e6, files: 1, fields: UPLOAD_FIELDS },
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Orator',
        version: VERSION,
        description: 'Gives a face a voice.',
        license: { name: 'Apache-2.0' },
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{ key: [] }],
    },
    transform: documentedRoute,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(async (open) => {
    healthRoutes(open as App, service);
    fileRoutes(open as App, service);
    webrtcOptions(open);
    resumableOptions(open as App, service);
    webFileRoutes(open as App);
    studioFileRoutes(open as App);
    faceNetworkRoutes(open as App);
    signInRoutes(open as App, service);
    await docsRoutes(open as App);
  });
  await app.register(async (closed) => {
    closed.addHook('onRequest', async (request) => {
      request.caller = await requesterOf(request, service);
    });
    closed.addHook('preValidation', async (request) => checkQuery(request));
    await closed.register(rateLimit, {
      max: ({ caller }) => limits.requestsPerMinute(caller),
      timeWindow: '1 minute',
      keyGenerator: ({ caller }) => caller.owner,
      allowList: ({ caller }) => limits.requestsPerMinute(caller) === 0,
      errorResponseBuilder: (_request, { after }) =>
        new OratorError('limit/reached', `Too many requests with this key. Try again in ${after}.`),
    });
    for (const routes of [
      uploadRoutes,
      resumableRoutes,
      avatarRoutes,
      avatarImportRoutes,
      videoRoutes,
      previewRoutes,
      jobRoutes,
      assetRoutes,
      catalogueRoutes,
      machineRoutes,
      modelRoutes,
      doctorRoutes,
      logRoutes,
      keyRoutes,
      ticketRoutes,
      webhookRoutes,
      streamRoutes,
      sessionPortraitRoutes,
      liveSessionRoutes,
      webrtcRoutes,
      pushRoutes,
      workerRoutes,
      livetalkingRoutes,
    ]) {
      routes(closed as App, service);
    }
  });
  await app.register(async (internal) => {
    internal.addHook('preValidation', async (request) => checkQuery(request));
    internalRoutes(internal as App, service);
  });
  return app;
}

/** Headers of answers that pages of other origins may read: those that resumable uploads need. */
const EXPOSED = [
  ...['Location', 'Upload-Offset', 'Upload-Length', 'Upload-Metadata', 'Upload-Expires', 'X-Request-Id'],
  ...['Link', 'Accept-Post', 'Accept-Patch', 'Retry-After'],
];

/** A caller's own id is kept where it is one; it goes into logs and child processes. */
const correlationIdOf = (given: string | string[] | undefined) =>
  typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
