import type { PainterSetup } from '@orator/core/engines/portrait/stage';
import type { Rect } from '@orator/core/media/frame';
import type { Pose } from '@orator/core/motion/pose';

/** How pixels lie in memory: four bytes each, or three without alpha. */
export type PixelForm = 'rgba' | 'rgb';

/** What a painting thread is told. Subjects have numbers, and pictures are painted in the order of their orders. */
export type PaintOrder =
  | { readonly type: 'open'; readonly subject: number; readonly setup: PainterSetup }
  /** `pixels`: shared, with room for a picture of the subject's size in either form. */
  | {
      readonly type: 'paint';
      readonly subject: number;
      readonly pose: Pose;
      readonly form: PixelForm;
      readonly pixels: SharedArrayBuffer;
    }
  | { readonly type: 'close'; readonly subject: number };

/** What it says: that a subject can be painted; and, for each picture in turn, what may differ from the same subject's last one. */
export type PaintReply =
  | { readonly type: 'opened'; readonly subject: number }
  | { readonly type: 'painted'; readonly changed: Rect };
