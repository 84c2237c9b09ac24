import { randomUUID } from 'node:crypto';
import { fps, seconds } from '@orator/core/base/units';
import type { Caller } from '../api/keys.ts';
import { emotionOf, type SessionConfig, viewOf } from './client-message.ts';
import type { LiveSession } from './live-session.ts';
import type { LiveStudio } from './live-studio.ts';

/** What making sessions needs of the service. */
export interface SessionTools {
  readonly studio: LiveStudio;
  /** The bytes of an uploaded picture. @throws {OratorError} `asset/unknown`. */
  readonly readAsset: (owner: string, id: string) => Promise<Uint8Array>;
  /** Turns what was sent as source into a picture: of a video, a frame. */
  readonly pictureOf: (source: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>;
}

/** A session that somebody asks for. */
export interface SessionRequest {
  readonly caller: Caller;
  readonly config: SessionConfig;
  /** Reads the picture or video; called when there is a place for the session. */
  readonly readSource: () => Promise<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Makes a session as it was asked for. @throws {OratorError} `session/busy`, `image/…`, `face/…`, `video/unsupported`. */
export async function orderSession({ studio, pictureOf }: SessionTools, order: SessionRequest): Promise<LiveSession> {
  const { config, signal } = order;
  const { owner, limits } = order.caller;
  using place = studio.sessions.reserve(owner, limits.sessions);
  const picture = await pictureOf(await order.readSource(), signal);
  const emotion = emotionOf(config);
  return await studio.open(
    {
      owner,
      correlationId: randomUUID(),
      picture,
      view: viewOf(config),
      motion: {
        fps: fps(config.fps),
        seed: config.seed,
        headMotion: config.head_motion,
        gaze: config.gaze,
        blink: config.blink,
        emotions: emotion ? [{ emotion, intensity: config.intensity, at: seconds(0) }] : [],
      },
      waits: (config.late ?? (config.idle ? 'drop' : 'wait')) === 'wait',
      voice: { voice: config.voice, rate: config.rate, pitch: config.pitch, volume: config.volume },
    },
    place,
    signal,
  );
}

/** What of a config has no effect with the built-in engine: told where a session begins. */
export const unusedOf = (config: SessionConfig) =>
  config.sampling_timesteps === undefined ? {} : { unused: ['sampling_timesteps'] };
