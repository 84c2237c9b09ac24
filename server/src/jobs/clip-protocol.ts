import type { ErrorCode } from '@orator/core/base/errors';
import type { ProduceEvent } from '@orator/core/produce/events';
import type { ClipOrder } from '../studio/clip.ts';

/** What a clip process is told: make this, or stop what is being made. */
export type ClipCall = { readonly type: 'make'; readonly order: ClipOrder } | { readonly type: 'stop' };

/** What it answers: that it is warm; then for each order stages and events, of which `done` or `failed` is the last. */
export type ClipReply =
  | { readonly type: 'ready' }
  | { readonly type: 'stage'; readonly words: string }
  | { readonly type: 'event'; readonly event: ProduceEvent }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };
