import type { LiveFrame } from '@orator/core/live/performance';
import type { PictureFormat, SharedPicture } from './shared-picture.ts';

/** Somebody who watches a session: each frame is shown at its time, and nobody waits for who cannot keep up. */
export interface Viewer {
  /** Whether it only looks on: a session that nobody else watches may end. */
  readonly isAside?: boolean;
  /** The one format it takes pictures in; whoever has none takes their pixels. */
  readonly format?: PictureFormat;
  /** Told of every frame in order, at its time, with its sound, motion and events. */
  frame(frame: LiveFrame): void;
  /** Whether the picture of a frame is wanted; never when left out. */
  wants?(frame: LiveFrame): boolean;
  /** The picture of a frame that was wanted, in order; frames are left out where drawing cannot keep up. Pixels hold until it resolves. */
  picture?(frame: LiveFrame, picture: SharedPicture): Promise<void>;
  /** The session is over; nothing more will come. */
  ended(reason: SessionEnd): void;
}

/** Why a session is over. */
export type SessionEnd =
  | { readonly type: 'completed' }
  | { readonly type: 'stopped'; readonly words: string }
  | { readonly type: 'failed'; readonly error: unknown };
