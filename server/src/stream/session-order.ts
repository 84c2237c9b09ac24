import { fps, seconds } from '@orator/core/base/units';
import type { Caller } from '../api/keys.ts';
import { emotionOf, type SessionConfig, viewOf, waitsIn } from './client-message.ts';
import type { LiveSession } from './live-session.ts';
import type { LiveStudio } from './live-studio.ts';
import type { SessionSource, SubjectOrder } from './live-subjects.ts';

/** What making sessions needs of the service. */
export interface SessionTools {
  readonly studio: LiveStudio;
  /**
   * What of a caller's a session is made from.
   * @throws {OratorError} `asset/unknown`, `avatar/unknown`, `engine/unavailable` for an avatar that cannot be live,
   * `request/invalid` when both or neither are named.
   */
  readonly findSource: (owner: string, ids: SourceIds) => Promise<SessionSource>;
}

/** How a session's picture is named: an uploaded picture or video, or a stored avatar. */
export interface SourceIds {
  readonly asset_id?: string;
  readonly avatar_id?: string;
}

/** A session that somebody asks for. */
export interface SessionRequest {
  readonly caller: Caller;
  readonly id: string;
  readonly correlationId: string;
  readonly config: SessionConfig;
  /** Gives what it is made from; called when there is a place for the session. */
  readonly findSource: () => Promise<SessionSource>;
  readonly onStill?: SubjectOrder['onStill'];
  readonly signal: AbortSignal;
}

/** Makes a session as it was asked for. @throws {OratorError} `session/busy`, `image/…`, `face/…`, `video/unsupported`. */
export async function orderSession({ studio }: SessionTools, order: SessionRequest): Promise<LiveSession> {
  const { id, correlationId, config, signal } = order;
  const { owner, limits } = order.caller;
  using place = studio.sessions.reserve(owner, limits.sessions);
  const source = await order.findSource();
  const emotion = emotionOf(config);
  return await studio.open(
    {
      id,
      owner,
      correlationId,
      source,
      onStill: order.onStill,
      view: viewOf(config),
      motion: {
        fps: fps(config.fps),
        seed: config.seed,
        headMotion: config.head_motion,
        gaze: config.gaze,
        blink: config.blink,
        emotions: emotion ? [{ emotion, intensity: config.intensity, at: seconds(0) }] : [],
      },
      waits: waitsIn(config),
      voice: { voice: config.voice, rate: config.rate, pitch: config.pitch, volume: config.volume },
    },
    place,
    signal,
  );
}

/** What of a config has no effect with the built-in engine: told where a session begins. */
export const unusedOf = (config: SessionConfig) =>
  config.sampling_timesteps === undefined ? {} : { unused: ['sampling_timesteps'] };
