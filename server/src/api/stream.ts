import { z } from 'zod';
import type { Service } from '../service/service.ts';
import { recordingOf } from '../stream/live-studio.ts';
import { Lobby } from '../stream/lobby.ts';
import type { Recording } from '../stream/recording.ts';
import { serveSocket } from '../stream/socket-door.ts';
import type { App } from './app.ts';
import { assetView, assetViewOf } from './asset-view.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';
import { sessionToolsOf } from './session-tools.ts';

const sessionView = z
  .object({
    session_id: z.string(),
    state: z.enum(['ready', 'streaming', 'completed', 'error']),
    engine: z.string(),
    created_at: z.iso.datetime(),
    last_activity_at: z.iso.datetime(),
    frames: z.int(),
    fps: z.number(),
    latency_ms: z.number(),
    viewers: z.int(),
  })
  .meta({ id: 'LiveSession' });

const byId = z.object({ id: z.string().max(64) });
const recordingView = z.object({ startedAt: z.iso.datetime(), seconds: z.number() }).meta({ id: 'Recording' });
const recordingViewOf = ({ startedAt, seconds }: Recording) => ({ startedAt: startedAt.toISOString(), seconds });

const stats = z.object({
  active_sessions: z.int(),
  max_sessions: z.int(),
  total_sessions: z.int(),
  frames_total: z.int(),
  fps_mean: z.number(),
  latency_ms: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }),
  dropped_frames: z.int(),
  queue_depth: z.int(),
});

/** Live sessions: the WebSocket that they are held over, and what is known of them. */
export function streamRoutes(app: App, service: Service): void {
  const { live, draining } = service;
  const tools = sessionToolsOf(service);
  const lobby = new Lobby();

  app.get('/api/v1/stream/ws', { websocket: true, schema: { hide: true } }, (socket, { caller, id, raw }) => {
    requireScope(caller, 'create');
    if (draining.aborted) {
      socket.close(1001, 'The service is about to stop.');
      return;
    }
    serveSocket(socket, caller, { ...tools, correlationId: id, lobby, wire: raw.socket });
  });

  app.get(
    '/api/v1/stream/sessions',
    {
      schema: {
        operationId: 'listLiveSessions',
        summary: 'List live sessions',
        tags: ['live'],
        response: {
          200: z.object({ sessions: z.array(sessionView), active: z.int(), max: z.int() }),
          '4xx': problem,
        },
      },
    },
    async ({ caller }) => {
      requireScope(caller, 'read');
      const { sessions } = live;
      const isAdmin = caller.scopes.includes('admin');
      return {
        sessions: sessions.list(isAdmin ? undefined : caller.owner).map((session) => ({
          session_id: session.id,
          state: session.state,
          engine: 'portrait',
          created_at: session.createdAt.toISOString(),
          last_activity_at: new Date(session.lastActivity).toISOString(),
          frames: session.frames,
          fps: session.rate,
          latency_ms: session.latencies.at(0.5),
          viewers: session.viewers,
        })),
        active: sessions.active,
        max: sessions.most,
      };
    },
  );

  app.get(
    '/api/v1/stream/stats',
    {
      schema: {
        operationId: 'getLiveStats',
        summary: 'Figures of live sessions',
        tags: ['live'],
        response: { 200: stats, '4xx': problem },
      },
    },
    async ({ caller }) => {
      requireScope(caller, 'read');
      return live.sessions.stats();
    },
  );

  app.post(
    '/api/v1/stream/sessions/:id/recording',
    {
      schema: {
        operationId: 'startRecording',
        summary: 'Record a live session from now on; it ends with the session, or when it is stopped',
        tags: ['live'],
        params: byId,
        response: { 201: recordingView, '4xx': problem },
      },
    },
    async ({ caller, params }, reply) => {
      requireScope(caller, 'create');
      const session = live.sessions.get(caller.owner, params.id);
      await service.limits.requireRoom(caller);
      return reply.code(201).send(recordingViewOf(await live.record(session)));
    },
  );

  app.get(
    '/api/v1/stream/sessions/:id/recording',
    {
      schema: {
        operationId: 'getRecording',
        summary: 'How long a session has been recorded',
        tags: ['live'],
        params: byId,
        response: { 200: recordingView, '4xx': problem },
      },
    },
    async ({ caller, params }) => {
      requireScope(caller, 'read');
      return recordingViewOf(recordingOf(live.sessions.get(caller.owner, params.id)));
    },
  );

  app.delete(
    '/api/v1/stream/sessions/:id/recording',
    {
      schema: {
        operationId: 'stopRecording',
        summary: 'Stop recording a live session, and get the clip',
        tags: ['live'],
        params: byId,
        response: { 200: assetView, '4xx': problem },
      },
    },
    async ({ caller, params }) => {
      requireScope(caller, 'create');
      const session = live.sessions.get(caller.owner, params.id);
      return assetViewOf(await live.endRecording(session));
    },
  );

  app.delete(
    '/api/v1/stream/sessions/:id',
    {
      schema: {
        operationId: 'endLiveSession',
        summary: 'End a live session',
        tags: ['live'],
        params: byId,
        response: { 204: z.null(), '4xx': problem },
      },
    },
    async ({ caller, params }, reply) => {
      requireScope(caller, 'create');
      const { sessions } = live;
      const session = caller.scopes.includes('admin')
        ? sessions.find(params.id)
        : sessions.get(caller.owner, params.id);
      session.end({ type: 'stopped', words: 'Somebody stopped this session.' });
      return reply.code(204).send(null);
    },
  );
}
