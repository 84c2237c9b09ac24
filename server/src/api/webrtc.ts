import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Service } from '../service/service.ts';
import type { LiveSession } from '../stream/live-session.ts';
import { iceLinks } from '../webrtc/ice-servers.ts';
import type { Connected } from '../webrtc/rtc-door.ts';
import type { App } from './app.ts';
import { type Caller, requireScope, type Scope } from './keys.ts';
import { problem } from './problem.ts';

const SDP = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';
const MOST_BYTES = 256 << 10;
const PATH = '/api/v1/stream/sessions/:id';

const byId = z.object({ id: z.string().max(64) });
const byConnection = byId.extend({ connection: z.string().max(64) });

/** One of the two standard doors. */
interface Door {
  readonly name: 'whep' | 'whip';
  readonly summary: string;
  /** What a key needs for it. */
  readonly scope: Scope;
  readonly connect: (session: LiveSession, offer: string, caller: Caller) => Promise<Connected>;
}

/** WHEP and WHIP: watch a live session, and speak through it with a microphone, over WebRTC. */
export function webrtcRoutes(app: App, { live, rtc }: Service): void {
  const doors: readonly Door[] = [
    {
      name: 'whep',
      summary: 'Watch a live session over WebRTC (WHEP)',
      scope: 'read',
      connect: (session, offer, { scopes }) =>
        rtc.watch(session, offer, scopes.includes('create') || scopes.includes('admin')),
    },
    {
      name: 'whip',
      summary: 'Send a microphone to a live session over WebRTC (WHIP)',
      scope: 'create',
      connect: (session, offer) => rtc.listen(session, offer),
    },
  ];
  // A scope of its own: what is no SDP is told so here, and JSON is read everywhere else.
  app.register(async (inner) => {
    inner.removeAllContentTypeParsers();
    inner.addContentTypeParser([SDP, FRAGMENT], { parseAs: 'string', bodyLimit: MOST_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    inner.addHook('onRequest', async (_request, reply) => {
      reply.header('accept-post', SDP);
    });
    for (const door of doors) doorRoutes(inner as App, door, { live, rtc });
  });
}

function doorRoutes(
  app: App,
  { name, summary, scope, connect }: Door,
  { live, rtc }: Pick<Service, 'live' | 'rtc'>,
): void {
  app.post(
    `${PATH}/${name}`,
    {
      schema: {
        operationId: `${name}Begin`,
        summary,
        description: `The body is an SDP offer (${SDP}); the answer has all candidates. Delete what Location names to end it.`,
        tags: ['live'],
        consumes: [SDP],
        produces: [SDP],
        params: byId,
        body: z.string().min(1),
        response: { 201: z.string(), '4xx': problem },
      },
    },
    async ({ caller, params, body }, reply) => {
      requireScope(caller, scope);
      const session = live.sessions.get(caller.owner, params.id);
      const { id, answer } = await connect(session, body, caller);
      const links = iceLinks(rtc.ice.servers);
      if (links.length > 0) reply.header('link', links);
      return reply
        .code(201)
        .type(SDP)
        .header('location', `/api/v1/stream/sessions/${session.id}/${name}/${id}`)
        .header('accept-patch', FRAGMENT)
        .send(answer);
    },
  );

  app.patch(
    `${PATH}/${name}/:connection`,
    {
      schema: {
        operationId: `${name}Trickle`,
        summary: 'Tell of candidates that were found later',
        tags: ['live'],
        consumes: [FRAGMENT],
        params: byConnection,
        body: z.string().min(1),
        response: { 204: z.null(), '4xx': problem },
      },
    },
    async ({ caller, params, body }, reply) => {
      requireScope(caller, scope);
      await rtc.find(live.sessions.get(caller.owner, params.id), params.connection).trickle(body);
      return reply.code(204).send(null);
    },
  );

  app.delete(
    `${PATH}/${name}/:connection`,
    {
      schema: {
        operationId: `${name}End`,
        summary: 'End a WebRTC connection',
        tags: ['live'],
        params: byConnection,
        response: { 204: z.null(), '4xx': problem },
      },
    },
    async ({ caller, params }, reply) => {
      requireScope(caller, scope);
      await rtc.find(live.sessions.get(caller.owner, params.id), params.connection)[Symbol.asyncDispose]();
      return reply.code(204).send(null);
    },
  );
}

/** What the doors accept, for everybody: browsers ask before they send a key. */
export function webrtcOptions(app: FastifyInstance): void {
  for (const name of ['whep', 'whip']) {
    app.options(
      `${PATH}/${name}`,
      { schema: { hide: true }, config: { cors: { preflightContinue: true, strictPreflight: false } } },
      async (_request, reply) => reply.code(204).header('accept-post', SDP).send(),
    );
  }
}
