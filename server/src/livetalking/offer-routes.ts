import { randomUUID } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import type { App } from '../api/app.ts';
import { type Caller, requireScope } from '../api/keys.ts';
import { sessionToolsOf } from '../api/session-tools.ts';
import { storageKeyOf } from '../jobs/job-input.ts';
import { leftBy } from '../runpod/endpoint.ts';
import type { Service } from '../service/service.ts';
import { sessionConfig } from '../stream/client-message.ts';
import type { LiveSession } from '../stream/live-session.ts';
import { orderSession } from '../stream/session-order.ts';
import type { Sessions } from '../stream/sessions.ts';
import { readWatchOffer } from '../webrtc/offer.ts';
import type { Peer } from '../webrtc/peer.ts';
import { type Action, IDLE, readActions } from './action.ts';
import { voiceNamed } from './edge-voice.ts';
import { faceFor } from './live-face.ts';
import type { Talks } from './talks.ts';

const offer = z.object({
  sdp: z.string(),
  type: z.literal('offer'),
  avatar: z.string().max(200).nullish(),
  /** The voice; LiveTalking has it as a file or as the name of a voice. */
  refaudio: z.string().max(200).nullish(),
  custom_config: z.unknown().optional(),
});

/** `POST /offer`: begins a session, and shows it to whoever made the offer. It ends when they leave. */
export function offerRoutes(app: App, service: Service, talks: Talks): void {
  const { live, rtc, draining, database } = service;
  const tools = sessionToolsOf(service);

  app.post('/offer', { schema: { body: offer } }, async (request, reply) => {
    const { caller, body } = request;
    requireScope(caller, 'create');
    if (draining.aborted) throw new OratorError('session/busy', 'The service is about to stop. Try another one.');
    readWatchOffer(body.sdp); // what cannot be answered begins no session
    const actions = readActions(body.custom_config);
    for (const { audio } of actions) if (audio) await storageKeyOf(database, caller.owner, audio);
    const { name, source } = await faceFor(caller.owner, body.avatar ?? undefined, service);
    const session = await orderSession(tools, {
      caller,
      id: randomUUID(),
      correlationId: request.id,
      config: sessionConfig.parse({
        idle: true,
        voice: voiceNamed(body.refaudio ?? undefined),
        ...idleOf(actions),
      }),
      findSource: async () => source,
      signal: leftBy(reply),
    }).catch((thrown: unknown) => {
      throw fullInTheirWords(thrown, live.sessions, caller);
    });
    try {
      talks.add(session, name, actions);
      const { id, answer } = await rtc.watch(session, body.sdp, true);
      endWith(rtc.find(session, id), session);
      return { sdp: answer, type: 'answer', sessionid: session.id };
    } catch (thrown) {
      session.end({ type: 'stopped', words: 'Its viewer could not be answered.' });
      throw thrown;
    }
  });
}

/** How a session looks while nothing is asked of it. */
function idleOf(actions: readonly Action[]) {
  const idle = actions.find(({ audiotype }) => audiotype === IDLE);
  return idle && { emotion: idle.emotion, intensity: idle.intensity, gaze: idle.gaze };
}

/** Callers of LiveTalking know its words for a limit: `a` of `b` are there. */
function fullInTheirWords(thrown: unknown, sessions: Sessions, { owner, limits }: Caller): unknown {
  if (!(thrown instanceof OratorError) || thrown.code !== 'session/busy') return thrown;
  const own = limits.sessions ?? Number.POSITIVE_INFINITY;
  const [there, most] =
    sessions.taken() >= sessions.most ? [sessions.taken(), sessions.most] : [sessions.taken(owner), own];
  return new OratorError('session/busy', `Maximum session limit reached (${there}/${most})`, { cause: thrown });
}

/** Its page is closed, and nobody else watches: LiveTalking's sessions are over then. A recording of it is kept. */
function endWith({ gone }: Peer, session: LiveSession): void {
  const look = () => {
    const others = session.viewers - (session.recording ? 1 : 0);
    if (others <= 0) session.end({ type: 'stopped', words: 'Nobody watches any more.' });
  };
  // The peer itself hears of it later than this, and stops watching.
  gone.addEventListener('abort', () => setImmediate(look), { once: true });
}
