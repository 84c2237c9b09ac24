import type { OratorError } from '@orator/core/base/errors';
import type { Audience } from '../webrtc/broadcast.ts';

/** A connection to a server that takes a session's media, from when the server wants them. */
export interface PushLine extends Audience, AsyncDisposable {
  /** Bytes that the server has taken. */
  readonly bytes: number;
  /** Pictures that were left out because it could not take them in time. */
  readonly dropped: number;
  /** Resolves with why the connection was lost; not when it is disposed. */
  readonly lost: Promise<OratorError>;
}

/** What a line is opened with. */
export interface LineSetup {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Pictures cannot go on without a key picture. */
  readonly wantKey: () => void;
  readonly signal: AbortSignal;
}
