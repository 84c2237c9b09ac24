import type { PainterSetup } from '@orator/core/engines/portrait/stage';
import type { Rect } from '@orator/core/media/frame';
import type { Pose } from '@orator/core/motion/pose';

/** What a helper gets to know once: whom it paints. Sent as `workerData`. */
export type HelperSetup = PainterSetup;

/** A pose to paint into shared pixels of the output's size. */
export interface PaintOrder {
  readonly pose: Pose;
  readonly pixels: SharedArrayBuffer;
}

/** What a helper says: that it is ready, and then, for each order in turn, what may differ from the pose it painted before. */
export type HelperReply = { readonly ready: true } | { readonly changed: Rect };
