import type { ErrorCode } from '@orator/core/base/errors';
import type { ProduceEvent } from '@orator/core/produce/events';
import type { RenderRequest } from '@orator/core/produce/request';
import type { AvatarEvent, AvatarOptions } from '../avatars/avatar-builder.ts';
import type { PortraitFacts } from '../avatars/portrait-avatar.ts';
import type { TrainingVideo } from '../avatars/training-video.ts';
import type { ClipOrder } from '../studio/clip.ts';

/** An avatar that is to be built in a folder. */
export interface AvatarOrder {
  readonly video: TrainingVideo;
  readonly folder: string;
  readonly options: AvatarOptions;
}

/** A picture whose face is to be made ready, so that it can be animated at once. */
export interface PrepareOrder {
  readonly image: string;
  readonly face: RenderRequest['face'];
  /** Where a portrait avatar's folder is wanted. */
  readonly folder?: string;
}

/** What a work process is told: make this, build or prepare that, load the engine, or stop what is being made. The correlation id is part of its name meanwhile. */
export type ClipCall =
  | { readonly type: 'make'; readonly order: ClipOrder; readonly correlationId: string }
  | { readonly type: 'build'; readonly order: AvatarOrder; readonly correlationId: string }
  | { readonly type: 'prepare'; readonly order: PrepareOrder; readonly correlationId: string }
  | { readonly type: 'load'; readonly correlationId: string }
  | { readonly type: 'stop' };

/** What it answers: that it is warm; then for each order stages and events, of which `done` or `failed` is the last. */
export type ClipReply =
  | { readonly type: 'ready' }
  | { readonly type: 'stage'; readonly words: string }
  | { readonly type: 'event'; readonly event: ProduceEvent }
  | { readonly type: 'avatar'; readonly event: AvatarEvent }
  | { readonly type: 'prepared'; readonly photo: PortraitFacts }
  | { readonly type: 'loaded' }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string; readonly stack: string | undefined };
